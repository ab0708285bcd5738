#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/testing/server.hpp>

namespace aiohttp::detail {

/// How the requests for one path are answered: by the fixed reply if there is one, or else by
/// the handler.
struct ServerRoute {
    testing::Handler handler;
    std::optional<testing::Reply> reply;
    std::string rendered;   ///< The fixed reply's bytes for a plain HTTP/1.1 keep-alive request.
    bool at_head = false;   ///< Answer before the body.
    bool scripted = false;  ///< Answer before the body if the client expects 100 Continue.
};

/// The routes of a server by path, or by method, a space and path. Thread-safe.
class ServerRoutes {
public:
    void set(std::string path, ServerRoute route);

    /// The route for a request, or null: one for its method, else one for all methods.
    std::shared_ptr<const ServerRoute> find(std::string_view method, std::string_view path) const;

private:
    using Map = std::map<std::string, std::shared_ptr<const ServerRoute>, std::less<>>;
    struct Table {
        std::shared_ptr<const ServerRoute> find(std::string_view key) const;

        Map exact;
        Map prefixes;  ///< Keyed by the prefix without its '*'.
    };

    mutable std::mutex mutex_;
    Table all_methods_;
    Table with_method_;
};

}  // namespace aiohttp::detail
