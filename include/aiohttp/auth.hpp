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

}  // namespace aiohttp
