#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp {

AIOHTTP_DECL BasicAuth::BasicAuth(std::string login, std::string password)
    : login_(std::move(login)), password_(std::move(password)) {
    if (login_.find(':') != std::string::npos) {
        throw ValueError("the login " + detail::quote(login_) +
                         " has a \":\", which Basic authentication cannot express");
    }
}

AIOHTTP_DECL std::string BasicAuth::encode() const {
    return "Basic " + detail::base64_encode(login_ + ':' + password_);
}

namespace detail {

/// RFC 9110 11.2.
AIOHTTP_DECL bool is_token68(std::string_view text) noexcept {
    constexpr CharSet is_member{"-._~+/", true};
    const std::size_t size = count_leading(text, is_member);
    return size > 0 && text.find_first_not_of('=', size) == std::string_view::npos;
}

}  // namespace detail

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
