#pragma once

#include <memory>
#include <string>

#include <aiohttp/tls_failure.hpp>

struct ssl_st;
struct x509_st;

namespace aiohttp::detail {

/// What the check of a chain of certificates met first: OpenSSL itself only keeps its number.
class TlsVerification {
public:
    TlsVerification() = default;
    TlsVerification(const TlsVerification&) = delete;
    TlsVerification& operator=(const TlsVerification&) = delete;

    /// Says what the certificate must be for; an IP address is checked as such, without its zone.
    /// With `by_name` false any name will do. Returns false when the name cannot be checked, and
    /// then there must be no handshake: OpenSSL would take every certificate.
    [[nodiscard]] static bool expect_name(ssl_st* ssl, const std::string& name, bool by_name);
    /// Watches the check; this object must live as long as the connection. A context of the
    /// caller's that has a callback of its own keeps it.
    void attach(ssl_st* ssl);
    /// Whether the handshake failed because of a certificate.
    bool failed(ssl_st* ssl) const noexcept;
    /// Which check failed, for which name, at which depth.
    TlsFailure failure(ssl_st* ssl, const std::string& name) const;

    /// For the callback: the first fault.
    void note(int code, int depth, x509_st* certificate);

private:
    int code_ = 0;
    int depth_ = -1;
    std::shared_ptr<x509_st> certificate_;
};

}  // namespace aiohttp::detail
