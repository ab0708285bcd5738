#pragma once

#include <array>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/server_connection.hpp>
#include <aiohttp/testing/detail/server_core.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL ServerConnection::Progress ServerConnection::write(std::string_view first,
                                                                std::string_view second,
                                                                Continuation next) {
    std::array<boost::asio::const_buffer, 2> buffers{boost::asio::buffer(first),
                                                     boost::asio::buffer(second)};
    if (tls_ != nullptr) {
        write_rest(*tls_, buffers, next);
        return Progress::pending;
    }
    while (boost::asio::buffer_size(buffers) > 0) {
        boost::system::error_code error;
        auto written = socket_.write_some(buffers, error);
        if (error == boost::asio::error::would_block) {
            write_rest(socket_, buffers, next);
            return Progress::pending;
        }
        if (error) {
            finish();
            return Progress::pending;
        }
        for (auto& buffer : buffers) {
            const auto part = std::min(written, buffer.size());
            buffer += part;
            written -= part;
        }
    }
    return Progress::done;
}

template <typename Stream>
void ServerConnection::write_rest(Stream& stream,
                                  std::array<boost::asio::const_buffer, 2> buffers,
                                  Continuation next) {
    boost::asio::async_write(
        stream, buffers,
        [self = shared_from_this(), next](boost::system::error_code error, std::size_t /*size*/) {
            if (self->state_ == State::closed || self->state_ == State::lingering) {
                return;
            }
            if (error) {
                self->finish();
            } else {
                (self.get()->*next)();
            }
        });
}

AIOHTTP_DECL void ServerConnection::handshake(Continuation next) {
    after_handshake_ = next;
    tls_ = std::make_unique<TlsStream>(socket_, core_->tls_context());
    if (read_pending_) {
        // What it has brought, or brings yet, is the beginning of the handshake.
        state_ = State::starting;
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    } else {
        run_handshake();
    }
}

AIOHTTP_DECL void ServerConnection::run_handshake() {
    state_ = State::handshaking;
    const auto bytes = input_.view();
    tls_->async_handshake(
        boost::asio::ssl::stream_base::server, boost::asio::buffer(bytes.data(), bytes.size()),
        [self = shared_from_this()](boost::system::error_code error, std::size_t used) {
            self->on_handshake(error.failed(), used);
        });
}

AIOHTTP_DECL void ServerConnection::on_handshake(bool failed, std::size_t used) {
    if (state_ == State::closed) {
        return;
    }
    if (failed) {
        core_->log().update([](ServerLog::Counters& counters) { ++counters.handshake_failures; });
        finish();
        return;
    }
    input_.consume(used);
    describe_tls();
    (this->*after_handshake_)();
}

AIOHTTP_DECL void ServerConnection::describe_tls() {
    auto* ssl = tls_->native_handle();
    auto info = std::make_shared<testing::ServerTls>();
    info->protocol = SSL_get_version(ssl);
    info->resumed = SSL_session_reused(ssl) == 1;
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) {
        info->server_name = name;
    }
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    info->alpn.assign(protocol, protocol + size);
    if (const auto* certificate = SSL_get0_peer_certificate(ssl)) {
        std::array<char, 256> name{};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                  static_cast<int>(name.size()));
        info->client_name = name.data();
    }
    tls_info_ = std::move(info);
}

AIOHTTP_DECL void ServerConnection::close(bool notify) {
    if (state_ == State::closed || state_ == State::lingering) {
        return;
    }
    end_exchange();
    if (notify && tls_info_ != nullptr) {
        // This sends close_notify at once, and reads until the client's. Only one may read at a
        // time: with two the second one can miss the end of the stream.
        tls_->async_shutdown([self = shared_from_this()](boost::system::error_code) {
            if (self->state_ == State::lingering && !self->read_pending_) {
                self->linger();
            }
        });
        linger_or_finish(true);
    } else {
        linger_or_finish(false);
    }
}

AIOHTTP_DECL void ServerConnection::reset() {
    boost::system::error_code ignored;
    socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    finish();
}

AIOHTTP_DECL void ServerConnection::linger_or_finish(bool reading) {
    boost::system::error_code error;
    const bool unread = reader_.active() || !input_.empty() || socket_.available(error) > 0;
    socket_.shutdown(Socket::shutdown_send, error);
    if (unread && !error) {
        // Closing now would send RST, and the client might lose the reply.
        state_ = State::lingering;
        if (read_failed_) {
            finish();
        } else if (!reading && !read_pending_) {  // else it goes on when that is done
            linger();
        }
    } else {
        finish();
    }
}

AIOHTTP_DECL void ServerConnection::linger() {
    relayed_.resize(std::size_t{16} << 10U);
    socket_.async_read_some(
        boost::asio::buffer(relayed_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t /*size*/) {
            if (self->state_ == State::closed) {
                return;
            }
            if (error) {
                self->finish();
            } else {
                self->linger();
            }
        });
}

AIOHTTP_DECL void ServerConnection::finish() {
    if (state_ == State::closed) {
        return;
    }
    end_exchange();
    if (early_ && reader_.active()) {
        core_->log().update_request([this] { reader_.store_body(false); });
    }
    state_ = State::closed;
    boost::system::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    if (far_end_ != nullptr) {
        far_end_->close(ignored);
    }
    core_->remove(id_);
}

}  // namespace aiohttp::detail
