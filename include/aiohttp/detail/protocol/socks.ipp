#pragma once

#include <array>
#include <optional>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/ip_network.hpp>
#include <aiohttp/detail/protocol/socks.hpp>

namespace aiohttp::detail {

inline constexpr char socks_no_auth = 0;
inline constexpr char socks_login = 2;
inline constexpr char socks_no_method = static_cast<char>(0xff);

AIOHTTP_DECL void append_port(std::string& out, std::uint16_t port) {
    out += static_cast<char>(port >> 8U);
    out += static_cast<char>(port & 0xffU);
}

/// What a reply code of SOCKS4 means.
AIOHTTP_DECL std::string_view socks4_meaning(int reply) noexcept {
    switch (reply) {
        case 91:
            return "request rejected or failed";
        case 92:
            return "no identd here that the proxy could ask";
        case 93:
            return "identd names another user";
        default:
            return "unknown reply";
    }
}

/// RFC 1928 6.
AIOHTTP_DECL std::string_view socks5_meaning(int reply) noexcept {
    static constexpr std::array<std::string_view, 9> meanings{"succeeded",
                                                              "general failure of the proxy",
                                                              "not allowed by its rules",
                                                              "network unreachable",
                                                              "host unreachable",
                                                              "connection refused",
                                                              "TTL expired",
                                                              "command not supported",
                                                              "address type not supported"};
    const auto index = static_cast<std::size_t>(reply);
    return index < meanings.size() ? meanings[index] : "unknown reply";
}

AIOHTTP_DECL SocksHandshake::SocksHandshake(SocksRequest request) : request_(std::move(request)) {
    const auto& host = request_.host;
    if (host.empty() || host.size() > 255 || host.find('\0') != std::string::npos) {
        fail("the host name has " + std::to_string(host.size()) + " bytes, SOCKS can carry 255");
    } else if (request_.version == SocksVersion::v5) {
        begin5();
    } else {
        begin4();
    }
}

AIOHTTP_DECL void SocksHandshake::begin4() {
    const auto address = parse_ip_address(request_.host);
    if (address && !address->is_v4()) {
        fail("SOCKS4 cannot carry the IPv6 address " + quote(request_.host));
        return;
    }
    if (!address && request_.version == SocksVersion::v4) {
        fail("SOCKS4 cannot carry the name " + quote(request_.host) + ", only SOCKS4a can");
        return;
    }
    if (request_.login.find('\0') != std::string::npos) {
        fail("the login has a NUL");
        return;
    }
    output_ = "\x04\x01";
    append_port(output_, request_.port);
    if (address) {
        output_.append(address->v4_bytes());
    } else {
        output_.append("\0\0\0\x01", 4);  // no address: a name follows
    }
    output_.append(request_.login).append(1, '\0');
    if (!address) {
        output_.append(request_.host).append(1, '\0');
    }
    expect(State::reply4, 8);
}

AIOHTTP_DECL void SocksHandshake::begin5() {
    const auto fits = [](const std::string& text) { return !text.empty() && text.size() <= 255; };
    const bool login = !request_.login.empty();
    if (login && (!fits(request_.login) || !fits(request_.password))) {
        fail("login and password must have 1 to 255 bytes");
        return;
    }
    output_ = login ? std::string{5, 2, socks_no_auth, socks_login} : std::string{5, 1, 0};
    expect(State::method, 2);
}

AIOHTTP_DECL void SocksHandshake::request5() {
    output_.assign("\x05\x01\0", 3);
    if (const auto address = parse_ip_address(request_.host)) {
        output_ += address->is_v4() ? '\x01' : '\x04';
        output_ += address->is_v4() ? address->v4_bytes() : address->v6_bytes();
    } else {
        output_ += '\x03';
        output_ += static_cast<char>(request_.host.size());
        output_ += request_.host;
    }
    append_port(output_, request_.port);
    expect(State::reply5, 4);
}

AIOHTTP_DECL void SocksHandshake::expect(State state, std::size_t bytes) {
    state_ = state;
    needed_ = bytes;
    input_.clear();
}

AIOHTTP_DECL void SocksHandshake::fail(std::string what, int reply) {
    state_ = State::failed;
    error_ = std::move(what);
    reply_ = reply;
    output_.clear();
}

AIOHTTP_DECL void SocksHandshake::sent() {
    output_.clear();
}

AIOHTTP_DECL std::size_t SocksHandshake::wanted() const noexcept {
    return done() || failed() || !output_.empty() ? 0 : needed_ - input_.size();
}

AIOHTTP_DECL void SocksHandshake::feed(std::string_view bytes) {
    input_.append(bytes.substr(0, wanted()));
    if (!done() && !failed() && output_.empty() && input_.size() == needed_) {
        step();
    }
}

AIOHTTP_DECL void SocksHandshake::take_method() {
    const char method = input_[1];
    if (input_[0] != 5) {
        fail("the answer is not SOCKS5");
    } else if (method == socks_no_auth) {
        request5();
    } else if (method == socks_login && !request_.login.empty()) {
        output_ = '\x01';
        output_ += static_cast<char>(request_.login.size());
        output_ += request_.login;
        output_ += static_cast<char>(request_.password.size());
        output_ += request_.password;
        expect(State::auth, 2);
    } else if (method == socks_no_method) {
        fail(request_.login.empty() ? "the proxy wants credentials"
                                    : "the proxy takes neither our credentials nor none",
             0xff);
    } else {
        fail("the proxy chose method " + std::to_string(static_cast<unsigned char>(method)) +
             ", which was not offered");
    }
}

AIOHTTP_DECL void SocksHandshake::take_reply5() {
    const auto reply = static_cast<unsigned char>(input_[1]);
    if (input_[0] != 5) {
        fail("the answer is not SOCKS5");
    } else if (reply != 0) {
        fail(std::string(socks5_meaning(reply)) + " (reply " + std::to_string(reply) + ")", reply);
    } else if (input_[3] == 1) {
        expect(State::bound_place, 4 + 2);
    } else if (input_[3] == 3) {
        expect(State::bound_name, 1);
    } else if (input_[3] == 4) {
        expect(State::bound_place, 16 + 2);
    } else {
        fail("the answer has an unknown type of address, " +
             std::to_string(static_cast<unsigned char>(input_[3])));
    }
}

AIOHTTP_DECL void SocksHandshake::step() {
    switch (state_) {
        case State::reply4: {
            const auto reply = static_cast<unsigned char>(input_[1]);
            if (input_[0] != 0) {
                fail("the answer is not SOCKS4");
            } else if (reply != 90) {
                fail(std::string(socks4_meaning(reply)) + " (reply " + std::to_string(reply) + ")",
                     reply);
            } else {
                state_ = State::done;
            }
            break;
        }
        case State::method:
            take_method();
            break;
        case State::auth:
            // Its first byte is 1 in RFC 1929, and 5 from some servers.
            if (input_[1] != 0) {
                fail("the proxy refuses login and password", static_cast<unsigned char>(input_[1]));
            } else {
                request5();
            }
            break;
        case State::reply5:
            take_reply5();
            break;
        case State::bound_name:
            expect(State::bound_place, static_cast<unsigned char>(input_[0]) + std::size_t{2});
            break;
        case State::bound_place:
            state_ = State::done;
            break;
        case State::done:
        case State::failed:
            break;
    }
}

}  // namespace aiohttp::detail
