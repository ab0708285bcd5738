#pragma once

#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
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

}  // namespace aiohttp
