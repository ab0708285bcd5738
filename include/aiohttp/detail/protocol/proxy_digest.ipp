#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/proxy_digest.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL ProxyDigest::ProxyDigest(std::string login, std::string password)
    : login_(std::move(login)), password_(std::move(password)) {}

AIOHTTP_DECL bool ProxyDigest::take(std::span<const std::string_view> fields) {
    const auto challenges = parse_challenges(fields);
    std::string problem;
    auto chosen = choose_digest(challenges, problem);
    if (!chosen) {
        return false;
    }
    session_ = DigestSession(std::move(*chosen), session_ ? &*session_ : nullptr, random_cnonce());
    return true;
}

AIOHTTP_DECL std::optional<HashFunction> ProxyDigest::body_hash() const noexcept {
    if (!session_ || !session_->challenge.auth_int || session_->challenge.auth) {
        return std::nullopt;
    }
    return session_->challenge.hash;
}

AIOHTTP_DECL std::string ProxyDigest::authorization(std::string_view method,
                                                    std::string_view uri,
                                                    std::string_view body_hash) {
    DigestRequest request;
    request.login = login_;
    request.password = password_;
    request.method = method;
    request.uri = uri;
    request.body_hash = body_hash;
    return session_->answer(request, &random_cnonce);
}

}  // namespace aiohttp::detail
