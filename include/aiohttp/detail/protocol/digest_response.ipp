#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/protocol/digest_response.hpp>
#include <aiohttp/detail/protocol/message_digest.hpp>

namespace aiohttp::detail {

// RFC 8187 3.2.1.
inline constexpr CharSet is_attr_char{"!#$&+-.^_`|~", true};

/// The hash of the parts with colons in between.
AIOHTTP_DECL std::string hash_joined(HashFunction hash,
                                     std::initializer_list<std::string_view> parts) {
    MessageDigest digest(hash);
    bool first = true;
    for (const auto part : parts) {
        digest.update(first ? "" : ":");
        digest.update(part);
        first = false;
    }
    return digest.hex();
}

AIOHTTP_DECL std::string count_text(std::uint32_t count) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text(8, '0');
    for (auto at = text.rbegin(); at != text.rend(); ++at, count >>= 4U) {
        *at = digits[count & 15U];
    }
    return text;
}

/// RFC 7616 3.4.1.
AIOHTTP_DECL std::string digest_of(const DigestChallenge& challenge,
                                   const DigestRequest& request,
                                   std::string_view qop,
                                   std::string_view count) {
    const auto hash = challenge.hash;
    auto a1 = hash_joined(hash, {request.login, challenge.realm, request.password});
    if (challenge.session) {
        a1 = hash_joined(hash, {a1, challenge.nonce, request.first_cnonce});
    }
    const auto a2 = request.body_hash.empty()
                        ? hash_joined(hash, {request.method, request.uri})
                        : hash_joined(hash, {request.method, request.uri, request.body_hash});
    if (qop.empty()) {
        return hash_joined(hash, {a1, request.nonce, a2});
    }
    return hash_joined(hash, {a1, request.nonce, count, request.cnonce, qop, a2});
}

AIOHTTP_DECL void append_param(std::string& out, std::string_view name, std::string_view value) {
    out.append(out.empty() ? "Digest " : ", ").append(name).append("=").append(value);
}

AIOHTTP_DECL void append_quoted_param(std::string& out,
                                      std::string_view name,
                                      std::string_view value) {
    append_param(out, name, "\"");
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    out += '"';
}

/// RFC 7616 3.4.4: the name, its hash, or the name in the extended notation.
AIOHTTP_DECL void append_username(std::string& out,
                                  const DigestChallenge& challenge,
                                  const DigestRequest& request) {
    const bool ascii =
        std::ranges::all_of(request.login, [](char c) { return static_cast<signed char>(c) >= 0; });
    if (challenge.userhash) {
        append_quoted_param(out, "username",
                            hash_joined(challenge.hash, {request.login, challenge.realm}));
    } else if (challenge.utf8 && !ascii) {
        append_param(out, "username*", "UTF-8''");
        append_quoted(out, request.login, is_attr_char, "%20");
    } else {
        append_quoted_param(out, "username", request.login);
    }
}

AIOHTTP_DECL std::string digest_authorization(const DigestChallenge& challenge,
                                              const DigestRequest& request) {
    const bool has_qop = challenge.auth || challenge.auth_int;
    const std::string_view with_qop = request.body_hash.empty() ? "auth" : "auth-int";
    const auto qop = has_qop ? with_qop : std::string_view();
    const auto count = count_text(request.count);
    std::string out;
    append_username(out, challenge, request);
    append_quoted_param(out, "realm", challenge.realm);
    append_quoted_param(out, "nonce", request.nonce);
    append_quoted_param(out, "uri", request.uri);
    append_quoted_param(out, "response", digest_of(challenge, request, qop, count));
    if (challenge.algorithm) {
        append_param(out, "algorithm", *challenge.algorithm);
    }
    if (challenge.opaque) {
        append_quoted_param(out, "opaque", *challenge.opaque);
    }
    if (has_qop) {
        append_param(out, "qop", qop);
        append_param(out, "nc", count);
    }
    if (has_qop || challenge.session) {
        append_quoted_param(out, "cnonce", has_qop ? request.cnonce : request.first_cnonce);
    }
    if (challenge.userhash) {
        append_param(out, "userhash", "true");
    }
    return out;
}

AIOHTTP_DECL std::string random_cnonce() {
    return random_hex(16);
}

AIOHTTP_DECL DigestSession::DigestSession(DigestChallenge of,
                                          const DigestSession* before,
                                          std::string cnonce)
    : challenge(std::move(of)), nonce(challenge.nonce), first_cnonce(std::move(cnonce)) {
    if (before != nullptr && before->nonce == nonce) {
        used = before->used;
    }
}

AIOHTTP_DECL std::string DigestSession::answer(DigestRequest request,
                                               const std::function<std::string()>& make_cnonce) {
    // The first request of a session uses its cnonce, with -sess all of them.
    const auto cnonce = used == 0 || challenge.session ? first_cnonce : make_cnonce();
    request.nonce = nonce;
    request.count = ++used;
    request.cnonce = cnonce;
    request.first_cnonce = first_cnonce;
    return digest_authorization(challenge, request);
}

}  // namespace aiohttp::detail
