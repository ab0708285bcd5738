#pragma once

// What the snippets of the documentation run against.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/session.hpp>

namespace snippets {

/// The address of the path on a server that answers everything the snippets ask for.
std::string http_url(std::string_view path);

/// The same with TLS.
std::string https_url(std::string_view path);

using Body = boost::asio::awaitable<void> (*)(aiohttp::ClientSession&);

/// Runs each with a session of its own. Names the ones that throw, and returns how many did.
int run_all(const std::vector<std::pair<std::string, Body>>& bodies);

}  // namespace snippets
