#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/message/tls_fields.hpp>
#include <aiohttp/detail/net/tls_failures.hpp>
#include <aiohttp/detail/net/tls_transport.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL TlsTransport::TlsTransport(std::unique_ptr<Transport> next,
                                        std::shared_ptr<const TlsContext> context,
                                        std::string host,
                                        std::string server)
    : next_(std::move(next)),
      context_(std::move(context)),
      host_(std::move(host)),
      resumption_(context_->sessions, std::move(server)),
      ssl_(SSL_new(context_->native.get()), &SSL_free),
      input_(BIO_new(BIO_s_mem())),
      output_(BIO_new(BIO_s_mem())),
      cipher_(std::make_unique<std::array<char, 16384 + 512>>()) {
    if (!ssl_ || input_ == nullptr || output_ == nullptr) {
        BIO_free(input_);
        BIO_free(output_);
        throw std::bad_alloc();
    }
    // An empty memory BIO must say "try again", not "end of stream".
    BIO_set_mem_eof_return(input_, -1);
    SSL_set_bio(ssl_.get(), input_, output_);
    SSL_set_connect_state(ssl_.get());
    checkable_ =
        TlsVerification::expect_name(ssl_.get(), host_, context_->options.fields().verify_hostname);
    verification_.attach(ssl_.get());
    resumption_.attach(ssl_.get());
}

AIOHTTP_DECL TlsTransport::~TlsTransport() {
    say_goodbye();
}

AIOHTTP_DECL std::string_view TlsTransport::pending_output() const noexcept {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(output_, &data);
    return {data, size > 0 ? static_cast<std::size_t>(size) : 0};
}

AIOHTTP_DECL void TlsTransport::drop_output(std::size_t bytes) noexcept {
    if (bytes == pending_output().size()) {
        BIO_reset(output_);
        return;
    }
    std::array<char, 4096> sink;
    while (bytes > 0) {
        const auto piece = std::min(bytes, sink.size());
        BIO_read(output_, sink.data(), static_cast<int>(piece));
        bytes -= piece;
    }
}

/// A write that is given up leaves its rest pending, and the stream goes on.
AIOHTTP_DECL void TlsTransport::note_write(const error_code& error) noexcept {
    broken_ = broken_ || (error.failed() && error != asio::error::operation_aborted);
}

AIOHTTP_DECL asio::awaitable<error_code> TlsTransport::flush() {
    const auto output = pending_output();
    if (output.empty()) {
        co_return error_code();
    }
    const auto written =
        co_await next_->write(asio::buffer(output.data(), output.size()), asio::const_buffer());
    // The rest of a record is still the next thing to be written, whatever comes in between.
    drop_output(written.bytes);
    note_write(written.error);
    co_return written.error;
}

AIOHTTP_DECL asio::awaitable<error_code> TlsTransport::flush_until_readable() {
    while (!pending_output().empty()) {
        const auto output = pending_output();
        const auto sent =
            co_await next_->write_until_readable(asio::buffer(output.data(), output.size()));
        drop_output(sent.bytes);
        note_write(sent.error);
        if (sent.error == asio::error::operation_aborted) {
            co_return sent.error;
        }
        if (sent.error || sent.bytes == 0) {
            break;  // the peer may have answered before it hung up
        }
    }
    co_return error_code();
}

AIOHTTP_DECL void TlsTransport::feed(std::size_t bytes) noexcept {
    BIO_write(input_, cipher_->data(), static_cast<int>(bytes));
}

/// Only close_notify is the end; that of the stream below is a truncation (RFC 8446 6.1).
AIOHTTP_DECL error_code end_of_stream(const error_code& below) noexcept {
    return below == asio::error::eof ? error_code(asio::ssl::error::stream_truncated) : below;
}

AIOHTTP_DECL asio::awaitable<error_code> TlsTransport::receive() {
    const auto received = co_await next_->read_some(asio::buffer(*cipher_));
    if (!established_ && begin_.size() < 8) {
        begin_.append(cipher_->data(), std::min<std::size_t>(received.bytes, 8));
    }
    feed(received.bytes);
    co_return end_of_stream(received.error);
}

AIOHTTP_DECL TlsTransport::Step TlsTransport::decrypt(asio::mutable_buffer into) noexcept {
    ERR_clear_error();
    Step step;
    std::size_t bytes = 0;
    const int read = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    if (read == 1) {
        step.result.bytes = bytes;
        return step;
    }
    switch (SSL_get_error(ssl_.get(), read)) {
        case SSL_ERROR_WANT_READ:
            step.want = Want::read;
            break;
        case SSL_ERROR_ZERO_RETURN:
            step.result.error = asio::error::eof;
            break;
        default:
            broken_ = true;
            step.result.error =
                error_code(static_cast<int>(ERR_peek_error()), asio::error::get_ssl_category());
            if (pending_alert()) {
                // In TLS 1.3 a server may refuse when the client has finished already.
                failure_ = failure().failure;
            }
            if (!step.result.error) {
                step.result.error = asio::ssl::error::stream_truncated;
            }
            break;
    }
    return step;
}

