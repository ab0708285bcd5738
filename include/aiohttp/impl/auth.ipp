#pragma once

#include <cstddef>
#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/core/latin1.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

AIOHTTP_DECL BasicAuth::BasicAuth(std::string login, std::string password, AuthEncoding encoding)
    : login_(std::move(login)), password_(std::move(password)), encoding_(encoding) {
    if (login_.find(':') != std::string::npos) {
        throw ValueError("the login " + detail::quote(login_) +
                         " has a \":\", which Basic authentication cannot express");
    }
    if (encoding_ == AuthEncoding::latin1 &&
        (!detail::utf8_to_latin1(login_) || !detail::utf8_to_latin1(password_))) {
        throw ValueError("the credentials of " + detail::quote(login_) +
                         " have a character that is not in ISO-8859-1");
    }
}

AIOHTTP_DECL BasicAuth BasicAuth::decode(std::string_view field, AuthEncoding encoding) {
    constexpr std::string_view scheme = "basic";
    field = detail::trim(field);
    const auto blank = field.substr(0, scheme.size() + 1).find_first_of(" \t");
    if (blank != scheme.size() || !detail::istarts_with(field, scheme)) {
        throw ValueError("the Authorization field is not Basic");
    }
    const auto token = detail::trim(field.substr(blank));
    auto pair = detail::is_token68(token) ? detail::base64_decode(token) : std::nullopt;
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) {
        throw ValueError("the Basic credentials are not Base64 of a login, a colon and a password");
    }
    if (encoding == AuthEncoding::latin1) {
        return BasicAuth(detail::latin1_to_utf8(std::string_view(*pair).substr(0, colon)),
                         detail::latin1_to_utf8(std::string_view(*pair).substr(colon + 1)),
                         encoding);
    }
    return BasicAuth(pair->substr(0, colon), pair->substr(colon + 1), encoding);
}

AIOHTTP_DECL std::optional<BasicAuth> BasicAuth::from_url(const Url& url, AuthEncoding encoding) {
    if (!url.has_user_info()) {
        return std::nullopt;
    }
    return BasicAuth(url.user(), url.password(), encoding);
}

AIOHTTP_DECL std::string BasicAuth::encode() const {
    auto pair = login_ + ':' + password_;
    if (encoding_ == AuthEncoding::latin1) {
        pair = detail::utf8_to_latin1(pair).value();
    }
    return "Basic " + detail::base64_encode(pair);
}

AIOHTTP_DECL BearerAuth::BearerAuth(std::string token) : token_(std::move(token)) {
    if (!detail::is_token68(token_)) {
        throw ValueError(
            token_.empty()
                ? "the bearer token is empty"
                : "the bearer token has a character other than letters, digits, -._~+/ and, at "
                  "its end, =");
    }
}

AIOHTTP_DECL std::string BearerAuth::encode() const {
    return "Bearer " + token_;
}

AIOHTTP_DECL std::string bearer_auth(std::string token) {
    return BearerAuth(std::move(token)).encode();
}

}  // namespace aiohttp
