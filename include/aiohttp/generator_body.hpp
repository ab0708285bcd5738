#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/body.hpp>

namespace aiohttp {

namespace detail {
class GeneratorBodyBase;
}

/// How generator_body() announces what it will give.
class GeneratorBodyOptions {
public:
    /// How many bytes come in all, sent as Content-Length; giving another number of bytes fails
    /// the request with ClientPayloadError. Default: not known, the body is sent chunked.
    GeneratorBodyOptions& length(std::uint64_t bytes) &;
    GeneratorBodyOptions&& length(std::uint64_t bytes) && { return std::move(this->length(bytes)); }
    /// The Content-Type. Default: application/octet-stream. Throws ValueError for a value that
    /// cannot be a header's.
    GeneratorBodyOptions& content_type(std::string type) &;
    GeneratorBodyOptions&& content_type(std::string type) && {
        return std::move(this->content_type(std::move(type)));
    }

private:
    friend class detail::GeneratorBodyBase;
    std::optional<std::uint64_t> length_;
    std::string content_type_ = "application/octet-stream";
};

namespace detail {

/// What generator bodies have in common, whatever the generator's type.
class GeneratorBodyBase : public BodySource {
public:
    explicit GeneratorBodyBase(GeneratorBodyOptions options);
    ~GeneratorBodyBase() override;
    std::optional<std::uint64_t> size() const final;
    std::string content_type() const final;

private:
    GeneratorBodyOptions options_;
};

template <class Generator>
class GeneratorBody final : public GeneratorBodyBase {
public:
    GeneratorBody(Generator generator, GeneratorBodyOptions options)
        : GeneratorBodyBase(std::move(options)), generator_(std::move(generator)) {}
    boost::asio::awaitable<std::optional<std::string>> next() override {
        begun_ = true;
        return generator_();
    }
    bool rewind() override { return !begun_; }

private:
    Generator generator_;
    bool begun_ = false;
};

}  // namespace detail

/// A request's body that a function makes piece by piece, as aiohttp takes it from an async
/// generator. The function is called again when its piece has been sent, so a slow server slows it
/// down; nullopt ends the body, an empty piece does not. What it throws reaches the caller of the
/// request as it is, and the connection is closed. It is one pass: once
/// it has begun, a redirect that wants the body again throws ClientPayloadError, and a stale
/// connection is not replaced.
///
///     awaitable<std::optional<std::string>> next_row(Cursor& cursor);
///
///     auto rows = [&cursor] { return next_row(cursor); };
///     auto body = aiohttp::generator_body(rows);
///     co_await session.post(url).data(std::move(body));
///
/// The function object lives as long as the body, so it may have a state.
template <class Generator>
    requires std::same_as<std::invoke_result_t<Generator&>,
                          boost::asio::awaitable<std::optional<std::string>>>
std::unique_ptr<BodySource> generator_body(Generator generator, GeneratorBodyOptions options = {}) {
    return std::make_unique<detail::GeneratorBody<Generator>>(std::move(generator),
                                                              std::move(options));
}

}  // namespace aiohttp
