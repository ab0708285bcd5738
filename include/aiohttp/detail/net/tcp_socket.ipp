#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <string>
#include <string_view>

#include <boost/asio/error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/tcp_socket.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::string to_string(const asio::ip::tcp::endpoint& endpoint) {
    const auto port = endpoint.port();
    if (endpoint.address().is_v6()) {
        return '[' + endpoint.address().to_string() + "]:" + std::to_string(port);
    }
    // The system does this with printf(), at ten times the price.
    std::string text;
    text.reserve(std::string_view("255.255.255.255:65535").size());
    for (const unsigned char byte : endpoint.address().to_v4().to_bytes()) {
        text.append(std::to_string(byte)).push_back('.');
    }
    text.back() = ':';
    return text.append(std::to_string(port));
}

AIOHTTP_DECL ResolvedHost resolved_host(const std::string& hostname,
                                        const asio::ip::tcp::endpoint& endpoint) {
    return {hostname, endpoint.address().to_string(), endpoint.port(),
            endpoint.address().is_v6() ? AddressFamily::ipv6 : AddressFamily::ipv4};
}

AIOHTTP_DECL ConnectOutcome run_socket_hook(const SocketHook& hook,
                                            int descriptor,
                                            const ResolvedHost& peer) {
    try {
        hook(descriptor, peer);
        return {};
    } catch (const boost::system::system_error& error) {
        return {error.code() ? error.code() : error_code(asio::error::invalid_argument), {}};
    } catch (const std::exception& error) {
        return {{}, std::string("on_socket: ") + error.what()};
    } catch (...) {
        return {{}, "on_socket: an unknown exception"};
    }
}

AIOHTTP_DECL error_code set_keepalive(asio::ip::tcp::socket& socket, int idle) {
    error_code error;
    socket.set_option(asio::socket_base::keep_alive(true), error);
    if (!error && idle > 0) {
#if defined(TCP_KEEPIDLE)
        constexpr int option = TCP_KEEPIDLE;
#else
        constexpr int option = TCP_KEEPALIVE;
#endif
        if (::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &idle, sizeof(idle)) != 0) {
            error.assign(errno, boost::system::system_category());
        }
    }
    return error;
}

AIOHTTP_DECL ConnectOutcome open_socket(asio::ip::tcp::socket& socket,
                                        const asio::ip::tcp::endpoint& peer,
                                        const std::string& hostname,
                                        const SocketSetup& setup) {
    error_code error;
    socket.open(peer.protocol(), error);
    if (!error && setup.keepalive) {
        error = set_keepalive(socket, setup.keepalive_idle);
    }
    if (!error && setup.local) {
        if (setup.local->port() != 0) {  // the port may still be remembered from the last time
            socket.set_option(asio::socket_base::reuse_address(true), error);
        }
        if (!error) {
            socket.bind(*setup.local, error);
        }
    }
    ConnectOutcome outcome{error, {}};
    if (!error && setup.hook) {
        outcome =
            run_socket_hook(setup.hook, socket.native_handle(), resolved_host(hostname, peer));
    }
    if (!outcome) {  // before it connects: else Asio does it, and once more for us afterwards
        socket.non_blocking(true, outcome.error);
    }
    return outcome;
}

}  // namespace aiohttp::detail
