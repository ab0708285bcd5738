#pragma once

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/gate_state.hpp>
#include <aiohttp/testing/detail/server_connection.hpp>
#include <aiohttp/testing/detail/server_core.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void ServerConnection::run_steps() {
    while (state_ != State::closed && step_ < steps_.size()) {
        if (run_step(steps_[step_]) == Progress::pending) {
            return;
        }
        ++step_;
    }
    if (state_ != State::closed) {
        finish_exchange();
    }
}

AIOHTTP_DECL void ServerConnection::step_done() {
    ++step_;
    run_steps();
}

AIOHTTP_DECL ServerConnection::Progress ServerConnection::run_step(const ScriptStep& step) {
    using Kind = ScriptStep::Kind;
    switch (step.kind) {
        case Kind::send:
            return send_step(step);
        case Kind::delay:
            wait_for_timer(step.pause);
            break;
        case Kind::wait_for_gate:
            wait_for_gate(*step.gate);
            break;
        case Kind::open_gate:
            step.gate->open();
            return Progress::done;
        case Kind::read_request:
            read_request_step();
            break;
        case Kind::read_body:
            if (!early_) {
                return Progress::done;
            }
            wanted_ = Wanted::body;
            schedule_input();
            break;
        case Kind::read_bytes:
            return read_bytes(step);
        case Kind::start_tls:
            return start_tls();
        case Kind::talk:
            resume_talk();
            break;
        case Kind::tunnel:
            begin_tunnel(step);
            break;
        case Kind::stall:
            state_ = State::stalled;
            input_.clear();
            ensure_reading();
            break;
        case Kind::stop_reading:
            state_ = State::deaf;
            break;
        case Kind::close:
            close(true);
            break;
        case Kind::drop:
            close(false);
            break;
        case Kind::reset:
            reset();
            break;
    }
    return Progress::pending;
}

AIOHTTP_DECL ServerConnection::Progress ServerConnection::send_step(const ScriptStep& step) {
    state_ = State::writing;
    if (step_ + 1 == steps_.size()) {
        end_exchange();
        last_write_ = true;
    }
    return write(step.bytes, {}, &ServerConnection::step_done);
}

AIOHTTP_DECL ServerConnection::Progress ServerConnection::read_bytes(const ScriptStep& step) {
    if (input_.size() < step.count) {
        state_ = State::reading_bytes;
        ensure_reading();
        return Progress::pending;
    }
    input_.consume(step.count);
    return Progress::done;
}

AIOHTTP_DECL ServerConnection::Progress ServerConnection::start_tls() {
    if (tls_ != nullptr) {
        return Progress::done;
    }
    handshake(&ServerConnection::step_done);
    return Progress::pending;
}

AIOHTTP_DECL void ServerConnection::read_request_step() {
    if (core_->options().tls && tls_ == nullptr) {
        handshake(&ServerConnection::read_next_request);
    } else {
        read_next_request();
    }
}

AIOHTTP_DECL void ServerConnection::read_next_request() {
    wanted_ = Wanted::request;
    schedule_input();
}

AIOHTTP_DECL std::uint64_t ServerConnection::begin_wait() {
    state_ = State::waiting;
    ensure_reading();  // to notice when the client closes
    return ++wait_;
}

AIOHTTP_DECL void ServerConnection::end_wait(std::uint64_t wait) {
    if (state_ == State::waiting && wait == wait_) {
        step_done();
    }
}

AIOHTTP_DECL void ServerConnection::wait_for_timer(std::chrono::nanoseconds pause) {
    const auto wait = begin_wait();
    timer_.expires_after(pause);
    timer_.async_wait([self = shared_from_this(), wait](boost::system::error_code error) {
        if (!error) {
            self->end_wait(wait);
        }
    });
}

AIOHTTP_DECL void ServerConnection::wait_for_gate(GateState& gate) {
    const auto wait = begin_wait();
    // The gate may open on any thread and at any time, even after the server has stopped. What
    // is posted then never runs, so it must not own the connection, which owns the queue.
    gate.when_open([weak = weak_from_this(), wait] {
        if (const auto self = weak.lock()) {
            boost::asio::post(self->core_->io(), [weak, wait] {
                if (const auto connection = weak.lock()) {
                    connection->end_wait(wait);
                }
            });
        }
    });
}

AIOHTTP_DECL void ServerConnection::talk() {
    std::optional<std::string> answer;
    try {
        answer = steps_[step_].conversation(input_.view());
    } catch (const std::exception&) {
        answer.reset();
    }
    input_.clear();
    if (!answer) {
        close(true);
        return;
    }
    output_ = std::move(*answer);
    state_ = State::writing;
    if (write(output_, {}, &ServerConnection::resume_talk) == Progress::done) {
        resume_talk();
    }
}

AIOHTTP_DECL void ServerConnection::resume_talk() {
    state_ = State::talking;
    if (input_.empty()) {
        ensure_reading();
    } else {
        talk();
    }
}

AIOHTTP_DECL void ServerConnection::begin_tunnel(const ScriptStep& step) {
    state_ = State::tunnelling;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(step.bytes, error);
    if (error) {
        close(true);
        return;
    }
    far_end_ = std::make_unique<Socket>(core_->io());
    const boost::asio::ip::tcp::endpoint far_end(address, static_cast<std::uint16_t>(step.count));
    far_end_->async_connect(
        far_end, [self = shared_from_this()](boost::system::error_code failure) {
            if (self->state_ != State::tunnelling) {
                return;
            }
            if (failure) {
                self->close(true);
                return;
            }
            boost::system::error_code ignored;
            self->far_end_->set_option(boost::asio::ip::tcp::no_delay(true), ignored);
            self->far_end_ready_ = true;
            self->relayed_.resize(std::size_t{16} << 10U);
            self->relay_to_far_end();
            self->relay_from_far_end();
        });
}

AIOHTTP_DECL void ServerConnection::relay_to_far_end() {
    if (!far_end_ready_ || relaying_) {
        return;
    }
    if (input_.empty()) {
        ensure_reading();
        return;
    }
    relaying_ = true;
    const auto bytes = input_.view();
    boost::asio::async_write(
        *far_end_, boost::asio::buffer(bytes.data(), bytes.size()),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
            self->relaying_ = false;
            if (self->state_ != State::tunnelling) {
                return;
            }
            if (error) {
                self->close(true);
                return;
            }
            self->input_.consume(size);
            self->relay_to_far_end();
        });
}

AIOHTTP_DECL void ServerConnection::relay_from_far_end() {
    far_end_->async_read_some(
        boost::asio::buffer(relayed_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
            if (self->state_ != State::tunnelling) {
                return;
            }
            if (error) {
                self->close(true);
                return;
            }
            const std::string_view bytes(self->relayed_.data(), size);
            if (self->write(bytes, {}, &ServerConnection::relay_from_far_end) == Progress::done) {
                self->relay_from_far_end();
            }
        });
}

}  // namespace aiohttp::detail
