#pragma once

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/gate_state.hpp>
#include <aiohttp/testing/script.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void GateState::open() {
    std::vector<std::function<void()>> waiters;
    {
        const std::scoped_lock lock(mutex_);
        open_ = true;
        waiters.swap(waiters_);
    }
    opened_.notify_all();
    for (auto& waiter : waiters) {
        waiter();
    }
}

AIOHTTP_DECL bool GateState::is_open() const {
    const std::scoped_lock lock(mutex_);
    return open_;
}

AIOHTTP_DECL bool GateState::wait(std::chrono::nanoseconds timeout) const {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, timeout, [this] { return open_; });
}

AIOHTTP_DECL void GateState::when_open(std::function<void()> waiter) {
    {
        const std::scoped_lock lock(mutex_);
        if (!open_) {
            waiters_.push_back(std::move(waiter));
            return;
        }
    }
    waiter();
}

}  // namespace aiohttp::detail

namespace aiohttp::testing {

AIOHTTP_DECL Gate::Gate() : state_(std::make_shared<aiohttp::detail::GateState>()) {}

AIOHTTP_DECL void Gate::open() {
    state_->open();
}

AIOHTTP_DECL bool Gate::is_open() const {
    return state_->is_open();
}

AIOHTTP_DECL bool Gate::wait(std::chrono::nanoseconds timeout) const {
    return state_->wait(timeout);
}

AIOHTTP_DECL Script& Script::add(aiohttp::detail::ScriptStep::Kind kind,
                                 std::string bytes,
                                 std::chrono::nanoseconds pause,
                                 std::size_t count) {
    steps_.push_back({kind, std::move(bytes), pause, count, nullptr, nullptr});
    return *this;
}

AIOHTTP_DECL Script& Script::send(std::string bytes) {
    return add(aiohttp::detail::ScriptStep::Kind::send, std::move(bytes));
}

AIOHTTP_DECL Script& Script::send_slowly(std::string_view bytes,
                                         std::size_t piece_size,
                                         std::chrono::nanoseconds pause) {
    if (piece_size == 0) {
        throw std::invalid_argument("Script::send_slowly: the piece size must be at least 1");
    }
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_size, bytes.size()))) {
        send(std::string(bytes.substr(0, piece_size)));
        if (pause > std::chrono::nanoseconds(0)) {
            delay(pause);
        }
    }
    return *this;
}

AIOHTTP_DECL Script& Script::delay(std::chrono::nanoseconds pause) {
    return add(aiohttp::detail::ScriptStep::Kind::delay, {}, pause);
}

AIOHTTP_DECL Script& Script::wait_for(const Gate& gate) {
    add(aiohttp::detail::ScriptStep::Kind::wait_for_gate);
    steps_.back().gate = gate.state_;
    return *this;
}

AIOHTTP_DECL Script& Script::open(const Gate& gate) {
    add(aiohttp::detail::ScriptStep::Kind::open_gate);
    steps_.back().gate = gate.state_;
    return *this;
}

AIOHTTP_DECL Script& Script::read_request() {
    return add(aiohttp::detail::ScriptStep::Kind::read_request);
}

AIOHTTP_DECL Script& Script::read_body() {
    return add(aiohttp::detail::ScriptStep::Kind::read_body);
}

AIOHTTP_DECL Script& Script::read(std::size_t count) {
    return add(aiohttp::detail::ScriptStep::Kind::read_bytes, {}, {}, count);
}

AIOHTTP_DECL Script& Script::start_tls() {
    return add(aiohttp::detail::ScriptStep::Kind::start_tls);
}

AIOHTTP_DECL Script& Script::talk(aiohttp::detail::ScriptConversation conversation) {
    add(aiohttp::detail::ScriptStep::Kind::talk);
    steps_.back().conversation = std::move(conversation);
    return *this;
}

AIOHTTP_DECL Script& Script::tunnel_to(std::uint16_t port, std::string address) {
    return add(aiohttp::detail::ScriptStep::Kind::tunnel, std::move(address), {}, port);
}

AIOHTTP_DECL Script& Script::stall() {
    return add(aiohttp::detail::ScriptStep::Kind::stall);
}

AIOHTTP_DECL Script& Script::stop_reading() {
    return add(aiohttp::detail::ScriptStep::Kind::stop_reading);
}

AIOHTTP_DECL Script& Script::close() {
    return add(aiohttp::detail::ScriptStep::Kind::close);
}

AIOHTTP_DECL Script& Script::drop() {
    return add(aiohttp::detail::ScriptStep::Kind::drop);
}

AIOHTTP_DECL Script& Script::reset() {
    return add(aiohttp::detail::ScriptStep::Kind::reset);
}

}  // namespace aiohttp::testing
