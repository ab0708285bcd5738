#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace aiohttp {

/// The type of verify_none.
struct VerifyNone {};

/// `ssl = verify_none`: neither the certificate chain nor the host name is checked (aiohttp's
/// ssl=False). For tests; it makes TLS worth nothing against an active attacker.
inline constexpr VerifyNone verify_none{};

/// How a TLS connection is made. The default checks the chain against the system's trust store
/// and the certificate's names (or IP addresses) against the host (RFC 9110 4.3.4), and asks for
/// TLS 1.2 or newer. Connections of different options are never shared; equal options share one
/// OpenSSL context.
class TlsOptions {
public:
    /// The system's trust store; everything checked.
    TlsOptions();
    /// Nothing checked.
    TlsOptions(VerifyNone);
    /// The caller's own context, as it is; only SNI and, when the context verifies the peer, the
    /// host name check are added. The context object may go away before the connections do.
    TlsOptions(boost::asio::ssl::context& context);

    /// Trusts the certificates of a PEM file instead of the system's. A file that cannot be read
    /// fails the request with ClientConnectorSSLError.
    TlsOptions& ca_file(std::string path) &;
    TlsOptions&& ca_file(std::string path) &&;
    /// Trusts the certificates of a PEM text instead of the system's.
    TlsOptions& ca_pem(std::string pem) &;
    TlsOptions&& ca_pem(std::string pem) &&;

    bool operator==(const TlsOptions& other) const = default;

    /// What was set.
    bool verifies() const noexcept { return verify_; }
    const std::string& ca_file() const noexcept { return ca_file_; }
    const std::string& ca_pem() const noexcept { return ca_pem_; }
    /// The caller's SSL_CTX, or null.
    void* native_context() const noexcept { return native_.get(); }

private:
    bool verify_ = true;
    std::string ca_file_;
    std::string ca_pem_;
    std::shared_ptr<void> native_;
};

}  // namespace aiohttp
