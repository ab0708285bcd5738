#pragma once

#include <exception>
#include <utility>
#include <variant>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/server_connection.hpp>
#include <aiohttp/testing/detail/server_core.hpp>
#include <aiohttp/testing/detail/server_reply.hpp>

namespace aiohttp::detail {

/// Input kept unread while a script or a reply waits; beyond it the client is pushed back.
inline constexpr std::size_t max_waiting_input = std::size_t{1} << 20U;
/// Up to this size a body is copied behind its head, so that both leave in one write.
inline constexpr std::size_t max_copied_body = std::size_t{16} << 10U;

AIOHTTP_DECL ServerConnection::ServerConnection(std::shared_ptr<ServerCore> core,
                                                Socket socket,
                                                std::size_t id)
    : core_(std::move(core)),
      id_(id),
      socket_(std::move(socket)),
      reader_(core_->routes(), core_->options().body_limit, core_->options().record),
      timer_(core_->io()) {}

AIOHTTP_DECL ServerConnection::~ServerConnection() = default;

AIOHTTP_DECL void ServerConnection::start(std::optional<testing::Script> script) {
    boost::system::error_code error;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), error);
    socket_.non_blocking(true, error);
    if (error) {
        finish();
    } else if (script) {
        steps_ = std::move(*script).steps();
        run_steps();
    } else {
        serve();
    }
}

AIOHTTP_DECL ServerConnection::Idleness ServerConnection::idleness() const {
    if (state_ == State::writing && last_write_) {
        return Idleness::soon;
    }
    const bool idle = state_ == State::reading && wanted_ == Wanted::answer && !exchanging_ &&
                      !reader_.active() && input_.empty();
    return idle ? Idleness::idle : Idleness::busy;
}

AIOHTTP_DECL void ServerConnection::send_unasked(std::string bytes) {
    output_ = std::move(bytes);
    send_last(output_, {});
}

AIOHTTP_DECL void ServerConnection::serve() {
    if (core_->options().tls && tls_ == nullptr) {
        handshake(&ServerConnection::serve_http);
    } else {
        serve_http();
    }
}

AIOHTTP_DECL void ServerConnection::serve_http() {
    state_ = State::reading;
    wanted_ = Wanted::answer;
    if (!input_.empty() || reader_.active()) {
        schedule_input();
    } else {
        ensure_reading();
    }
}

AIOHTTP_DECL void ServerConnection::ensure_reading() {
    if (read_pending_) {
        return;
    }
    if (read_failed_) {
        finish();
        return;
    }
    read_pending_ = true;
    const std::size_t room = reader_.active() ? std::size_t{64} << 10U : std::size_t{4} << 10U;
    const auto buffer = boost::asio::buffer(input_.prepare(room), room);
    auto handler = [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
        self->on_read(error, size);
    };
    if (tls_ != nullptr) {
        tls_->async_read_some(buffer, std::move(handler));
    } else {
        socket_.async_read_some(buffer, std::move(handler));
    }
}

AIOHTTP_DECL void ServerConnection::on_read(boost::system::error_code error, std::size_t size) {
    read_pending_ = false;
    if (state_ == State::lingering) {
        error ? finish() : linger();
        return;
    }
    // A failure while writing is left to the next read, after the reply. It is remembered, because
    // a socket that has failed once need not say so again.
    read_failed_ = error && state_ == State::writing;
    if (state_ == State::closed || read_failed_) {
        return;
    }
    const bool cancelled =
        state_ == State::starting && error == boost::asio::error::operation_aborted;
    if (error && !cancelled) {
        finish();
        return;
    }
    input_.commit(size);
    switch (state_) {
        case State::reading:
            return process_input();
        case State::waiting:
            return input_.size() < max_waiting_input ? ensure_reading() : void();
        case State::reading_bytes:
            return run_steps();
        case State::talking:
            return talk();
        case State::tunnelling:
            return relay_to_far_end();
        case State::starting:
            return run_handshake();
        case State::stalled:
            input_.clear();
            return ensure_reading();
        case State::handshaking:
        case State::writing:
        case State::deaf:
        case State::lingering:
        case State::closed:
            return;
    }
}

AIOHTTP_DECL void ServerConnection::schedule_input() {
    state_ = State::reading;
    // Not called directly: a client that pipelines a thousand requests must not fill the stack.
    boost::asio::post(core_->io(), [self = shared_from_this()] { self->process_input(); });
}

AIOHTTP_DECL void ServerConnection::process_input() {
    using Event = ServerRequestReader::Event;
    bool go_on = state_ == State::reading;
    while (go_on) {
        switch (reader_.advance(input_)) {
            case Event::need_more:
                return ensure_reading();
            case Event::malformed:
                return on_malformed();
            case Event::head:
                go_on = on_head();
                break;
            case Event::complete:
                go_on = on_complete();
                break;
        }
    }
}

