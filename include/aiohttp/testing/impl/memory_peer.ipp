#pragma once

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/asio/error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/testing/detail/memory_peer.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL MemoryPlan MemoryHub::choose(const std::string& host, std::uint16_t port) {
    if (!next.empty()) {
        auto plan = std::move(next.front());
        next.pop_front();
        return plan;
    }
    if (on_dial) {
        return on_dial(host, port).plan();
    }
    if (otherwise) {
        return *otherwise;
    }
    return testing::MemoryScript().refuse().plan();
}

/// The value of a header field of a request head; empty when there is none.
AIOHTTP_DECL std::string_view memory_field(std::string_view head, std::string_view name) {
    for (auto end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
        head.remove_prefix(end + 2);
        if (head.size() > name.size() && head[name.size()] == ':' &&
            iequals(head.substr(0, name.size()), name)) {
            auto value = head.substr(name.size() + 1);
            value = value.substr(0, value.find("\r\n"));
            value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
            return value;
        }
    }
    return {};
}

/// How long the chunked body is that begins at `at`; 0 while it is incomplete.
AIOHTTP_DECL std::size_t chunked_end(std::string_view bytes, std::size_t at) {
    for (;;) {
        const auto line_end = bytes.find("\r\n", at);
        std::size_t size = 0;
        if (line_end == std::string_view::npos ||
            std::from_chars(bytes.data() + at, bytes.data() + line_end, size, 16).ec !=
                std::errc()) {
            return 0;
        }
        at = line_end + 2 + size + 2;
        if (at > bytes.size()) {
            return 0;
        }
        if (size == 0) {
            return at;
        }
    }
}

AIOHTTP_DECL std::size_t request_length(std::string_view bytes) {
    const auto blank = bytes.find("\r\n\r\n");
    if (blank == std::string_view::npos) {
        return 0;
    }
    const auto head = bytes.substr(0, blank + 2);
    if (iequals(memory_field(head, "transfer-encoding"), "chunked")) {
        return chunked_end(bytes, blank + 4);
    }
    const auto length = memory_field(head, "content-length");
    std::size_t body = 0;
    std::from_chars(length.data(), length.data() + length.size(), body);
    const auto whole = blank + 4 + body;
    return whole <= bytes.size() ? whole : 0;
}

AIOHTTP_DECL MemoryPeer::MemoryPeer(const asio::any_io_executor& executor,
                                    MemoryPlan plan,
                                    std::shared_ptr<MemoryHub> hub,
                                    std::shared_ptr<testing::MemoryConnection> record)
    : plan_(std::move(plan)),
      hub_(std::move(hub)),
      record_(std::move(record)),
      timer_(executor, [](void* self) { static_cast<MemoryPeer*>(self)->on_timer(); }, this) {}

AIOHTTP_DECL MemoryPeer::Watch::Watch(MemoryPeer& peer, For what, OneShot& event)
    : peer_(peer), what_(what) {
    (what == For::time      ? peer.sleeper_
     : what == For::writing ? peer.writer_
                            : peer.reader_) = &event;
    if (what == For::either) {
        peer.writer_ = &event;
    }
}

AIOHTTP_DECL MemoryPeer::Watch::~Watch() {
    (what_ == For::time      ? peer_.sleeper_
     : what_ == For::writing ? peer_.writer_
                             : peer_.reader_) = nullptr;
    if (what_ == For::either) {
        peer_.writer_ = nullptr;
    }
}

AIOHTTP_DECL void MemoryPeer::start() {
    started_ = true;
    record_->connected = true;
    record_->open = true;
    run();
}

AIOHTTP_DECL void MemoryPeer::extend(const MemoryPlan& more) {
    plan_.steps.insert(plan_.steps.end(), more.steps.begin(), more.steps.end());
    run();
}

AIOHTTP_DECL error_code MemoryPeer::begin_operation() noexcept {
    const auto index = record_->operations++;
    if (plan_.failing_operation != index) {
        return {};
    }
    position_ = plan_.steps.size();
    pieces_.clear();
    write_error_ = plan_.operation_error;
    fail(plan_.operation_error);
    return plan_.operation_error;
}

AIOHTTP_DECL IoResult MemoryPeer::try_read(asio::mutable_buffer into) noexcept {
    IoResult result;
    if (closed_) {
        result.error = asio::error::bad_descriptor;
    } else if (!pieces_.empty()) {
        const auto piece = asio::buffer(pieces_.front()) + piece_offset_;
        result.bytes = asio::buffer_copy(into, piece);
        piece_offset_ += result.bytes;
        if (piece_offset_ == pieces_.front().size()) {
            pieces_.pop_front();
            piece_offset_ = 0;
        }
    } else {
        result.error = read_end_.value_or(asio::error::would_block);
    }
    return result;
}

