#pragma once

#include <algorithm>
#include <exception>

#include <openssl/bio.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/tls_wire.hpp>

namespace aiohttp::detail {

// The functions of the BIO, as OpenSSL wants them.

AIOHTTP_DECL TlsWire& wire_of(BIO* bio) noexcept {
    return *static_cast<TlsWire*>(BIO_get_data(bio));
}

AIOHTTP_DECL int read_wire(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const auto taken = wire_of(bio).take(into, size > 0 ? static_cast<std::size_t>(size) : 0);
    if (taken == 0) {
        BIO_set_retry_read(bio);  // "try again", not "end of stream"
        return -1;
    }
    return static_cast<int>(taken);
}

AIOHTTP_DECL int write_wire(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    try {
        wire_of(bio).put({bytes, size > 0 ? static_cast<std::size_t>(size) : 0});
    } catch (const std::exception&) {  // no memory
        return -1;
    }
    return size;
}

AIOHTTP_DECL long control_wire(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

AIOHTTP_DECL const BIO_METHOD* wire_method() noexcept {
    static const BIO_METHOD* const method = [] {
        BIO_METHOD* const made =
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "aiohttp wire");
        if (made != nullptr) {
            BIO_meth_set_read(made, &read_wire);
            BIO_meth_set_write(made, &write_wire);
            BIO_meth_set_ctrl(made, &control_wire);
        }
        return made;
    }();
    return method;
}

AIOHTTP_DECL bio_st* TlsWire::make_bio() noexcept {
    const auto* const method = wire_method();
    BIO* const bio = method == nullptr ? nullptr : BIO_new(method);
    if (bio != nullptr) {
        BIO_set_data(bio, this);
    }
    return bio;
}

AIOHTTP_DECL std::size_t TlsWire::take(char* into, std::size_t most) noexcept {
    const auto size = std::min(most, input_.size());
    std::copy_n(input_.data(), size, into);
    input_.remove_prefix(size);
    return size;
}

AIOHTTP_DECL void TlsWire::sent(std::size_t bytes) noexcept {
    sent_ += bytes;
    if (sent_ == output_.size()) {
        output_.clear();
        sent_ = 0;
    }
}

AIOHTTP_DECL void TlsWire::rest() noexcept {
    if (output_.empty() && output_.capacity() > most_kept) {
        std::string().swap(output_);
    }
}

}  // namespace aiohttp::detail