AIOHTTP_DECL asio::awaitable<IoResult> TlsTransport::read_some(asio::mutable_buffer into) {
    for (;;) {
        const auto step = decrypt(into);
        if (step.want == Want::nothing) {
            co_return step.result;
        }
        IoResult failed;
        if (!pending_output().empty() && !broken_) {
            failed.error = co_await flush_until_readable();
        }
        if (!failed.error) {
            failed.error = co_await receive();
        }
        if (failed.error) {
            co_return failed;
        }
    }
}

AIOHTTP_DECL error_code TlsTransport::encrypt(asio::const_buffer bytes) noexcept {
    if (bytes.size() == 0) {
        return {};
    }
    ERR_clear_error();
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1) {
        return {};
    }
    broken_ = true;
    const auto code = static_cast<int>(ERR_get_error());
    return code == 0 ? error_code(asio::error::connection_aborted)
                     : error_code(code, asio::error::get_ssl_category());
}

AIOHTTP_DECL IoResult TlsTransport::try_write(asio::const_buffer first,
                                              asio::const_buffer second) noexcept {
    const std::array<asio::const_buffer, 2> both{first, second};
    IoResult result;
    if (asio::buffer_size(both) > record_size || !pending_output().empty()) {
        result.error = asio::error::would_block;
        return result;
    }
    std::array<char, record_size> joined;
    const auto bytes = asio::buffer_copy(asio::buffer(joined), both);
    result.error = encrypt(asio::buffer(joined, bytes));
    if (result.error) {
        return result;
    }
    result.bytes = bytes;
    const auto output = pending_output();
    const auto sent =
        next_->try_write(asio::buffer(output.data(), output.size()), asio::const_buffer());
    drop_output(sent.bytes);
    if (sent.error != asio::error::would_block) {
        result.error = sent.error;
        note_write(sent.error);
    }
    return result;
}

AIOHTTP_DECL asio::awaitable<IoResult> TlsTransport::write(asio::const_buffer first,
                                                           asio::const_buffer second) {
    IoResult result;
    std::string joined;
    if (first.size() + second.size() <= record_size && second.size() > 0) {
        // Head and body of a small request travel in one record.
        joined.reserve(first.size() + second.size());
        joined.append(static_cast<const char*>(first.data()), first.size());
        joined.append(static_cast<const char*>(second.data()), second.size());
        first = asio::buffer(joined);
        second = {};
    }
    while (!result.error && first.size() + second.size() > 0) {
        auto& part = first.size() > 0 ? first : second;
        const auto piece = asio::buffer(part, 4 * record_size);
        result.error = encrypt(piece);
        if (!result.error) {
            result.bytes += piece.size();
            part += piece.size();
            result.error = co_await flush();
        }
    }
    co_return result;
}

AIOHTTP_DECL asio::awaitable<IoResult> TlsTransport::write_until_readable(
    asio::const_buffer bytes) {
    IoResult total;
    while (total.bytes < bytes.size() || !pending_output().empty()) {
        if (pending_output().empty()) {
            const auto piece = asio::buffer(bytes + total.bytes, record_size);
            total.error = encrypt(piece);
            // Its record is ours to deliver now, also when something comes in between.
            total.bytes += total.error ? 0 : piece.size();
        }
        while (!total.error && !pending_output().empty()) {
            const auto output = pending_output();
            const auto sent =
                co_await next_->write_until_readable(asio::buffer(output.data(), output.size()));
            drop_output(sent.bytes);
            total.error = sent.error;
            note_write(sent.error);
            if (sent.error || sent.bytes == output.size()) {
                continue;
            }
            // The peer sent something: data for us ends the upload, tickets and the like do not.
            const auto received = next_->try_read(asio::buffer(*cipher_));
            feed(received.bytes);
            char first = 0;
            std::size_t available = 0;
            if (received.error == asio::error::would_block) {
                continue;
            }
            if (received.error || SSL_peek_ex(ssl_.get(), &first, 1, &available) == 1) {
                co_return total;
            }
            ERR_clear_error();
        }
        if (total.error) {
            co_return total;
        }
    }
    co_return total;
}

AIOHTTP_DECL void TlsTransport::cancel_read() noexcept {
    next_->cancel_read();
}

AIOHTTP_DECL void TlsTransport::close() noexcept {
    say_goodbye();
    next_->close();
}

AIOHTTP_DECL void TlsTransport::say_goodbye() noexcept {
    if (!established_ || (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0) {
        return;
    }
    // Nothing may come into the middle of a record that is being written.
    if (!broken_ && pending_output().empty()) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        const auto notify = pending_output();
        next_->try_write(asio::buffer(notify.data(), notify.size()), asio::const_buffer());
        ERR_clear_error();
    }
    // So that OpenSSL does not take the session for one that must not be resumed.
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

AIOHTTP_DECL IoResult TlsTransport::try_read(asio::mutable_buffer into) noexcept {
    for (;;) {
        const auto step = decrypt(into);
        if (step.want == Want::nothing) {
            return step.result;
        }
        const auto received = next_->try_read(asio::buffer(*cipher_));
        feed(received.bytes);
        if (received.error) {
            return {end_of_stream(received.error), 0};
        }
    }
}

AIOHTTP_DECL std::string TlsTransport::remote_endpoint() const {
    return next_->remote_endpoint();
}

}  // namespace aiohttp::detail
