#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/certificate.hpp>

namespace aiohttp::detail {

template <auto Release>
struct CertificateRelease {
    template <typename T>
    void operator()(T* object) const noexcept {
        Release(object);
    }
};

using CertificateKey = std::unique_ptr<EVP_PKEY, CertificateRelease<&EVP_PKEY_free>>;
using CertificateX509 = std::unique_ptr<X509, CertificateRelease<&X509_free>>;
using CertificateBio = std::unique_ptr<BIO, CertificateRelease<&BIO_free_all>>;
using CertificateExtension =
    std::unique_ptr<X509_EXTENSION, CertificateRelease<&X509_EXTENSION_free>>;

[[noreturn]] AIOHTTP_DECL void throw_certificate_error(const std::string& step) {
    std::array<char, 256> reason{"no reason given"};
    if (const auto code = ERR_get_error(); code != 0) {
        ERR_error_string_n(code, reason.data(), reason.size());
    }
    ERR_clear_error();
    throw std::runtime_error("certificate: " + step + " failed: " + reason.data());
}

AIOHTTP_DECL void check_certificate_step(bool succeeded, const std::string& step) {
    if (!succeeded) {
        throw_certificate_error(step);
    }
}

AIOHTTP_DECL CertificateKey make_certificate_key(int rsa_bits = 0) {
    CertificateKey key(rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned int>(rsa_bits))
                                    : EVP_EC_gen("P-256"));
    check_certificate_step(key != nullptr, "making a key");
    return key;
}

AIOHTTP_DECL std::string text_of_bio(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

AIOHTTP_DECL std::string pem_of(X509* certificate) {
    const CertificateBio bio(BIO_new(BIO_s_mem()));
    check_certificate_step(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1,
                           "writing a certificate as PEM");
    return text_of_bio(bio.get());
}

AIOHTTP_DECL std::string pem_of(EVP_PKEY* key) {
    const CertificateBio bio(BIO_new(BIO_s_mem()));
    check_certificate_step(
        bio != nullptr &&
            PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "writing a key as PEM");
    return text_of_bio(bio.get());
}

AIOHTTP_DECL void set_common_name(X509_NAME* name, const std::string& text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    check_certificate_step(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, bytes,
                                                      static_cast<int>(text.size()), -1, 0) == 1,
                           "setting the common name \"" + text + "\"");
}

AIOHTTP_DECL void add_certificate_extension(X509* certificate,
                                            X509* issuer,
                                            int nid,
                                            const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const CertificateExtension extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    check_certificate_step(
        extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
        std::string("adding the extension ") + OBJ_nid2sn(nid) + " \"" + value + "\"");
}

/// A version 3 certificate without extensions and signature. The subject is its own issuer
/// unless there is another.
AIOHTTP_DECL CertificateX509 make_unsigned_certificate(EVP_PKEY* key,
                                                       const std::string& common_name,
                                                       std::chrono::seconds not_before,
                                                       std::chrono::seconds not_after,
                                                       X509* issuer) {
    CertificateX509 certificate(X509_new());
    std::uint64_t serial = 0;
    check_certificate_step(
        certificate != nullptr &&
            RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1,
        "making a serial number");
    auto* x509 = certificate.get();
    // A serial number must be positive and should be unique for its issuer.
    const bool filled =
        X509_set_version(x509, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), (serial >> 1U) | 1U) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(x509), static_cast<long>(not_before.count())) !=
            nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(x509), static_cast<long>(not_after.count())) !=
            nullptr &&
        X509_set_pubkey(x509, key) == 1;
    check_certificate_step(filled, "filling in a certificate");
    set_common_name(X509_get_subject_name(x509), common_name);
    auto* issuer_name = X509_get_subject_name(issuer != nullptr ? issuer : x509);
    check_certificate_step(X509_set_issuer_name(x509, issuer_name) == 1, "naming the issuer");
    return certificate;
}

