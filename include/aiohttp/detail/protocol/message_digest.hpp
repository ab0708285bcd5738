#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace aiohttp::detail {

/// The hashes of HTTP's Digest authentication, the strongest one last.
enum class HashFunction : std::uint8_t { md5, sha1, sha256, sha512_256, sha512 };

/// A hash over bytes that come piece by piece.
class MessageDigest {
public:
    /// Throws RuntimeError when the system's OpenSSL does not provide it (MD5, in FIPS mode).
    explicit MessageDigest(HashFunction function);
    void update(std::string_view bytes);
    /// The hash in lower-case hexadecimal digits; nothing may be added afterwards.
    std::string hex();

private:
    struct Free {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, Free> context_;
};

/// The hash of bytes in memory.
std::string hash_hex(HashFunction function, std::string_view bytes);

/// So many random bytes, fit for secrets, as hexadecimal digits.
std::string random_hex(std::size_t bytes);

}  // namespace aiohttp::detail
