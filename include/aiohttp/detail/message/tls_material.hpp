#pragma once

#include <memory>
#include <string>
#include <vector>

#include <aiohttp/detail/message/tls_fields.hpp>

struct x509_st;
struct evp_pkey_st;

namespace aiohttp::detail {

/// Certificates read from PEM.
struct CertificateList {
    std::vector<std::shared_ptr<x509_st>> certificates;
    std::string error;  ///< why they are not all there, or empty
};

/// All certificates of a PEM text; other blocks are passed over. None is an error.
CertificateList certificates_of(const std::string& pem);
/// All certificates that a source names, read now. The error names the file.
CertificateList certificates_of(const TrustSource& source);

/// What a client shows of itself.
struct TlsIdentity {
    std::shared_ptr<x509_st> certificate;
    std::vector<std::shared_ptr<x509_st>> chain;  ///< who signed it, and so on
    std::shared_ptr<evp_pkey_st> key;
    std::string error;  ///< why it cannot be used, or empty
};

/// Reads certificate and key, and checks that they belong together.
TlsIdentity load_identity(const ClientCertificate& source);

/// The text of the oldest queued OpenSSL error; the queue is emptied.
std::string take_openssl_error();

}  // namespace aiohttp::detail
