#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/tls_material.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::string take_openssl_error() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown OpenSSL error" : reason;
}

using MemoryBio = std::unique_ptr<BIO, decltype(&BIO_free)>;

AIOHTTP_DECL MemoryBio memory_bio(const std::string& bytes) {
    return {BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())), &BIO_free};
}

AIOHTTP_DECL CertificateList certificates_of(const std::string& pem) {
    const auto text = memory_bio(pem);
    CertificateList list;
    ERR_clear_error();
    while (X509* const certificate = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
        list.certificates.emplace_back(certificate, &X509_free);
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const auto reason = take_openssl_error();
    if (!at_end) {
        list.error = "a certificate in PEM is malformed: " + reason;
    } else if (list.certificates.empty()) {
        list.error = "there is no certificate in PEM";
    }
    return list;
}

/// The whole file; on failure nullopt, and `error` says why.
AIOHTTP_DECL std::optional<std::string> read_tls_file(const std::string& path, std::string& error) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string bytes;
    std::array<char, 4096> piece;
    bool readable = file.is_open();
    while (readable && file) {
        file.read(piece.data(), piece.size());
        bytes.append(piece.data(), static_cast<std::size_t>(file.gcount()));
        readable = !file.bad();  // a directory, for one
    }
    if (!readable) {
        error = std::generic_category().message(errno == 0 ? EIO : errno);
        return std::nullopt;
    }
    return bytes;
}

AIOHTTP_DECL CertificateList read_ca_file(const std::string& path) {
    CertificateList list;
    if (const auto pem = read_tls_file(path, list.error)) {
        list = certificates_of(*pem);
    }
    if (!list.error.empty()) {
        list.error = "cannot read the CA file " + quote(path) + ": " + list.error;
    }
    return list;
}

AIOHTTP_DECL CertificateList read_ca_directory(const std::string& path) {
    CertificateList all;
    std::error_code error;
    std::filesystem::directory_iterator entries(path, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
        std::error_code unreadable;
        if (entries->is_regular_file(unreadable)) {
            auto list = read_ca_file(entries->path().string());
            std::move(list.certificates.begin(), list.certificates.end(),
                      std::back_inserter(all.certificates));
        }
    }
    if (error) {
        all.error = "cannot read the CA directory " + quote(path) + ": " + error.message();
    } else if (all.certificates.empty()) {
        all.error = "the CA directory " + quote(path) + " has no certificate in PEM";
    }
    return all;
}

AIOHTTP_DECL CertificateList certificates_of(const TrustSource& source) {
    switch (source.kind) {
        case TrustSource::Kind::file:
            return read_ca_file(source.text);
        case TrustSource::Kind::directory:
            return read_ca_directory(source.text);
        case TrustSource::Kind::pem:
            break;
    }
    return certificates_of(source.text);
}

/// Gives OpenSSL the passphrase; without one it must not ask on the terminal.
AIOHTTP_DECL int give_passphrase(char* into, int size, int /*writing*/, void* passphrase) {
    const auto& text = *static_cast<const std::string*>(passphrase);
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    std::copy(text.begin(), text.end(), into);
    return static_cast<int>(text.size());
}

AIOHTTP_DECL void read_private_key(TlsIdentity& identity,
                                   const std::string& pem,
                                   std::string passphrase) {
    const auto text = memory_bio(pem);
    ERR_clear_error();
    EVP_PKEY* const key =
        PEM_read_bio_PrivateKey(text.get(), nullptr, &give_passphrase, &passphrase);
    if (key != nullptr) {
        identity.key.reset(key, &EVP_PKEY_free);
        return;
    }
    if (pem.find("ENCRYPTED") != std::string::npos) {
        identity.error = passphrase.empty() ? "its key is encrypted, and there is no passphrase"
                                            : "the passphrase of its key is wrong";
    } else {
        identity.error = "there is no usable private key in PEM";
    }
    ERR_clear_error();
}

AIOHTTP_DECL TlsIdentity identity_of_pem(const std::string& pem,
                                         const std::string& key_pem,
                                         const std::string& passphrase) {
    TlsIdentity identity;
    auto list = certificates_of(pem);
    if (!list.error.empty()) {
        identity.error = list.error;
        return identity;
    }
    identity.certificate = list.certificates.front();
    identity.chain.assign(list.certificates.begin() + 1, list.certificates.end());
    read_private_key(identity, key_pem.empty() ? pem : key_pem, passphrase);
    return identity;
}

AIOHTTP_DECL TlsIdentity identity_of_pkcs12(const std::string& bytes,
                                            const std::string& passphrase) {
    TlsIdentity identity;
    const auto input = memory_bio(bytes);
    const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> pkcs12(
        d2i_PKCS12_bio(input.get(), nullptr), &PKCS12_free);
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* chain = nullptr;
    if (!pkcs12) {
        identity.error = "it is not PKCS#12";
    } else if (PKCS12_parse(pkcs12.get(), passphrase.c_str(), &key, &certificate, &chain) != 1) {
        identity.error = ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_MAC_VERIFY_FAILURE
                             ? "the passphrase is wrong"
                             : take_openssl_error();
    }
    ERR_clear_error();
    identity.key.reset(key, &EVP_PKEY_free);
    identity.certificate.reset(certificate, &X509_free);
    while (chain != nullptr && sk_X509_num(chain) > 0) {
        identity.chain.emplace_back(sk_X509_shift(chain), &X509_free);
    }
    sk_X509_free(chain);
    if (identity.error.empty() && (key == nullptr || certificate == nullptr)) {
        identity.error = "it has no certificate with a key";
    }
    return identity;
}

/// From files; `what` is set to what an error has to name.
AIOHTTP_DECL TlsIdentity read_identity(const ClientCertificate& source, std::string& what) {
    TlsIdentity identity;
    what += ' ' + quote(source.certificate);
    const auto bytes = read_tls_file(source.certificate, identity.error);
    if (!bytes) {
        return identity;
    }
    if (source.kind == ClientCertificate::Kind::pkcs12_file) {
        return identity_of_pkcs12(*bytes, source.passphrase);
    }
    std::string key;
    if (!source.key.empty()) {
        what += " with the key " + quote(source.key);
        auto read = read_tls_file(source.key, identity.error);
        if (!read) {
            return identity;
        }
        key = std::move(*read);
    }
    return identity_of_pem(*bytes, key, source.passphrase);
}

AIOHTTP_DECL TlsIdentity load_identity(const ClientCertificate& source) {
    std::string what = "cannot use the client certificate";
    auto identity = source.kind == ClientCertificate::Kind::pem
                        ? identity_of_pem(source.certificate, source.key, source.passphrase)
                        : read_identity(source, what);
    if (identity.error.empty() &&
        X509_check_private_key(identity.certificate.get(), identity.key.get()) != 1) {
        identity.error = "the private key belongs to another certificate";
        ERR_clear_error();
    }
    if (!identity.error.empty()) {
        identity.error = what + ": " + identity.error;
    }
    return identity;
}

}  // namespace aiohttp::detail
