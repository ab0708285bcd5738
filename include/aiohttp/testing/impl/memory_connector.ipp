#pragma once

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/testing/detail/memory_peer.hpp>
#include <aiohttp/testing/memory_connector.hpp>

namespace aiohttp::testing {

using MemoryStepKind = aiohttp::detail::MemoryStep::Kind;
using MemoryDial = aiohttp::detail::MemoryPlan::Dial;

AIOHTTP_DECL aiohttp::detail::MemoryStep& MemoryScript::add(MemoryStepKind kind) {
    auto& step = plan_.steps.emplace_back();
    step.kind = kind;
    return step;
}

AIOHTTP_DECL MemoryScript& MemoryScript::expect(std::string bytes) {
    add(MemoryStepKind::expect).bytes = std::move(bytes);
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::expect_bytes(std::size_t count) {
    add(MemoryStepKind::expect_size).count = count;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::expect_request(std::string containing) {
    add(MemoryStepKind::expect_request).bytes = std::move(containing);
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::answer(
    std::function<std::string(std::string_view request)> answer) {
    add(MemoryStepKind::expect_request).answer = std::move(answer);
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::send(std::string bytes) {
    add(MemoryStepKind::send).bytes = std::move(bytes);
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::send_pieces(std::string_view bytes,
                                                     std::size_t piece_size) {
    if (piece_size == 0) {
        throw ValueError("send_pieces() needs pieces of at least 1 byte");
    }
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
        send(std::string(bytes.substr(at, piece_size)));
    }
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::delay(Duration pause) {
    add(MemoryStepKind::delay).pause = pause;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::wait() {
    add(MemoryStepKind::wait);
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::allow_writes(std::size_t bytes) {
    add(MemoryStepKind::allow_writes).count = bytes;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::repeat() {
    const bool waits = std::ranges::any_of(plan_.steps, [](const auto& step) {
        return (step.kind == MemoryStepKind::expect && !step.bytes.empty()) ||
               (step.kind == MemoryStepKind::expect_size && step.count > 0) ||
               step.kind == MemoryStepKind::expect_request || step.kind == MemoryStepKind::delay ||
               step.kind == MemoryStepKind::wait;
    });
    if (!waits) {
        throw ValueError("a script that repeats must wait for something");
    }
    plan_.repeats = true;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::close() {
    add(MemoryStepKind::close);
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::fail(boost::system::error_code error) {
    add(MemoryStepKind::fail).error = error;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::reset() {
    return fail(boost::asio::error::connection_reset);
}
AIOHTTP_DECL MemoryScript& MemoryScript::fail_operation(std::size_t index,
                                                        boost::system::error_code error) {
    plan_.failing_operation = index;
    plan_.operation_error = error;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::refuse() {
    return fail_connect(boost::asio::error::connection_refused);
}
AIOHTTP_DECL MemoryScript& MemoryScript::fail_connect(boost::system::error_code error) {
    plan_.dial = MemoryDial::fails;
    plan_.dial_error = error;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::fail_lookup() {
    plan_.dial = MemoryDial::lookup_fails;
    plan_.dial_error = boost::asio::error::host_not_found;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::never_look_up() {
    plan_.dial = MemoryDial::lookup_hangs;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::never_connect() {
    plan_.dial = MemoryDial::hangs;
    return *this;
}
AIOHTTP_DECL MemoryScript& MemoryScript::connect_after(Duration pause) {
    plan_.dial_time = pause;
    return *this;
}

AIOHTTP_DECL MemoryConnector::MemoryConnector(const TCPConnectorOptions& options)
    : MemoryConnector(options, std::make_shared<aiohttp::detail::MemoryHub>()) {}

AIOHTTP_DECL MemoryConnector::MemoryConnector(const TCPConnectorOptions& options,
                                              std::shared_ptr<aiohttp::detail::MemoryHub> hub)
    : BaseConnector(options.policy(), std::make_unique<aiohttp::detail::MemoryDialer>(hub)),
      hub_(std::move(hub)) {}

AIOHTTP_DECL MemoryConnector& MemoryConnector::next(const MemoryScript& script) {
    hub_->next.push_back(script.plan());
    return *this;
}
AIOHTTP_DECL MemoryConnector& MemoryConnector::on_dial(
    std::function<MemoryScript(const std::string& host, std::uint16_t port)> choose) {
    hub_->on_dial = std::move(choose);
    return *this;
}
AIOHTTP_DECL MemoryConnector& MemoryConnector::otherwise(const MemoryScript& script) {
    hub_->otherwise = script.plan();
    return *this;
}
AIOHTTP_DECL void MemoryConnector::then(std::size_t connection, const MemoryScript& more) {
    if (const auto peer = hub_->entries.at(connection).peer.lock()) {
        peer->extend(more.plan());
    }
}

AIOHTTP_DECL const MemoryConnection& MemoryConnector::connection(std::size_t index) const {
    return *hub_->entries.at(index).record;
}
AIOHTTP_DECL std::size_t MemoryConnector::dialled() const noexcept {
    return hub_->entries.size();
}
AIOHTTP_DECL std::size_t MemoryConnector::open_connections() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(hub_->entries, [](const auto& entry) { return entry.record->open; }));
}
AIOHTTP_DECL const std::vector<std::string>& MemoryConnector::requests() const noexcept {
    return hub_->requests;
}

AIOHTTP_DECL void MemoryConnector::verify() const {
    for (const auto& entry : hub_->entries) {
        if (!entry.record->problem.empty()) {
            throw std::logic_error(entry.record->problem);
        }
        if (entry.record->connected && !entry.record->finished) {
            throw std::logic_error(
                "the script of a connection to " + entry.record->host +
                " did not come to its end; written was: " + entry.record->written);
        }
    }
    if (!hub_->next.empty()) {
        throw std::logic_error(std::to_string(hub_->next.size()) +
                               " scripts were not used, no connection was made for them");
    }
}

}  // namespace aiohttp::testing
