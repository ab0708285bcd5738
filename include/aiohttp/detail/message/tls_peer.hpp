#pragma once

#include <memory>

#include <aiohttp/detail/protocol/tls_pin.hpp>
#include <aiohttp/tls_info.hpp>

struct x509_st;

namespace aiohttp::detail {

/// Who is at the other end of a TLS connection. All responses of the connection share it.
struct TlsPeer {
    TlsInfo info;
    std::shared_ptr<x509_st> certificate;  ///< null when the server sent none
};

/// The certificate taken apart.
PeerCertificate describe_certificate(x509_st* certificate);

/// The pin that fits this certificate.
TlsPin pin_of(TlsPin::Kind kind, x509_st* certificate);

}  // namespace aiohttp::detail
