#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <vector>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <boost/asio/ip/address.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/tls_peer.hpp>
#include <aiohttp/detail/net/tls_verify.hpp>

namespace aiohttp::detail {

using FailureReason = TlsFailure::Reason;

AIOHTTP_DECL int verification_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// OpenSSL's callback for every certificate of the chain. It agrees with OpenSSL.
AIOHTTP_DECL int note_verification(int good, X509_STORE_CTX* store) {
    if (good != 1) {
        const auto* const ssl = static_cast<SSL*>(
            X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
        auto* const verification =
            static_cast<TlsVerification*>(SSL_get_ex_data(ssl, verification_index()));
        if (verification != nullptr) {
            verification->note(X509_STORE_CTX_get_error(store),
                               X509_STORE_CTX_get_error_depth(store),
                               X509_STORE_CTX_get_current_cert(store));
        }
    }
    return good;
}

/// The name without the zone of an IPv6 address, which is this machine's affair and in no
/// certificate (RFC 4007 11.2).
AIOHTTP_DECL std::string without_zone(const std::string& name) {
    return name.find(':') == std::string::npos ? name : name.substr(0, name.find('%'));
}

AIOHTTP_DECL bool TlsVerification::expect_name(ssl_st* ssl, const std::string& name, bool by_name) {
    const auto address = without_zone(name);
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(address, not_an_address);
    X509_VERIFY_PARAM* const checks = SSL_get0_param(ssl);
    if (not_an_address) {
        SSL_set_tlsext_host_name(ssl, name.c_str());
    }
    if (!by_name) {
        return true;
    }
    if (!not_an_address) {
        return X509_VERIFY_PARAM_set1_ip_asc(checks, address.c_str()) == 1;
    }
    X509_VERIFY_PARAM_set_hostflags(
        checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    // For OpenSSL an empty name is no check, and success.
    return !name.empty() && X509_VERIFY_PARAM_set1_host(checks, name.data(), name.size()) == 1;
}

AIOHTTP_DECL void TlsVerification::attach(ssl_st* ssl) {
    if (SSL_get_verify_callback(ssl) == nullptr) {
        SSL_set_ex_data(ssl, verification_index(), this);
        SSL_set_verify(ssl, SSL_get_verify_mode(ssl), &note_verification);
    }
}

AIOHTTP_DECL void TlsVerification::note(int code, int depth, x509_st* certificate) {
    if (code_ != X509_V_OK) {
        return;
    }
    code_ = code;
    depth_ = depth;
    if (certificate != nullptr) {
        X509_up_ref(certificate);
        certificate_.reset(certificate, &X509_free);
    }
}

AIOHTTP_DECL bool TlsVerification::failed(ssl_st* ssl) const noexcept {
    return SSL_get_verify_result(ssl) != X509_V_OK &&
           (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
}

AIOHTTP_DECL FailureReason reason_of_chain_fault(int code) noexcept {
    switch (code) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return FailureReason::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return FailureReason::not_yet_valid;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return FailureReason::wrong_name;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return FailureReason::self_signed;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_UNTRUSTED:
            return FailureReason::unknown_authority;
        case X509_V_ERR_INVALID_PURPOSE:
            return FailureReason::wrong_usage;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
        case X509_V_ERR_CA_MD_TOO_WEAK:
            return FailureReason::weak;
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
            return FailureReason::name_constraints;
        case X509_V_ERR_CERT_REVOKED:
            return FailureReason::revoked;
        default:
            return FailureReason::certificate;
    }
}

AIOHTTP_DECL std::string certificate_date(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
    return {text.data(), size};
}

/// A few of the names; a certificate may have hundreds.
AIOHTTP_DECL void append_certificate_names(std::string& text,
                                           const char* kind,
                                           const std::vector<std::string>& names) {
    constexpr std::size_t most = 5;
    for (std::size_t i = 0; i < names.size() && i <= most; ++i) {
        text += i > 0 ? ", " : text.empty() ? kind : std::string("; ") + kind;
        text += i < most ? printable(std::string_view(names[i]).substr(0, 100))
                         : "and " + std::to_string(names.size() - most) + " more";
    }
}

AIOHTTP_DECL std::string names_of_certificate(const PeerCertificate& certificate) {
    std::string names;
    append_certificate_names(names, "DNS: ", certificate.dns_names);
    append_certificate_names(names, "IP: ", certificate.ip_addresses);
    return names;
}

/// What is weak: the key at this place, or the signature on it.
AIOHTTP_DECL std::string certificate_strength(x509_st* certificate) {
    const EVP_PKEY* const key = X509_get0_pubkey(certificate);
    const char* const kind = key == nullptr ? nullptr : EVP_PKEY_get0_type_name(key);
    std::string text = kind == nullptr ? "a key of an unknown kind"
                                       : std::string(kind) + " key of " +
                                             std::to_string(EVP_PKEY_get_bits(key)) + " bits";
    const char* const signature = OBJ_nid2ln(X509_get_signature_nid(certificate));
    return text + ", signed with " + (signature == nullptr ? "an unknown algorithm" : signature);
}

/// OpenSSL's word for the fault, and what there is to know beyond it.
AIOHTTP_DECL std::string text_of_chain_fault(TlsFailure& failure,
                                             const std::string& name,
                                             x509_st* certificate) {
    std::string fault = X509_verify_cert_error_string(failure.code);
    if (certificate == nullptr) {
        return fault;
    }
    const auto described = describe_certificate(certificate);
    failure.subject = described.subject;
    switch (failure.reason) {
        case FailureReason::expired:
            return "expired on " + certificate_date(described.not_after);
        case FailureReason::not_yet_valid:
            return "not yet valid, it begins on " + certificate_date(described.not_before);
        case FailureReason::wrong_name: {
            const auto names = names_of_certificate(described);
            if (!names.empty()) {
                return fault + ", it is for other names (" + names + ") than " + quote(name);
            }
            failure.reason = FailureReason::no_names;
            return fault +
                   ", it has no subject alternative name, and a common name alone is not "
                   "accepted (RFC 9525 2)";
        }
        case FailureReason::weak:
            return fault + " (" + certificate_strength(certificate) + ')';
        default:
            return fault;
    }
}

AIOHTTP_DECL TlsFailure TlsVerification::failure(ssl_st* ssl, const std::string& name) const {
    TlsFailure failure;
    failure.code = code_ != X509_V_OK ? code_ : static_cast<int>(SSL_get_verify_result(ssl));
    failure.depth = depth_;
    failure.reason = reason_of_chain_fault(failure.code);
    const auto fault = text_of_chain_fault(failure, name, certificate_.get());
    failure.text = "certificate of " + quote(name) + " refused: " + fault;
    if (depth_ >= 0) {
        failure.text += " (depth " + std::to_string(depth_);
        failure.text += failure.subject.empty() ? ")" : ", " + printable(failure.subject) + ')';
    }
    return failure;
}

}  // namespace aiohttp::detail
