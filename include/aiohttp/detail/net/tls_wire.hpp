#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>

struct bio_st;

namespace aiohttp::detail {

/// What OpenSSL reads from and writes to instead of a socket: bytes in memory, without the copies
/// that its own memory BIOs make.
class TlsWire {
public:
    TlsWire() = default;
    TlsWire(const TlsWire&) = delete;
    TlsWire& operator=(const TlsWire&) = delete;

    /// A BIO over this object, which must outlive it; null when there is no memory.
    bio_st* make_bio() noexcept;

    /// Whether OpenSSL has read all that was received.
    bool empty() const noexcept { return input_.empty(); }
    /// Where the next bytes from the peer go; only when it is empty.
    boost::asio::mutable_buffer room() noexcept { return boost::asio::buffer(*cipher_); }
    /// So many are there. Returns them.
    std::string_view received(std::size_t bytes) noexcept {
        input_ = {cipher_->data(), bytes};
        return input_;
    }

    /// What OpenSSL wrote and is not sent yet.
    std::string_view output() const noexcept { return std::string_view(output_).substr(sent_); }
    /// So much of it is sent.
    void sent(std::size_t bytes) noexcept;
    /// Gives the memory back that a large upload took.
    void rest() noexcept;

    /// For the BIO: takes up to `most` bytes of the input, appends to the output.
    std::size_t take(char* into, std::size_t most) noexcept;
    void put(std::string_view bytes) { output_.append(bytes); }

private:
    static constexpr std::size_t most_kept = std::size_t{4} << 10U;
    using Cipher = std::array<char, 16384 + 512>;  // a whole record

    std::unique_ptr<Cipher> cipher_ = std::make_unique_for_overwrite<Cipher>();
    std::string_view input_;  // into cipher_
    std::string output_;
    std::size_t sent_ = 0;
};

}  // namespace aiohttp::detail
