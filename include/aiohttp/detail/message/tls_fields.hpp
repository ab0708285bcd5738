#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <aiohttp/detail/protocol/tls_pin.hpp>
#include <aiohttp/tls.hpp>

namespace aiohttp::detail {

/// Where certificates of authorities come from.
struct TrustSource {
    enum class Kind : std::uint8_t { file, directory, pem };
    Kind kind = Kind::file;
    std::string text;  ///< a path, or PEM

    bool operator==(const TrustSource&) const = default;
};

/// The certificate and key that the client shows. An empty key: it is where the certificate is.
struct ClientCertificate {
    enum class Kind : std::uint8_t { none, pem_files, pem, pkcs12_file };
    Kind kind = Kind::none;
    std::string certificate;
    std::string key;
    std::string passphrase;

    bool operator==(const ClientCertificate&) const = default;
};

/// What a TlsOptions says; the setters there have the documentation.
struct TlsFields {
    bool verify = true;
    bool verify_hostname = true;
    bool pins_suffice = false;
    bool system_trust = true;
    bool session_resumption = true;
    bool key_log_from_environment = false;
    std::optional<TlsVersion> min_version;
    std::optional<TlsVersion> max_version;
    std::vector<TrustSource> trust;
    ClientCertificate client;
    std::string server_name;
    std::string ciphers;
    std::string ciphersuites;
    std::string key_log;
    std::vector<std::string> alpn = std::vector<std::string>(1, "http/1.1");
    std::vector<TlsPin> pins;
    std::shared_ptr<const std::function<void(ssl_ctx_st*)>> hook;
    std::shared_ptr<void> native;  ///< the caller's SSL_CTX, or null

    bool operator==(const TlsFields&) const = default;

    /// Whether the chain of certificates is checked.
    bool verifies() const noexcept { return verify && !pins_suffice; }
};

}  // namespace aiohttp::detail
