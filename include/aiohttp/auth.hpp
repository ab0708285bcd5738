#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiohttp {

class Url;

/// How the characters of Basic credentials become bytes.
enum class AuthEncoding : std::uint8_t {
    utf8,    ///< RFC 7617 2.1, what servers expect today
    latin1,  ///< ISO-8859-1, what old ones expect, and aiohttp's BasicAuth by default
};

/// A login and a password for HTTP's Basic authentication (RFC 7617), both in UTF-8 here:
///
///     co_await session.get(url).auth(aiohttp::BasicAuth("user", "secret"));
///     aiohttp::ClientSessionOptions().auth(aiohttp::BasicAuth("user", "secret"));  // every
///     request
class BasicAuth {
public:
    /// Throws ValueError when the login has a ":", which would end it, and when the encoding does
    /// not have a character; its message does not show the password.
    explicit BasicAuth(std::string login,
                       std::string password = {},
                       AuthEncoding encoding = AuthEncoding::utf8);
    /// The credentials of an Authorization field. Throws ValueError unless it is "Basic" and the
    /// Base64 of a login and a password; its message does not show them.
    static BasicAuth decode(std::string_view field, AuthEncoding encoding = AuthEncoding::utf8);
    /// The credentials of a URL, percent-decoded; nullopt when it has none. Throws ValueError as
    /// the constructor.
    static std::optional<BasicAuth> from_url(const Url& url,
                                             AuthEncoding encoding = AuthEncoding::utf8);

    const std::string& login() const noexcept { return login_; }
    const std::string& password() const noexcept { return password_; }
    AuthEncoding encoding() const noexcept { return encoding_; }
    /// The value of the Authorization field, e.g. "Basic dXNlcjpwYXNz".
    std::string encode() const;

    bool operator==(const BasicAuth&) const = default;

private:
    std::string login_;
    std::string password_;
    AuthEncoding encoding_;
};

/// A token for HTTP's Bearer authentication (RFC 6750), such as OAuth 2.0 gives:
///
///     co_await session.get(url).auth(aiohttp::BearerAuth(token));
class BearerAuth {
public:
    /// Throws ValueError for what cannot be a token (RFC 6750 2.1: letters, digits and -._~+/,
    /// "=" at the end, at least one character); its message does not show it.
    explicit BearerAuth(std::string token);

    const std::string& token() const noexcept { return token_; }
    /// The value of the Authorization field, e.g. "Bearer mF_9.B5f-4.1JqM".
    std::string encode() const;

    bool operator==(const BearerAuth&) const = default;

private:
    std::string token_;
};

/// The value of the Authorization field for a token, e.g. for ClientSessionOptions::header().
/// Throws ValueError as BearerAuth.
std::string bearer_auth(std::string token);

}  // namespace aiohttp
