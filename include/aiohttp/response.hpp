#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include <aiohttp/content_disposition.hpp>
#include <aiohttp/cookie.hpp>
#include <aiohttp/decode_errors.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/link.hpp>
#include <aiohttp/stream_reader.hpp>
#include <aiohttp/timings.hpp>
#include <aiohttp/tls_info.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

/// The version of a message: 1.0 or 1.1.
struct HttpVersion {
    int major = 1;
    int minor = 1;
    bool operator==(const HttpVersion&) const = default;
};

/// The request that a response answers; a view that is valid as long as the response, also when
/// that is moved. What ClientResponse::request_info() gives.
struct RequestInfo {
    const std::string& method;
    const Url& url;          ///< without fragment and credentials
    const Url& real_url;     ///< with the fragment
    const Headers& headers;  ///< as they were sent, automatic ones and credentials included
};

/// A response whose head has arrived; the body is read when it is asked for. Move-only. It holds
/// its connection until the body is at its end, then the connection goes back to the pool by
/// itself; destroying the response earlier closes the connection. It stays valid when the session
/// is gone.
class ClientResponse {
public:
    /// No response, as after a move: it may only be assigned to or destroyed. For those who need
    /// a place to put one; asio::co_spawn() does.
    ClientResponse() noexcept = default;
    /// The bare state; responses come from requests.
    explicit ClientResponse(std::shared_ptr<detail::ResponseState> state) noexcept;
    ClientResponse(ClientResponse&&) noexcept;
    ClientResponse& operator=(ClientResponse&&) noexcept;
    /// Gives the connection up, as release().
    ~ClientResponse();

    /// The status code, e.g. 200.
    int status() const noexcept;
    /// The reason phrase; empty when the server sent none.
    const std::string& reason() const noexcept;
    /// The version the server answered in.
    HttpVersion version() const noexcept;
    /// Whether the status is below 400.
    bool ok() const noexcept;
    /// The method of the request; after redirects, of the last one.
    const std::string& method() const noexcept;
    /// The URL of the request, without fragment and credentials.
    const Url& url() const noexcept;
    /// The URL of the request with its fragment, without credentials.
    const Url& real_url() const noexcept;
    /// The responses that redirected to this one, the first one first; empty when none did. Each
    /// is released: its body can be read when it had arrived whole with its head.
    const std::vector<ClientResponse>& history() const noexcept;
    /// The host of the URL.
    std::string_view host() const noexcept;
    /// The header fields, in the order and case of the wire.
    const Headers& headers() const noexcept;
    /// The request that this is the response to: after redirects the last one, see history() for
    /// those before. Of a response that a middleware made: the request as the middleware had it.
    RequestInfo request_info() const noexcept;
    /// The peer's address, e.g. "127.0.0.1:8080".
    const std::string& remote_endpoint() const noexcept;
    /// The certificate that the server showed; nullopt for plain http, and when there is none.
    std::optional<PeerCertificate> peer_certificate() const;
    /// What the TLS handshake of the connection agreed on; nullopt for plain http.
    std::optional<TlsInfo> tls() const;
    /// Whether the request's body was sent whole; an answer that comes before ends the upload.
    bool upload_complete() const noexcept;
    /// How many bytes of the request were sent, head and framing included, before TLS.
    std::uint64_t output_size() const noexcept;
    /// Where the time went: of the last hop, with what came before it. Its `body` and `total` go on
    /// until the body has been read or given up. All zero for a response that a middleware made.
    Timings timings() const;

    /// The cookies that this response sets, by name, of equal names the last one; whether the jar
    /// takes them or not. Their times count from this call.
    Cookies cookies() const;
    /// The media type in lower case, e.g. "text/html"; "application/octet-stream" when it is
    /// missing or malformed.
    std::string content_type() const;
    /// The charset parameter of Content-Type in lower case, or empty.
    std::string charset() const;
    /// Content-Length, when there is a valid one.
    std::optional<std::uint64_t> content_length() const;
    /// Content-Disposition (RFC 6266); nullopt when it is missing or malformed.
    std::optional<ContentDisposition> content_disposition() const;
    /// The links of all Link fields (RFC 8288), their URLs resolved against url().
    std::vector<Link> links() const;
    /// The trailer fields of a chunked body, once it has been read.
    const Headers& trailers() const noexcept;

    /// The whole body. A second call returns the same bytes without I/O. Throws as StreamReader.
    boost::asio::awaitable<std::string> read();
    /// The whole body as text: valid UTF-8, decoded from the charset `encoding`, or without one
    /// from get_encoding(). A byte order mark stays, as in aiohttp. Throws as StreamReader;
    /// UnicodeDecodeError for bytes that are no text, unless `errors` says otherwise; ValueError
    /// for an `encoding` that is not known.
    boost::asio::awaitable<std::string> text(std::string encoding = {},
                                             DecodeErrors errors = DecodeErrors::strict);
    /// The charset that text() and json() decode from: that of Content-Type when it is known, else
    /// for JSON utf-8, else what ClientSessionOptions::fallback_charset_resolver() says, by
    /// default utf-8. Throws RuntimeError when that one is to be asked before the body is read.
    std::string get_encoding() const;
    /// The whole body as JSON (RFC 8259), decoded as text() does. Throws ContentTypeError unless
    /// the media type is `content_type` or, for the default, any type/...+json; an empty
    /// `content_type` takes everything. Throws JSONDecodeError for what is not JSON. Include
    /// <nlohmann/json.hpp>.
    boost::asio::awaitable<nlohmann::json> json(std::string content_type = "application/json");
    /// The same, converted to T by nlohmann's from_json. Throws JSONDecodeError for JSON of
    /// another type. Include <aiohttp/json.hpp>.
    template <class T>
    boost::asio::awaitable<T> json(std::string content_type = "application/json");
    /// The body as a stream.
    StreamReader content() const;

    /// Throws ClientResponseError when the status is 400 or more.
    void raise_for_status() const;
    /// Whether no connection is held any more.
    bool closed() const noexcept;
    /// Gives the connection up: back to the pool when the body has arrived whole (it can still be
    /// read), else closed (then it cannot, later reads throw ClientConnectionError).
    void release() noexcept;
    /// The same as release(); aiohttp's name for giving up early.
    void close() noexcept { release(); }

    /// For the layers that go on with it; this object is empty afterwards.
    std::shared_ptr<detail::ResponseState> take_state() && { return std::move(state_); }

private:
    std::shared_ptr<detail::ResponseState> state_;
};

/// What raise_for_status() of a request or a session takes: looks at a response, and throws if it
/// does not like it.
using StatusCheck = std::function<boost::asio::awaitable<void>(ClientResponse&)>;

/// A function that can be a StatusCheck; so that a lambda is not taken for a bool.
template <class T>
concept StatusCheckLike = std::is_invocable_r_v<boost::asio::awaitable<void>, T&, ClientResponse&>;

}  // namespace aiohttp