AIOHTTP_DECL std::string subject_alternative_name(const std::vector<std::string>& dns_names,
                                                  const std::vector<std::string>& addresses) {
    std::string text;
    for (const auto& name : dns_names) {
        text.append(text.empty() ? "DNS:" : ",DNS:").append(name);
    }
    for (const auto& address : addresses) {
        text.append(text.empty() ? "IP:" : ",IP:").append(address);
    }
    return text;
}

AIOHTTP_DECL void sign_certificate(X509* certificate,
                                   EVP_PKEY* key,
                                   const std::string& digest = "SHA256") {
    const EVP_MD* const function = EVP_get_digestbyname(digest.c_str());
    check_certificate_step(function != nullptr && X509_sign(certificate, key, function) > 0,
                           "signing a certificate with " + digest);
}

AIOHTTP_DECL std::string certificate_common_name(
    const testing::CertificateOptions::Fields& fields) {
    if (!fields.common_name.empty()) {
        return fields.common_name;
    }
    if (!fields.dns_names.empty()) {
        return fields.dns_names.front();
    }
    return fields.ip_addresses.empty() ? "nameless" : fields.ip_addresses.front();
}

/// Who signs: a key, its certificate, and the PEM of what a chain has above and of its root.
struct CertificateSigner {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    std::string chain_pem;
    std::string root_pem;
};

/// Signed by the issuer, or by itself if there is none.
AIOHTTP_DECL testing::Certificate make_certificate(
    const testing::CertificateOptions::Fields& fields, const CertificateSigner& by) {
    X509* const issuer = by.certificate;
    const auto key = make_certificate_key(fields.rsa_bits);
    const auto certificate = make_unsigned_certificate(key.get(), certificate_common_name(fields),
                                                       fields.not_before, fields.not_after, issuer);
    auto* x509 = certificate.get();
    auto* signer = issuer != nullptr ? issuer : x509;
    add_certificate_extension(x509, signer, NID_basic_constraints, "critical,CA:FALSE");
    add_certificate_extension(x509, signer, NID_key_usage, "critical,digitalSignature");
    add_certificate_extension(x509, signer, NID_subject_key_identifier, "hash");
    if (issuer != nullptr) {
        add_certificate_extension(x509, signer, NID_authority_key_identifier, "keyid:always");
    }
    if (!fields.extended_key_usage.empty()) {
        add_certificate_extension(x509, signer, NID_ext_key_usage, fields.extended_key_usage);
    }
    const auto names = subject_alternative_name(fields.dns_names, fields.ip_addresses);
    if (!names.empty()) {
        add_certificate_extension(x509, signer, NID_subject_alt_name, names);
    }
    sign_certificate(x509, issuer != nullptr ? by.key : key.get(), fields.digest);

    testing::Certificate result;
    result.certificate_pem = pem_of(x509);
    result.key_pem = pem_of(key.get());
    result.authority_pem = issuer != nullptr ? by.root_pem : result.certificate_pem;
    result.chain_pem = result.certificate_pem + by.chain_pem;
    return result;
}

}  // namespace aiohttp::detail

