#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/session.hpp>
#include "support/run_sync.hpp"

namespace aiohttp::testing {

using Async = boost::asio::awaitable<void>;

/// The server under test, with a slash at the end. Throws when the environment names none.
inline std::string httpbin_url() {
    const char* const url = std::getenv("AIOHTTP_HTTPBIN_URL");
    if (url == nullptr || *url == '\0') {
        throw std::runtime_error(
            "AIOHTTP_HTTPBIN_URL is not set; scripts/with_httpbin.sh COMMAND sets it");
    }
    const std::string text(url);
    return text.back() == '/' ? text : text + '/';
}

/// Runs a test with a session whose base_url is httpbin: `session.get("status/404")`.
inline void with_httpbin(Async (*test)(ClientSession&)) {
    ClientSession session(ClientSessionOptions().base_url(httpbin_url()));
    run_sync(test(session));
}

}  // namespace aiohttp::testing
