#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aiohttp {

/// Why TLS did not come about, for code that has to know more than the message says: what
/// Error::tls_failure() gives.
struct TlsFailure {
    /// What was wrong.
    enum class Reason : std::uint8_t {
        expired,            ///< a certificate of the chain has expired
        not_yet_valid,      ///< a certificate of the chain is not valid yet
        wrong_name,         ///< the certificate is for other hosts
        no_names,           ///< the certificate names no hosts, at most a common name
        self_signed,        ///< the certificate has no authority but itself
        unknown_authority,  ///< nobody who is trusted has signed the chain
        wrong_usage,        ///< the certificate is not for servers
        weak,               ///< a key or a signature is too weak
        name_constraints,   ///< an authority of the chain must not sign for this name
        revoked,            ///< the certificate was revoked
        certificate,        ///< the chain has another fault, see `code`
        pin_mismatch,       ///< neither the certificate nor its key is one of the pinned ones
        not_tls,            ///< what the server sent is not TLS
        alert,              ///< the server refused, with the TLS alert `code`
        protocol,           ///< no agreement, or a violation of the protocol
    };

    Reason reason = Reason::protocol;
    /// For a fault of the chain OpenSSL's number of it (X509_V_ERR_...), for an alert its number
    /// (RFC 8446 6.2), else 0.
    int code = 0;
    /// The place in the chain: 0 is the server's certificate, 1 who signed it, and so on; -1 when
    /// it is not about a certificate.
    int depth = -1;
    /// Whom the certificate there is for, e.g. "CN=api.example.com"; or empty.
    std::string subject;
    /// The pins that were asked for, as TlsOptions takes them; or empty.
    std::vector<std::string> expected;
    /// What the server has instead, in the same forms.
    std::vector<std::string> got;
    /// What was wrong in words, as in the exception's message.
    std::string text;
};

}  // namespace aiohttp
