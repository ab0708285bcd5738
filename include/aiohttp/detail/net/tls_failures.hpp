#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/tls_failure.hpp>

struct ssl_st;
struct ssl_ctx_st;

namespace aiohttp::detail {

/// What the queue of OpenSSL's errors says of a connection to `name`; the queue is emptied.
/// `begin`: the first bytes that came from the server. `wanted_certificate`: it asked for a
/// certificate of the client, and there was none.
TlsFailure take_tls_failure(const std::string& name,
                            std::string_view begin,
                            bool wanted_certificate);

/// Empties the queue of OpenSSL's errors; it nearly always is, and looking costs a tenth.
void clear_openssl_errors() noexcept;

/// The alert that the oldest error in OpenSSL's queue is about, if it is about one of the server's.
std::optional<int> pending_alert() noexcept;

/// Makes a context remember when a server asks for a certificate and there is none to show.
void watch_certificate_requests(ssl_ctx_st* context);
/// Whether that was so.
bool lacks_certificate(ssl_st* ssl) noexcept;

}  // namespace aiohttp::detail
