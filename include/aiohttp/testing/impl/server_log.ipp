#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/server_log.hpp>
#include <aiohttp/testing/detail/server_routes.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void ServerLog::add(std::shared_ptr<const testing::ServerRequest> request) {
    {
        const std::scoped_lock lock(mutex_);
        ++counters_.requests;
        if (request != nullptr) {
            requests_.push_back(std::move(request));
        }
    }
    changed_.notify_all();
}

AIOHTTP_DECL void ServerLog::clear() {
    const std::scoped_lock lock(mutex_);
    counters_.requests = 0;
    requests_.clear();
}

AIOHTTP_DECL ServerLog::Counters ServerLog::counters() const {
    const std::scoped_lock lock(mutex_);
    return counters_;
}

AIOHTTP_DECL std::vector<testing::ServerRequest> ServerLog::requests() const {
    const std::scoped_lock lock(mutex_);
    std::vector<testing::ServerRequest> copies;
    copies.reserve(requests_.size());
    for (const auto& request : requests_) {
        copies.push_back(*request);
    }
    return copies;
}

AIOHTTP_DECL testing::ServerRequest ServerLog::request(std::size_t index) const {
    const std::scoped_lock lock(mutex_);
    if (index >= requests_.size()) {
        throw std::out_of_range("testing::Server: request " + std::to_string(index) + " of " +
                                std::to_string(requests_.size()) + " recorded");
    }
    return *requests_[index];
}

AIOHTTP_DECL void ServerRoutes::set(std::string path, ServerRoute route) {
    auto shared = std::make_shared<const ServerRoute>(std::move(route));
    const std::scoped_lock lock(mutex_);
    Table& table = path.find(' ') == std::string::npos ? all_methods_ : with_method_;
    if (!path.empty() && path.back() == '*') {
        path.pop_back();
        table.prefixes[std::move(path)] = std::move(shared);
    } else {
        table.exact[std::move(path)] = std::move(shared);
    }
}

AIOHTTP_DECL std::shared_ptr<const ServerRoute> ServerRoutes::find(std::string_view method,
                                                                   std::string_view path) const {
    const std::scoped_lock lock(mutex_);
    if (!with_method_.exact.empty() || !with_method_.prefixes.empty()) {
        if (auto route = with_method_.find(std::string(method).append(" ").append(path))) {
            return route;
        }
    }
    return all_methods_.find(path);
}

AIOHTTP_DECL std::shared_ptr<const ServerRoute> ServerRoutes::Table::find(
    std::string_view key) const {
    if (const auto found = exact.find(key); found != exact.end()) {
        return found->second;
    }
    std::shared_ptr<const ServerRoute> longest;
    for (const auto& [prefix, route] : prefixes) {  // ascending: a longer one comes later
        if (key.starts_with(prefix)) {
            longest = route;
        }
    }
    return longest;
}

}  // namespace aiohttp::detail
