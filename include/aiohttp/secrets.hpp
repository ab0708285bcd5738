#pragma once

namespace aiohttp {

/// Whether what is written for others to read has the secrets of a request in it: credentials,
/// cookies, user info in URLs, and the values of header fields, parameters, form fields and JSON
/// members whose name says so (token, secret, password, API key, signature and their like).
enum class Secrets : bool {
    masked,  ///< they are replaced by "***"
    shown,   ///< everything is written as it is
};

}  // namespace aiohttp