namespace aiohttp::testing {

AIOHTTP_DECL CertificateOptions::CertificateOptions() = default;

AIOHTTP_DECL CertificateOptions& CertificateOptions::dns_names(std::vector<std::string> names) {
    fields_.dns_names = std::move(names);
    return *this;
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::ip_addresses(
    std::vector<std::string> addresses) {
    fields_.ip_addresses = std::move(addresses);
    return *this;
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::common_name(std::string name) {
    fields_.common_name = std::move(name);
    return *this;
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::common_name_only(std::string name) {
    fields_.dns_names.clear();
    fields_.ip_addresses.clear();
    return common_name(std::move(name));
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::not_before(std::chrono::seconds offset) {
    fields_.not_before = offset;
    return *this;
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::not_after(std::chrono::seconds offset) {
    fields_.not_after = offset;
    return *this;
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::expired() {
    return not_before(-std::chrono::hours(48)).not_after(-std::chrono::hours(1));
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::not_yet_valid() {
    return not_before(std::chrono::hours(1)).not_after(std::chrono::hours(48));
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::extended_key_usage(std::string usage) {
    fields_.extended_key_usage = std::move(usage);
    return *this;
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::rsa_bits(int bits) {
    fields_.rsa_bits = bits;
    return *this;
}

AIOHTTP_DECL CertificateOptions& CertificateOptions::digest(std::string name) {
    fields_.digest = std::move(name);
    return *this;
}

struct CertificateAuthority::Impl {
    aiohttp::detail::CertificateKey key;
    aiohttp::detail::CertificateX509 certificate;
    std::string chain_pem;  // this authority, and those above it
    std::string root_pem;

    /// Makes the certificate for the key; null: signed by itself.
    void make(const std::string& common_name, const Impl* issuer, const std::string& constraints) {
        using aiohttp::detail::add_certificate_extension;
        certificate = aiohttp::detail::make_unsigned_certificate(
            key.get(), common_name, -std::chrono::hours(24 * 365), std::chrono::hours(24 * 365),
            issuer != nullptr ? issuer->certificate.get() : nullptr);
        auto* const x509 = certificate.get();
        auto* const signer = issuer != nullptr ? issuer->certificate.get() : x509;
        add_certificate_extension(x509, signer, NID_basic_constraints, "critical,CA:TRUE");
        add_certificate_extension(x509, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
        add_certificate_extension(x509, signer, NID_subject_key_identifier, "hash");
        if (issuer != nullptr) {
            add_certificate_extension(x509, signer, NID_authority_key_identifier, "keyid:always");
        }
        if (!constraints.empty()) {
            add_certificate_extension(x509, signer, NID_name_constraints, constraints);
        }
        aiohttp::detail::sign_certificate(x509, issuer != nullptr ? issuer->key.get() : key.get());
        const auto own = aiohttp::detail::pem_of(x509);
        chain_pem = issuer != nullptr ? own + issuer->chain_pem : own;
        root_pem = issuer != nullptr ? issuer->root_pem : own;
    }
};

AIOHTTP_DECL CertificateAuthority::CertificateAuthority(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
AIOHTTP_DECL CertificateAuthority::CertificateAuthority(std::string common_name, int rsa_bits)
    : impl_(std::make_unique<Impl>()) {
    impl_->key = aiohttp::detail::make_certificate_key(rsa_bits);
    impl_->make(common_name, nullptr, {});
}

AIOHTTP_DECL CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
AIOHTTP_DECL CertificateAuthority& CertificateAuthority::operator=(
    CertificateAuthority&&) noexcept = default;
AIOHTTP_DECL CertificateAuthority::~CertificateAuthority() = default;

AIOHTTP_DECL CertificateAuthority
CertificateAuthority::intermediate(std::string common_name, const std::string& constraints) const {
    auto impl = std::make_unique<Impl>();
    impl->key = aiohttp::detail::make_certificate_key();
    impl->make(common_name, impl_.get(), constraints);
    return CertificateAuthority(std::move(impl));
}

AIOHTTP_DECL const std::string& CertificateAuthority::pem() const {
    return impl_->root_pem;
}

AIOHTTP_DECL Certificate CertificateAuthority::issue(const CertificateOptions& options) const {
    aiohttp::detail::CertificateSigner signer;
    signer.key = impl_->key.get();
    signer.certificate = impl_->certificate.get();
    signer.chain_pem = impl_->chain_pem;
    signer.root_pem = impl_->root_pem;
    return aiohttp::detail::make_certificate(options.fields(), signer);
}

AIOHTTP_DECL Certificate self_signed(const CertificateOptions& options) {
    return aiohttp::detail::make_certificate(options.fields(),
                                             aiohttp::detail::CertificateSigner());
}

}  // namespace aiohttp::testing