AIOHTTP_DECL IoResult MemoryPeer::try_write(asio::const_buffer bytes) {
    IoResult result;
    if (closed_) {
        result.error = asio::error::bad_descriptor;
    } else if (write_error_) {
        result.error = *write_error_;
    } else if (window_ == 0 && bytes.size() > 0) {
        result.error = asio::error::would_block;
    } else {
        result.bytes = std::min(window_, bytes.size());
        window_ -= window_ == unlimited ? 0 : result.bytes;
        record_->written.append(static_cast<const char*>(bytes.data()), result.bytes);
        run();
    }
    return result;
}

AIOHTTP_DECL void MemoryPeer::cancel_read() noexcept {
    if (reader_ != nullptr) {
        reader_->abort();
    }
}

AIOHTTP_DECL void MemoryPeer::close() noexcept {
    closed_ = true;
    record_->open = false;
    for (auto* const waiting : {sleeper_, reader_, writer_}) {
        if (waiting != nullptr) {
            waiting->abort();
        }
    }
}

AIOHTTP_DECL void MemoryPeer::start_timer(Duration pause) {
    resume_at_ = Clock::now() + pause;
    timer_.arm_before(*resume_at_);
}

AIOHTTP_DECL void MemoryPeer::on_timer() {
    if (closed_ || !resume_at_) {
        return;
    }
    if (Clock::now() < *resume_at_) {
        timer_.arm_before(*resume_at_);
        return;
    }
    resume_at_.reset();
    if (sleeper_ != nullptr) {
        sleeper_->notify();
    }
    run();
}

AIOHTTP_DECL void MemoryPeer::run() {
    if (!started_ || std::exchange(running_, true)) {
        return;  // an answer() of the test's that calls then() comes here
    }
    while (!closed_ && !resume_at_ && position_ < plan_.steps.size() &&
           step(plan_.steps[position_])) {
        if (++position_ == plan_.steps.size() && plan_.repeats) {
            record_->finished = true;
            position_ = 0;
        }
    }
    running_ = false;
    record_->finished = record_->finished || position_ == plan_.steps.size();
}

AIOHTTP_DECL bool MemoryPeer::step(const MemoryStep& step) {
    using Kind = MemoryStep::Kind;
    switch (step.kind) {
        case Kind::expect:
            return match(step.bytes);
        case Kind::expect_size:
            if (unread().size() < step.count) {
                return false;
            }
            read_ += step.count;
            break;
        case Kind::expect_request:
            return take_request(step);
        case Kind::send:
            push(step.bytes);
            break;
        case Kind::allow_writes:
            window_ = step.count;
            if (writer_ != nullptr && writable()) {
                writer_->notify();
            }
            break;
        case Kind::delay:
            start_timer(step.pause);
            break;
        case Kind::wait:
            record_->finished = true;
            return false;
        case Kind::close:
            fail(asio::error::eof);
            break;
        case Kind::fail:
            write_error_ = step.error;
            fail(step.error);
            break;
    }
    return true;
}

AIOHTTP_DECL bool MemoryPeer::match(const std::string& expected) {
    const auto bytes = unread();
    const auto length = std::min(bytes.size(), expected.size());
    if (bytes.substr(0, length) != std::string_view(expected).substr(0, length)) {
        depart("expected " + expected + "\nbut read " + std::string(bytes));
        return false;
    }
    if (length < expected.size()) {
        return false;
    }
    read_ += length;
    return true;
}

AIOHTTP_DECL bool MemoryPeer::take_request(const MemoryStep& step) {
    const auto length = request_length(unread());
    if (length == 0) {
        return false;
    }
    const std::string request(unread().substr(0, length));
    read_ += length;
    hub_->requests.push_back(request);
    if (request.find(step.bytes) == std::string::npos) {
        depart("expected a request with " + step.bytes + "\nbut read " + request);
        return false;
    }
    if (step.answer) {
        push(step.answer(request));
    }
    return true;
}

AIOHTTP_DECL void MemoryPeer::depart(std::string problem) {
    record_->problem = std::move(problem);
    position_ = plan_.steps.size();
    write_error_ = asio::error::connection_reset;
    fail(asio::error::connection_reset);
}

AIOHTTP_DECL void MemoryPeer::push(std::string bytes) {
    if (!bytes.empty() && !read_end_) {
        pieces_.push_back(std::move(bytes));
        if (reader_ != nullptr) {
            reader_->notify();
        }
    }
}

AIOHTTP_DECL void MemoryPeer::fail(error_code error) {
    read_end_ = error;
    if (reader_ != nullptr) {
        reader_->notify();
    }
    if (writer_ != nullptr && write_error_) {
        writer_->notify();
    }
}

}  // namespace aiohttp::detail
