#pragma once

#include <algorithm>
#include <ctime>
#include <memory>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <boost/asio/ip/address.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/message/tls_peer.hpp>
#include <aiohttp/tls_info.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::string bio_text(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

AIOHTTP_DECL std::string text_of(const X509_NAME* name) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
    X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    return bio_text(text.get());
}

AIOHTTP_DECL std::chrono::system_clock::time_point certificate_time(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        return {};
    }
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

AIOHTTP_DECL std::string certificate_serial(const X509* certificate) {
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr), &BN_free);
    char* const digits = number ? BN_bn2hex(number.get()) : nullptr;
    std::string serial = digits == nullptr ? "" : digits;
    OPENSSL_free(digits);
    for (char& digit : serial) {
        digit = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit | 0x20) : digit;
    }
    return serial;
}

AIOHTTP_DECL std::string certificate_address(const ASN1_OCTET_STRING* bytes) {
    const unsigned char* const data = ASN1_STRING_get0_data(bytes);
    if (ASN1_STRING_length(bytes) == 4) {
        boost::asio::ip::address_v4::bytes_type address;
        std::copy_n(data, address.size(), address.begin());
        return boost::asio::ip::address_v4(address).to_string();
    }
    if (ASN1_STRING_length(bytes) == 16) {
        boost::asio::ip::address_v6::bytes_type address;
        std::copy_n(data, address.size(), address.begin());
        return boost::asio::ip::address_v6(address).to_string();
    }
    return {};
}

AIOHTTP_DECL void add_alternative_names(const X509* certificate, PeerCertificate& into) {
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        &GENERAL_NAMES_free);
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) {
            const auto* const data = ASN1_STRING_get0_data(name->d.dNSName);
            const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
            into.dns_names.emplace_back(reinterpret_cast<const char*>(data), size);
        } else if (name->type == GEN_IPADD) {
            into.ip_addresses.push_back(certificate_address(name->d.iPAddress));
        }
    }
}

AIOHTTP_DECL Sha256Digest certificate_digest(x509_st* certificate) {
    Sha256Digest digest{};
    unsigned int size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    return digest;
}

AIOHTTP_DECL Sha256Digest public_key_digest(x509_st* certificate) {
    Sha256Digest digest{};
    unsigned char* encoded = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
    if (size > 0) {
        EVP_Digest(encoded, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(),
                   nullptr);
    }
    OPENSSL_free(encoded);
    return digest;
}

AIOHTTP_DECL TlsPin pin_of(TlsPin::Kind kind, x509_st* certificate) {
    TlsPin pin;
    pin.kind = kind;
    pin.digest = kind == TlsPin::Kind::certificate ? certificate_digest(certificate)
                                                   : public_key_digest(certificate);
    return pin;
}

AIOHTTP_DECL PeerCertificate describe_certificate(x509_st* certificate) {
    PeerCertificate described;
    described.subject = text_of(X509_get_subject_name(certificate));
    described.issuer = text_of(X509_get_issuer_name(certificate));
    add_alternative_names(certificate, described);
    described.not_before = certificate_time(X509_get0_notBefore(certificate));
    described.not_after = certificate_time(X509_get0_notAfter(certificate));
    described.serial_number = certificate_serial(certificate);
    described.sha256 = text_of(pin_of(TlsPin::Kind::certificate, certificate));
    described.public_key_sha256 = text_of(pin_of(TlsPin::Kind::public_key, certificate));
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(text.get(), certificate);
    described.pem = bio_text(text.get());
    return described;
}

}  // namespace aiohttp::detail
