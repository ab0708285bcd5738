#pragma once

#include <array>
#include <new>
#include <string>
#include <tuple>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
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
      ssl_(SSL_new(context_->native.get()), &SSL_free) {
    BIO* const bio = ssl_ ? wire_.make_bio() : nullptr;
    if (bio == nullptr) {
        throw std::bad_alloc();
    }
    SSL_set_bio(ssl_.get(), bio, bio);
    // Also with a context of the caller's own: nothing is to be read while OpenSSL has bytes that
    // it has not looked at, and what it takes to be written it takes whole.
    SSL_set_mode(ssl_.get(), SSL_MODE_AUTO_RETRY);
    SSL_clear_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_set_connect_state(ssl_.get());
    checkable_ =
        TlsVerification::expect_name(ssl_.get(), host_, context_->options.fields().verify_hostname);
    verification_.attach(ssl_.get());
    resumption_.attach(ssl_.get());
}

AIOHTTP_DECL TlsTransport::~TlsTransport() {
    say_goodbye();
}

/// A write that is given up leaves its rest pending, and the stream goes on.
AIOHTTP_DECL void TlsTransport::note_write(const error_code& error) noexcept {
    broken_ = broken_ || (error.failed() && error != asio::error::operation_aborted);
}

AIOHTTP_DECL error_code TlsTransport::try_flush() noexcept {
    const auto output = wire_.output();
    if (output.empty()) {
        return {};
    }
    const auto sent =
        next_->try_write(asio::buffer(output.data(), output.size()), asio::const_buffer());
    wire_.sent(sent.bytes);
    if (sent.error && sent.error != asio::error::would_block) {
        note_write(sent.error);
        return sent.error;
    }
    return wire_.output().empty() ? error_code() : error_code(asio::error::would_block);
}

AIOHTTP_DECL asio::awaitable<error_code> TlsTransport::flush() {
    const auto output = wire_.output();
    if (output.empty()) {
        co_return error_code();
    }
    const auto written =
        co_await next_->write(asio::buffer(output.data(), output.size()), asio::const_buffer());
    // The rest of a record is still the next thing to be written, whatever comes in between.
    wire_.sent(written.bytes);
    note_write(written.error);
    co_return written.error;
}

