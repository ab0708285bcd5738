#pragma once

#include <libpsl.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/public_suffix.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool is_public_suffix(const std::string& domain) noexcept {
    if (domain.find('.') == std::string::npos) {
        return true;
    }
    // The list compiled into libpsl; distributions update it with their packages.
    const psl_ctx_t* const list = psl_builtin();
    return list != nullptr && psl_is_public_suffix(list, domain.c_str()) != 0;
}

}  // namespace aiohttp::detail
