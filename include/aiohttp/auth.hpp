#pragma once

#include <string>

namespace aiohttp {

/// A login and a password for HTTP's Basic authentication (RFC 7617), both sent as UTF-8:
///
///     co_await session.get(url).auth(aiohttp::BasicAuth("user", "secret"));
///     aiohttp::ClientSessionOptions().header("Authorization", auth.encode());  // every request
class BasicAuth {
public:
    /// Throws ValueError when the login has a ":", which would end it.
    explicit BasicAuth(std::string login, std::string password = {});

    const std::string& login() const noexcept { return login_; }
    const std::string& password() const noexcept { return password_; }
    /// The value of the Authorization field, e.g. "Basic dXNlcjpwYXNz".
    std::string encode() const;

    bool operator==(const BasicAuth&) const = default;

private:
    std::string login_;
    std::string password_;
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
