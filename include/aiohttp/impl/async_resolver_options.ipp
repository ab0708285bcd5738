#pragma once

#include <aiohttp/async_resolver.hpp>

#if defined(AIOHTTP_WITH_CARES)

#include <chrono>
#include <string>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp {

AIOHTTP_DECL AsyncResolverOptions::AsyncResolverOptions() = default;

AIOHTTP_DECL AsyncResolverOptions& AsyncResolverOptions::nameservers(
    std::vector<std::string> servers) & {
    nameservers_ = std::move(servers);
    return *this;
}
AIOHTTP_DECL AsyncResolverOptions&& AsyncResolverOptions::nameservers(
    std::vector<std::string> servers) && {
    return std::move(this->nameservers(std::move(servers)));
}

AIOHTTP_DECL AsyncResolverOptions& AsyncResolverOptions::timeout(Duration first) & {
    if (first < std::chrono::milliseconds(1) || first > std::chrono::hours(1)) {
        throw ValueError("the timeout of AsyncResolver must be 1 millisecond to 1 hour");
    }
    timeout_ = first;
    return *this;
}
AIOHTTP_DECL AsyncResolverOptions&& AsyncResolverOptions::timeout(Duration first) && {
    return std::move(this->timeout(first));
}

AIOHTTP_DECL AsyncResolverOptions& AsyncResolverOptions::tries(int count) & {
    if (count < 1) {
        throw ValueError("the tries of AsyncResolver must be positive, not " +
                         std::to_string(count));
    }
    tries_ = count;
    return *this;
}
AIOHTTP_DECL AsyncResolverOptions&& AsyncResolverOptions::tries(int count) && {
    return std::move(this->tries(count));
}

}  // namespace aiohttp

#endif