AIOHTTP_DECL asio::awaitable<error_code> TlsTransport::flush_until_readable() {
    while (!wire_.output().empty()) {
        const auto output = wire_.output();
        const auto sent =
            co_await next_->write_until_readable(asio::buffer(output.data(), output.size()));
        wire_.sent(sent.bytes);
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

/// Only close_notify is the end; that of the stream below is a truncation (RFC 8446 6.1).
AIOHTTP_DECL error_code end_of_stream(const error_code& below) noexcept {
    return below == asio::error::eof ? error_code(asio::ssl::error::stream_truncated) : below;
}

AIOHTTP_DECL asio::awaitable<error_code> TlsTransport::receive() {
    const auto received = co_await next_->read_some(wire_.room());
    const auto bytes = wire_.received(received.bytes);
    if (begin_.size() < 8) {
        begin_.append(bytes.substr(0, 8));
    }
    co_return end_of_stream(received.error);
}

AIOHTTP_DECL bool TlsTransport::is_drained() const noexcept {
    return wire_.empty() && !broken_ && !late_ && SSL_has_pending(ssl_.get()) == 0 &&
           SSL_is_init_finished(ssl_.get()) == 1 && SSL_get_shutdown(ssl_.get()) == 0;
}

AIOHTTP_DECL IoResult TlsTransport::decrypt(asio::mutable_buffer into) noexcept {
    IoResult result;
    if (late_) {
        result.error = std::exchange(late_, error_code());
        return result;
    }
    clear_openssl_errors();
    const int read = SSL_read_ex(ssl_.get(), into.data(), into.size(), &result.bytes);
    if (read != 1) {
        result.bytes = 0;
        result.error = explain_read(read);
    }
    return result;
}

AIOHTTP_DECL error_code TlsTransport::explain_read(int read) noexcept {
    switch (SSL_get_error(ssl_.get(), read)) {
        case SSL_ERROR_WANT_READ:
            return asio::error::would_block;
        case SSL_ERROR_ZERO_RETURN:
            return asio::error::eof;
        default:
            break;
    }
    broken_ = true;
    const error_code error(static_cast<int>(ERR_peek_error()), asio::error::get_ssl_category());
    if (pending_alert()) {
        // In TLS 1.3 a server may refuse when the client has finished already.
        failure_ = failure().failure;
    }
    return error ? error : error_code(asio::ssl::error::stream_truncated);
}

AIOHTTP_DECL asio::awaitable<IoResult> TlsTransport::read_some(asio::mutable_buffer into) {
    IoResult result;
    result.error = asio::error::would_block;
    if (!is_drained()) {
        result = decrypt(into);
    }
    while (result.error == asio::error::would_block) {
        if (!wire_.output().empty() && !broken_) {
            result.error = co_await flush_until_readable();
            if (result.error == asio::error::operation_aborted) {
                co_return result;
            }
        }
        wire_.rest();
        IoResult received;
        // As in Http1Connection: each coroutine on the way down would cost two allocations.
        if (auto* const socket = next_->plain_socket()) {
            const auto read =
                co_await socket->async_read_some(wire_.room(), asio::as_tuple(asio::deferred));
            received = {std::get<0>(read), std::get<1>(read)};
        } else {
            received = co_await next_->read_some(wire_.room());
        }
        if (received.error) {
            co_return IoResult{end_of_stream(received.error), 0};
        }
        wire_.received(received.bytes);
        result = decrypt(into);
        // Where so much was, there is more: as long as it need not be waited for.
        if (received.bytes == wire_.room().size() && !result.error) {
            read_on(into, result);
        }
    }
    co_return result;
}

AIOHTTP_DECL void TlsTransport::read_on(asio::mutable_buffer into, IoResult& result) noexcept {
    while (result.bytes < into.size()) {
        const auto next = try_read(into + result.bytes);
        result.bytes += next.bytes;
        if (next.error) {
            // The data goes first.
            late_ = next.error == asio::error::would_block ? error_code() : next.error;
            return;
        }
    }
}

AIOHTTP_DECL error_code TlsTransport::encrypt(asio::const_buffer bytes) noexcept {
    if (bytes.size() == 0) {
        return {};
    }
    clear_openssl_errors();
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
    if (asio::buffer_size(both) > record_size || !wire_.output().empty()) {
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
    const auto flushed = try_flush();
    if (flushed != asio::error::would_block) {
        result.error = flushed;
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
    while (total.bytes < bytes.size() || !wire_.output().empty()) {
        if (wire_.output().empty()) {
            const auto piece = asio::buffer(bytes + total.bytes, record_size);
            total.error = encrypt(piece);
            // Its record is ours to deliver now, also when something comes in between.
            total.bytes += total.error ? 0 : piece.size();
        }
        while (!total.error && !wire_.output().empty()) {
            const auto output = wire_.output();
            const auto sent =
                co_await next_->write_until_readable(asio::buffer(output.data(), output.size()));
            wire_.sent(sent.bytes);
            total.error = sent.error;
            note_write(sent.error);
            if (sent.error || sent.bytes == output.size()) {
                continue;
            }
            // The peer sent something: data for us ends the upload, tickets and the like do not.
            IoResult received;
            if (wire_.empty()) {
                received = next_->try_read(wire_.room());
                wire_.received(received.bytes);
            }
            char first = 0;
            std::size_t available = 0;
            if (received.error == asio::error::would_block) {
                continue;
            }
            if (received.error) {
                co_return total;
            }
            clear_openssl_errors();
            const int peeked = SSL_peek_ex(ssl_.get(), &first, 1, &available);
            if (peeked == 1) {
                co_return total;
            }
            if (const auto error = explain_read(peeked); error != asio::error::would_block) {
                late_ = error;  // an alert, or the end: an answer, too
                co_return total;
            }
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
    if (!broken_ && wire_.output().empty()) {
        clear_openssl_errors();
        SSL_shutdown(ssl_.get());
        const auto notify = wire_.output();
        next_->try_write(asio::buffer(notify.data(), notify.size()), asio::const_buffer());
        clear_openssl_errors();
    }
    // So that OpenSSL does not take the session for one that must not be resumed.
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

AIOHTTP_DECL IoResult TlsTransport::try_read(asio::mutable_buffer into) noexcept {
    for (;;) {
        if (!is_drained()) {
            const auto result = decrypt(into);
            if (result.error != asio::error::would_block) {
                return result;
            }
        }
        const auto received = next_->try_read(wire_.room());
        if (received.error) {
            return {end_of_stream(received.error), 0};
        }
        wire_.received(received.bytes);
    }
}

AIOHTTP_DECL bool TlsTransport::is_quiet() noexcept {
    return is_drained() && next_->is_quiet();
}

}  // namespace aiohttp::detail
