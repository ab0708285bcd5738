#pragma once

#include <cstddef>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/middleware/send.hpp>
#include <aiohttp/redirect.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

/// How far redirects are followed.
struct RedirectRules {
    std::size_t most = 10;  ///< so many responses may not all redirect; 0: as many as come
    bool requote = true;
    const RedirectHook* hook = nullptr;  ///< asked before each one, unless null
};

/// Before the exchange goes on at `url`: what was meant for the origin it has so far, as
/// credentials and cookies are, stays behind if that is another one.
void leave_origin(Exchange& exchange, const Url& url);

/// After a hop that went well: goes on, hop by hop, until a response does not redirect or
/// something goes wrong, or the hook stops. Nothing happens when the first one does not. Whatever
/// the outcome, the current response knows its history. Throws what the hook throws.
boost::asio::awaitable<Error> follow_redirects(Exchange& exchange, RedirectRules rules);

}  // namespace aiohttp::detail
