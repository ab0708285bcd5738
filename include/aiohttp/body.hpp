#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace aiohttp {

/// The body of a request, pulled piece by piece while it is sent. Derive from it to send what is
/// not in memory; Request::data() takes it.
class BodySource {
public:
    BodySource() = default;
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;
    virtual ~BodySource();

    /// The length in bytes, sent as Content-Length; nullopt when it is not known, then the body
    /// is sent chunked (RFC 9112 7.1). Producing another number of bytes fails the request with
    /// ClientPayloadError before a false message is complete.
    virtual std::optional<std::uint64_t> size() const = 0;
    /// The next piece, of any size but zero; nullopt at the end. An exception fails the request
    /// and closes the connection.
    /// A source may wait for something. When the request's time is up meanwhile, or its session is
    /// closed, what the source waits in is cancelled, as it is when the request is: it throws
    /// operation_aborted, and should let that pass. The request fails for what ended it whatever
    /// the source throws then; one that ignores the cancellation and waits on holds the request
    /// until it returns.
    virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
    /// Goes back to the start, so that the body can be sent again after a stale connection or a
    /// redirect. False when that is not possible; the default.
    virtual bool rewind();
    /// The whole body, when it is in memory: it is then sent as it is, without next().
    virtual std::optional<std::string_view> in_memory() const;
    /// The Content-Type that is sent unless the caller sets one; the default is
    /// application/octet-stream.
    virtual std::string content_type() const;
    /// The file name that a part of a form is given unless the caller names one; the default is
    /// none.
    virtual std::optional<std::string> filename() const;
};

}  // namespace aiohttp
