#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/digest_response.hpp>
#include <aiohttp/detail/protocol/message_digest.hpp>
#include <aiohttp/detail/protocol/proxy_digest.hpp>

namespace aiohttp::detail {

inline constexpr std::size_t cnonce_bytes = 16;

AIOHTTP_DECL ProxyDigest::ProxyDigest(std::string login, std::string password)
    : login_(std::move(login)), password_(std::move(password)) {}

AIOHTTP_DECL bool ProxyDigest::take(std::span<const std::string_view> fields) {
    const auto challenges = parse_challenges(fields);
    std::string problem;
    auto chosen = choose_digest(challenges, problem);
    if (!chosen) {
        return false;
    }
    if (!challenge_ || challenge_->nonce != chosen->nonce) {
        used_ = 0;  // a nonce is counted as long as it lives
    }
    challenge_ = std::move(chosen);
    first_cnonce_ = random_hex(cnonce_bytes);
    return true;
}

AIOHTTP_DECL std::optional<HashFunction> ProxyDigest::body_hash() const noexcept {
    return challenge_ && challenge_->auth_int && !challenge_->auth ? std::optional(challenge_->hash)
                                                                   : std::nullopt;
}

AIOHTTP_DECL std::string ProxyDigest::authorization(std::string_view method,
                                                    std::string_view uri,
                                                    std::string_view body_hash) {
    const auto cnonce =
        used_ == 0 || challenge_->session ? first_cnonce_ : random_hex(cnonce_bytes);
    DigestRequest answer;
    answer.login = login_;
    answer.password = password_;
    answer.method = method;
    answer.uri = uri;
    answer.nonce = challenge_->nonce;
    answer.count = ++used_;
    answer.cnonce = cnonce;
    answer.first_cnonce = first_cnonce_;
    answer.body_hash = body_hash;
    return digest_authorization(*challenge_, answer);
}

}  // namespace aiohttp::detail