AIOHTTP_DECL bool ServerConnection::on_head() {
    auto& request = *reader_.request();
    request.connection = id_;
    request.tls = tls_info_;
    if (wanted_ != Wanted::answer) {
        return true;
    }
    route_ = reader_.route();
    const bool expects = reader_.expects_continue() && request.version == 11;
    early_ = route_ != nullptr && (route_->at_head || (expects && route_->scripted));
    if (early_) {
        core_->log().add(core_->options().record ? reader_.request() : nullptr);
        answer();
        return false;
    }
    if (expects && input_.empty()) {
        state_ = State::writing;
        const auto progress =
            write("HTTP/1.1 100 Continue\r\n\r\n", {}, &ServerConnection::serve_http);
        if (progress == Progress::pending) {
            return false;
        }
        state_ = State::reading;
    }
    return true;
}

AIOHTTP_DECL bool ServerConnection::on_complete() {
    if (early_) {
        early_ = false;
        core_->log().update_request([this] { reader_.store_body(true); });
        if (wanted_ == Wanted::body) {
            step_done();
            return false;
        }
        return true;
    }
    reader_.store_body(true);
    core_->log().add(core_->options().record ? reader_.request() : nullptr);
    if (wanted_ == Wanted::request) {
        step_done();
    } else {
        answer();
    }
    return false;
}

AIOHTTP_DECL void ServerConnection::on_malformed() {
    core_->log().update([](ServerLog::Counters& counters) { ++counters.malformed; });
    if (early_) {
        close(true);
        return;
    }
    close_after_ = true;
    send_last("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", {});
}

AIOHTTP_DECL void ServerConnection::answer() {
    exchanging_ = true;
    core_->log().update([](ServerLog::Counters& counters) { ++counters.concurrent; });
    close_after_ = false;
    if (route_ != nullptr && route_->reply) {
        const bool plain = !route_->rendered.empty() && reader_.keep_alive() &&
                           !reader_.is_head_request() && reader_.request()->version == 11;
        plain ? send_last(route_->rendered, {}) : send_reply(route_->reply->data());
        return;
    }
    choose_answer();
    if (reply_) {
        send_reply(reply_->data());
    } else {
        run_steps();
    }
}

AIOHTTP_DECL void ServerConnection::choose_answer() {
    const auto& request = *reader_.request();
    steps_.clear();
    step_ = 0;
    if (route_ == nullptr) {
        reply_.emplace(404, "no route for " + request.method + ' ' + request.path + '\n');
        return;
    }
    try {
        auto answer = route_->handler(request);
        if (auto* reply = std::get_if<testing::Reply>(&answer.value())) {
            reply_ = std::move(*reply);
        } else {
            steps_ = std::get<testing::Script>(std::move(answer.value())).steps();
        }
    } catch (const std::exception& error) {
        reply_.emplace(500, std::string("the handler threw: ") + error.what() + '\n');
    }
}

AIOHTTP_DECL void ServerConnection::send_reply(const ReplyData& reply) {
    ReplyContext context;
    context.version = reader_.request()->version;
    context.keep_alive = reader_.keep_alive();
    context.is_head_request = reader_.is_head_request();
    const auto framing = frame_reply(reply, context);
    close_after_ = !framing.keep_alive;
    if (!is_immediate(reply)) {
        steps_ = reply_steps(reply, framing);
        step_ = 0;
        run_steps();
        return;
    }
    output_.clear();
    append_reply_head(output_, reply, framing);
    const bool apart = framing.has_body && reply.framing != ReplyData::Framing::chunked &&
                       reply.body.size() > max_copied_body;
    if (apart) {
        send_last(output_, reply.body);
    } else {
        append_reply_body(output_, reply, framing);
        send_last(output_, {});
    }
}

AIOHTTP_DECL void ServerConnection::send_last(std::string_view first, std::string_view second) {
    // Counted before the write: the client may have the reply, and connect again, before this
    // thread hears that it has left.
    end_exchange();
    state_ = State::writing;
    last_write_ = true;
    if (write(first, second, &ServerConnection::finish_exchange) == Progress::done) {
        finish_exchange();
    }
}

AIOHTTP_DECL void ServerConnection::end_exchange() {
    if (exchanging_) {
        exchanging_ = false;
        core_->log().update([](ServerLog::Counters& counters) { --counters.concurrent; });
    }
}

AIOHTTP_DECL void ServerConnection::finish_exchange() {
    end_exchange();
    last_write_ = false;
    reply_.reset();
    route_.reset();
    if (close_after_) {
        close(true);
    } else {
        serve();
    }
}

}  // namespace aiohttp::detail
