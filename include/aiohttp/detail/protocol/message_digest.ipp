#pragma once

#include <array>
#include <vector>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/message_digest.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL const EVP_MD* openssl_hash(HashFunction function) noexcept {
    switch (function) {
        case HashFunction::md5:
            return EVP_md5();
        case HashFunction::sha1:
            return EVP_sha1();
        case HashFunction::sha256:
            return EVP_sha256();
        case HashFunction::sha512_256:
            return EVP_sha512_256();
        case HashFunction::sha512:
            return EVP_sha512();
    }
    return nullptr;
}

AIOHTTP_DECL std::string to_hex(const unsigned char* bytes, std::size_t size) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * size);
    for (std::size_t i = 0; i < size; ++i) {
        text += digits[bytes[i] >> 4U];
        text += digits[bytes[i] & 15U];
    }
    return text;
}

AIOHTTP_DECL void check_openssl(bool done) {
    if (!done) {
        throw RuntimeError("OpenSSL does not provide a hash or random bytes");
    }
}

AIOHTTP_DECL void MessageDigest::Free::operator()(void* context) const noexcept {
    EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

AIOHTTP_DECL MessageDigest::MessageDigest(HashFunction function) : context_(EVP_MD_CTX_new()) {
    auto* const context = static_cast<EVP_MD_CTX*>(context_.get());
    check_openssl(context != nullptr &&
                  EVP_DigestInit_ex(context, openssl_hash(function), nullptr) == 1);
}

AIOHTTP_DECL void MessageDigest::update(std::string_view bytes) {
    auto* const context = static_cast<EVP_MD_CTX*>(context_.get());
    check_openssl(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

AIOHTTP_DECL std::string MessageDigest::hex() {
    auto* const context = static_cast<EVP_MD_CTX*>(context_.get());
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    check_openssl(EVP_DigestFinal_ex(context, hash.data(), &size) == 1);
    return to_hex(hash.data(), size);
}

AIOHTTP_DECL std::string hash_hex(HashFunction function, std::string_view bytes) {
    MessageDigest digest(function);
    digest.update(bytes);
    return digest.hex();
}

AIOHTTP_DECL std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> random(bytes);
    check_openssl(RAND_bytes(random.data(), static_cast<int>(bytes)) == 1);
    return to_hex(random.data(), random.size());
}

}  // namespace aiohttp::detail
