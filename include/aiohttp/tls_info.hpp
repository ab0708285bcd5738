#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace aiohttp {

/// A server's certificate, as ClientResponse::peer_certificate() gives it. It is what the server
/// sent: whether it was verified is a matter of the request's TlsOptions.
struct PeerCertificate {
    std::string subject;                    ///< e.g. "CN=api.example.com,O=Example" (RFC 4514)
    std::string issuer;                     ///< who signed it, in the same form
    std::vector<std::string> dns_names;     ///< the hosts that it is for, e.g. "*.example.com"
    std::vector<std::string> ip_addresses;  ///< the addresses that it is for, e.g. "127.0.0.1"
    std::chrono::system_clock::time_point not_before;  ///< valid from
    std::chrono::system_clock::time_point not_after;   ///< valid until
    std::string serial_number;                         ///< in lower-case hexadecimal digits
    /// SHA-256 of the certificate in hexadecimal digits: what TlsOptions::pin_certificate() takes.
    std::string sha256;
    /// SHA-256 of its public key, e.g. "sha256/47DEQ...=": what TlsOptions::pin_public_key() takes.
    std::string public_key_sha256;
    std::string pem;  ///< the certificate itself

    bool operator==(const PeerCertificate&) const = default;
};

/// What a TLS handshake agreed on, as ClientResponse::tls() gives it.
struct TlsInfo {
    std::string version;      ///< e.g. "TLSv1.3"
    std::string cipher;       ///< e.g. "TLS_AES_256_GCM_SHA384"
    std::string alpn;         ///< the protocol that the server chose by ALPN, or empty
    std::string server_name;  ///< the name or address that the certificate was checked for
    bool resumed = false;     ///< whether an earlier session went on, without a full handshake

    bool operator==(const TlsInfo&) const = default;
};

}  // namespace aiohttp
