#pragma once

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/impl/certificate.ipp>

namespace aiohttp::detail {

using CertificatePkcs12 = std::unique_ptr<PKCS12, CertificateRelease<&PKCS12_free>>;

AIOHTTP_DECL CertificateKey key_of_pem(const std::string& pem) {
    const CertificateBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    CertificateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    check_certificate_step(key != nullptr, "reading a key");
    return key;
}

}  // namespace aiohttp::detail

namespace aiohttp::testing {

AIOHTTP_DECL std::string encrypted_key(const std::string& key_pem, const std::string& passphrase) {
    const auto key = aiohttp::detail::key_of_pem(key_pem);
    const aiohttp::detail::CertificateBio bio(BIO_new(BIO_s_mem()));
    const int written =
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_256_cbc(), passphrase.data(),
                                      static_cast<int>(passphrase.size()), nullptr, nullptr);
    aiohttp::detail::check_certificate_step(written == 1, "encrypting a key");
    return aiohttp::detail::text_of_bio(bio.get());
}

AIOHTTP_DECL std::string pkcs12(const Certificate& certificate, const std::string& passphrase) {
    const auto key = aiohttp::detail::key_of_pem(certificate.key_pem);
    const aiohttp::detail::CertificateBio chain(BIO_new_mem_buf(
        certificate.chain_pem.data(), static_cast<int>(certificate.chain_pem.size())));
    const aiohttp::detail::CertificateX509 own(
        PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    STACK_OF(X509)* const above = sk_X509_new_null();
    while (X509* const next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
        sk_X509_push(above, next);
    }
    ERR_clear_error();
    const aiohttp::detail::CertificatePkcs12 packed(
        PKCS12_create(passphrase.c_str(), "aiohttp", key.get(), own.get(), above, 0, 0, 0, 0, 0));
    sk_X509_pop_free(above, &X509_free);
    const aiohttp::detail::CertificateBio bio(BIO_new(BIO_s_mem()));
    aiohttp::detail::check_certificate_step(
        packed != nullptr && i2d_PKCS12_bio(bio.get(), packed.get()) == 1, "making PKCS#12");
    return aiohttp::detail::text_of_bio(bio.get());
}

}  // namespace aiohttp::testing
