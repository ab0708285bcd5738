#pragma once

#include <algorithm>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/stream_reader.hpp>

namespace aiohttp {

namespace detail {

using StatePtr = std::shared_ptr<ResponseState>;

AIOHTTP_DECL boost::asio::awaitable<std::string> read_rest(StatePtr state, std::string buffer) {
    const ResponseState::ReadGuard guard(*state);
    state->check_readable();
    // A hostile length must not make us allocate what never comes.
    buffer.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(state->left(), 1U << 20U)));
    for (;;) {
        const auto piece = state->piece();
        buffer.append(piece);
        if (!piece.empty()) {
            state->consume(piece.size());
        } else if (state->at_end()) {
            co_return std::move(buffer);
        } else {
            co_await state->fill(state->read_size());
        }
    }
}

AIOHTTP_DECL boost::asio::awaitable<BodyChunk> read_piece(StatePtr state, std::size_t most) {
    const ResponseState::ReadGuard guard(*state);
    state->check_readable();
    BodyChunk chunk;
    if (most == 0) {
        co_return chunk;
    }
    if (state->piece().empty() && !state->at_end()) {
        co_await state->fill(state->read_size());
    }
    const auto piece = state->piece();
    chunk.data = piece.substr(0, most);
    if (!chunk.data.empty()) {
        chunk.end_of_http_chunk = chunk.data.size() == piece.size() && state->piece_ends_chunk();
        state->consume(chunk.data.size());
    }
    co_return chunk;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> read_text_piece(StatePtr state, std::size_t most) {
    auto chunk = co_await read_piece(state, most);
    co_return std::move(chunk.data);
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> next_piece(StatePtr state,
                                                                           std::size_t most) {
    if (most == 0) {
        throw ValueError("next() is to give at most 0 bytes");
    }
    auto chunk = co_await read_piece(state, most);
    if (chunk.data.empty()) {
        co_return std::nullopt;
    }
    co_return std::move(chunk.data);
}

AIOHTTP_DECL boost::asio::awaitable<std::string> read_count(StatePtr state, std::size_t count) {
    const ResponseState::ReadGuard guard(*state);
    state->check_readable();
    std::string bytes;
    while (bytes.size() < count) {
        const auto piece = state->piece().substr(0, count - bytes.size());
        bytes.append(piece);
        if (!piece.empty()) {
            state->consume(piece.size());
        } else if (state->at_end()) {
            ErrorDetails details;
            details.kind = errc::incomplete_read;
            details.phase = Phase::body;
            details.what = "the body ended after " + std::to_string(bytes.size()) + " of " +
                           std::to_string(count) + " bytes";
            details.body = std::move(bytes);
            state->raise(make_error(std::move(details)));
        } else {
            co_await state->fill(state->read_size());
        }
    }
    co_return bytes;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> read_line(StatePtr state,
                                                           std::string separator,
                                                           std::size_t max_size) {
    if (separator.empty()) {
        throw ValueError("the separator of read_until() is empty");
    }
    const ResponseState::ReadGuard guard(*state);
    state->check_readable();
    std::string line;
    for (;;) {
        const auto piece = state->piece();
        if (piece.empty()) {
            if (state->at_end()) {
                co_return line;
            }
            co_await state->fill(state->read_size());
            continue;
        }
        // The separator may have begun in the piece before.
        const auto from = line.size() - std::min(line.size(), separator.size() - 1);
        const auto before = line.size();
        const auto room = max_size - std::min(before, max_size);
        const bool unlimited = room > std::string::npos - separator.size();
        line.append(piece.substr(0, unlimited ? std::string::npos : room + separator.size()));
        const auto found = line.find(separator, from);
        if (found != std::string::npos) {
            line.resize(found + separator.size());
        }
        if (line.size() > max_size) {
            state->raise(make_error(
                errc::line_too_long, Phase::body,
                "no " + quote(separator) + " within " + std::to_string(max_size) + " bytes"));
        }
        state->consume(line.size() - before);
        if (found != std::string::npos) {
            co_return line;
        }
    }
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> next_line(StatePtr state,
                                                                          std::size_t max_size) {
    auto line = co_await read_line(std::move(state), "\n", max_size);
    if (line.empty()) {
        co_return std::nullopt;
    }
    co_return std::move(line);
}

}  // namespace detail

AIOHTTP_DECL StreamReader::StreamReader(std::shared_ptr<detail::ResponseState> state) noexcept
    : state_(std::move(state)) {}

AIOHTTP_DECL boost::asio::awaitable<std::string> StreamReader::read() {
    return detail::read_rest(state_, {});
}
AIOHTTP_DECL boost::asio::awaitable<std::string> StreamReader::read(std::size_t most) {
    return detail::read_text_piece(state_, most);
}
AIOHTTP_DECL boost::asio::awaitable<std::string> StreamReader::read_any() {
    return detail::read_text_piece(state_, std::string::npos);
}
AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> StreamReader::next() {
    return detail::next_piece(state_, std::string::npos);
}
AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> StreamReader::next(
    std::size_t most) {
    return detail::next_piece(state_, most);
}
AIOHTTP_DECL std::string StreamReader::read_nowait(std::size_t most) {
    const detail::ResponseState::ReadGuard guard(*state_);
    state_->check_readable();
    std::string bytes;
    while (bytes.size() < most) {
        const auto piece = state_->piece().substr(0, most - bytes.size());
        if (piece.empty()) {
            break;
        }
        bytes.append(piece);
        state_->consume(piece.size());
    }
    return bytes;
}
AIOHTTP_DECL boost::asio::awaitable<std::string> StreamReader::read_exactly(std::size_t count) {
    return detail::read_count(state_, count);
}
AIOHTTP_DECL boost::asio::awaitable<std::string> StreamReader::readline(std::size_t max_size) {
    return detail::read_line(state_, "\n", max_size);
}
AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> StreamReader::next_line(
    std::size_t max_size) {
    return detail::next_line(state_, max_size);
}
AIOHTTP_DECL boost::asio::awaitable<std::string> StreamReader::read_until(std::string separator,
                                                                          std::size_t max_size) {
    return detail::read_line(state_, std::move(separator), max_size);
}
AIOHTTP_DECL boost::asio::awaitable<BodyChunk> StreamReader::read_chunk() {
    return detail::read_piece(state_, std::string::npos);
}
AIOHTTP_DECL bool StreamReader::at_eof() const {
    return state_->at_end();
}
AIOHTTP_DECL Error StreamReader::exception() const {
    return state_->failure();
}
AIOHTTP_DECL std::uint64_t StreamReader::total_bytes() const noexcept {
    return state_->total_bytes();
}
AIOHTTP_DECL std::uint64_t StreamReader::total_raw_bytes() const noexcept {
    return state_->total_raw_bytes();
}

}  // namespace aiohttp
