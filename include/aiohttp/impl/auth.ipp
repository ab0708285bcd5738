#pragma once

#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
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
