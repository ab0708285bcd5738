#pragma once

#include <algorithm>
#include <array>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/digest_challenge.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL const std::string* find_param(const AuthParams& params,
                                           std::string_view name) noexcept {
    const auto found = std::ranges::find(params, name, &AuthParams::value_type::first);
    return found == params.end() ? nullptr : &found->second;
}

/// Cuts the next element off a list whose elements may have commas in quoted strings.
AIOHTTP_DECL std::string_view next_quoted_element(std::string_view& list) noexcept {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < list.size() && (quoted || list[at] != ','); ++at) {
        if (list[at] == '"') {
            quoted = !quoted;
        } else if (quoted && list[at] == '\\') {
            ++at;
        }
    }
    at = std::min(at, list.size());
    const auto element = trim(list.substr(0, at));
    list.remove_prefix(std::min(at + 1, list.size()));
    return element;
}

/// Takes a token off the front, and the blanks behind it.
AIOHTTP_DECL std::string_view take_token(std::string_view& text) noexcept {
    std::size_t size = 0;
    while (size < text.size() && is_token_char(text[size])) {
        ++size;
    }
    const auto token = text.substr(0, size);
    text.remove_prefix(size);
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    return token;
}

/// Takes `name = value`, all of the element.
AIOHTTP_DECL bool take_param(std::string_view element, AuthParams& params) {
    auto name = to_lower_copy(take_token(element));
    if (name.empty() || !element.starts_with('=')) {
        return false;
    }
    auto value = trim(element.substr(1));
    std::string text;
    if (value.starts_with('"')) {
        if (!take_quoted_string(value, text) || !value.empty()) {
            return false;
        }
    } else if (is_token(value)) {
        text = value;
    } else {
        return false;
    }
    params.emplace_back(std::move(name), std::move(text));
    return true;
}

AIOHTTP_DECL AuthParams parse_auth_params(std::string_view field) {
    AuthParams params;
    while (!field.empty()) {
        take_param(next_quoted_element(field), params);
    }
    return params;
}

/// One element of the list: a parameter of the last challenge, or the beginning of another.
AIOHTTP_DECL void take_element(std::string_view element, std::vector<AuthChallenge>& challenges) {
    auto rest = element;
    const auto token = take_token(rest);
    if (token.empty()) {
        return;
    }
    if (rest.starts_with('=')) {
        if (!challenges.empty()) {
            take_param(element, challenges.back().params);
        }
        return;
    }
    auto& challenge = challenges.emplace_back();
    challenge.scheme = to_lower_copy(token);
    if (is_token68(rest)) {
        challenge.token68 = rest;
    } else if (!rest.empty()) {
        take_param(rest, challenge.params);
    }
}

AIOHTTP_DECL std::vector<AuthChallenge> parse_challenges(std::span<const std::string_view> fields) {
    std::vector<AuthChallenge> challenges;
    for (auto field : fields) {
        std::vector<AuthChallenge> own;  // a parameter never belongs to the field before
        while (!field.empty()) {
            take_element(next_quoted_element(field), own);
        }
        std::ranges::move(own, std::back_inserter(challenges));
    }
    return challenges;
}

/// Finds the hash that an algorithm names, with or without the hyphen after SHA, as aiohttp.
AIOHTTP_DECL bool take_algorithm(std::string_view name, DigestChallenge& digest) {
    struct Known {
        std::string_view name;
        HashFunction hash;
    };
    static constexpr std::array<Known, 9> known = {{
        {"md5", HashFunction::md5},
        {"sha", HashFunction::sha1},
        {"sha-1", HashFunction::sha1},
        {"sha-256", HashFunction::sha256},
        {"sha256", HashFunction::sha256},
        {"sha-512-256", HashFunction::sha512_256},
        {"sha512-256", HashFunction::sha512_256},
        {"sha-512", HashFunction::sha512},
        {"sha512", HashFunction::sha512},
    }};
    auto lower = to_lower_copy(name);
    digest.session = lower.ends_with("-sess");
    if (digest.session) {
        lower.resize(lower.size() - 5);
    }
    const auto found = std::ranges::find(known, lower, &Known::name);
    if (found == known.end()) {
        return false;
    }
    digest.hash = found->hash;
    return true;
}

AIOHTTP_DECL bool take_qop(std::string_view list, DigestChallenge& digest) {
    auto rest = list;
    while (!rest.empty()) {
        const auto option = next_list_element(rest);
        digest.auth = digest.auth || iequals(option, "auth");
        digest.auth_int = digest.auth_int || iequals(option, "auth-int");
    }
    return digest.auth || digest.auth_int || trim(list).empty();
}

AIOHTTP_DECL std::optional<DigestChallenge> parse_digest(const AuthChallenge& challenge,
                                                         std::string& problem) {
    const auto text = [&challenge](std::string_view name) {
        const auto* const value = find_param(challenge.params, name);
        return value != nullptr ? std::string_view(*value) : std::string_view();
    };
    const auto optional = [&challenge](std::string_view name) {
        const auto* const value = find_param(challenge.params, name);
        return value != nullptr ? std::optional(*value) : std::nullopt;
    };
    DigestChallenge digest;
    const auto realm = optional("realm");
    digest.nonce = text("nonce");
    digest.algorithm = optional("algorithm");
    if (!realm) {
        problem = "the Digest challenge has no realm";
        return std::nullopt;
    }
    if (digest.nonce.empty()) {
        problem = "the Digest challenge has no nonce";
        return std::nullopt;
    }
    if (digest.algorithm && !take_algorithm(*digest.algorithm, digest)) {
        problem = "the algorithm " + quote(*digest.algorithm) +
                  " of the Digest challenge is none of MD5, SHA, SHA-256, SHA-512-256 and SHA-512";
        return std::nullopt;
    }
    if (!take_qop(text("qop"), digest)) {
        problem = "the qop " + quote(text("qop")) +
                  " of the Digest challenge has neither auth nor auth-int";
        return std::nullopt;
    }
    digest.realm = *realm;
    digest.opaque = optional("opaque");
    digest.domain = text("domain");
    digest.stale = iequals(text("stale"), "true");
    digest.userhash = iequals(text("userhash"), "true");
    digest.utf8 = iequals(text("charset"), "utf-8");
    return digest;
}

AIOHTTP_DECL std::optional<DigestChallenge> choose_digest(std::span<const AuthChallenge> challenges,
                                                          std::string& problem) {
    std::optional<DigestChallenge> best;
    std::string first_problem;
    for (const auto& challenge : challenges) {
        if (challenge.scheme != "digest") {
            continue;
        }
        std::string own_problem;
        auto digest = parse_digest(challenge, own_problem);
        if (digest && (!best || digest->hash > best->hash)) {
            best = std::move(digest);
        }
        if (first_problem.empty()) {
            first_problem = std::move(own_problem);
        }
    }
    problem = best ? std::string() : std::move(first_problem);
    return best;
}

}  // namespace aiohttp::detail
