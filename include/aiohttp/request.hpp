#pragma once

#include <any>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include <aiohttp/auth.hpp>
#include <aiohttp/body.hpp>
#include <aiohttp/clock.hpp>
#include <aiohttp/content_coding.hpp>
#include <aiohttp/download.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/pairs.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/redirect.hpp>
#include <aiohttp/response.hpp>
#include <aiohttp/secrets.hpp>
#include <aiohttp/timeout.hpp>
#include <aiohttp/tls.hpp>

namespace aiohttp {

class FormData;
class MultipartWriter;
class Progress;

namespace detail {
struct RequestSpec;
}

/// A request that can be configured until it is awaited; nothing is sent before. It is an
/// `asio::awaitable<ClientResponse>`, so it goes wherever an awaitable does:
///
///     auto response = co_await session.post(url).json(order).header("X-Id", "7").timeout(5s);
///     auto both = co_await (session.get(a) && session.get(b));
///     asio::co_spawn(io, session.get(url), asio::use_future);
///
/// Move-only, awaited once: setters and shortcuts of one that was awaited or moved from throw
/// RuntimeError (awaiting it directly is undefined, as with any awaitable). Setters throw
/// ValueError at once for arguments that can never be right. Awaiting throws ClientError and its
/// kinds, TimeoutError and its kinds, RuntimeError for a closed session; when it is cancelled,
/// boost::system::system_error(operation_aborted).
class [[nodiscard]] Request : public boost::asio::awaitable<ClientResponse> {
public:
    /// Requests come from a session.
    explicit Request(std::unique_ptr<detail::RequestSpec> spec);
    Request(Request&&) noexcept = default;
    Request& operator=(Request&& other) noexcept;

    /// Appends a query parameter, escaped as yarl does (space becomes "+").
    Request& param(std::string_view name, std::string_view value) &;
    Request&& param(std::string_view name, std::string_view value) && {
        return std::move(this->param(name, value));
    }
    /// The same for a number; bool is refused by the compiler, as aiohttp refuses it.
    template <class Number>
        requires(std::is_arithmetic_v<Number> && !std::same_as<Number, bool>)
    Request& param(std::string_view name, Number value) & {
        return param(name, std::string_view(std::to_string(value)));
    }
    template <class Number>
        requires(std::is_arithmetic_v<Number> && !std::same_as<Number, bool>)
    Request&& param(std::string_view name, Number value) && {
        return std::move(this->param(name, value));
    }
    /// Appends many query parameters, in order.
    Request& params(const Pairs& pairs) &;
    Request&& params(const Pairs& pairs) && { return std::move(this->params(pairs)); }

    /// Adds a header field; the first one of a name replaces the session's fields of that name,
    /// further ones are sent as well. Throws ValueError for a name that is no token and a value
    /// with CR, LF, NUL or another control character.
    Request& header(std::string_view name, std::string_view value) &;
    Request&& header(std::string_view name, std::string_view value) && {
        return std::move(this->header(name, value));
    }
    /// Adds many header fields.
    Request& headers(const Headers& fields) &;
    Request&& headers(const Headers& fields) && { return std::move(this->headers(fields)); }
    /// Sends a cookie with this request, over one of that name in the jar, and to its origin only
    /// when it is redirected; the jar does not keep it. The value is quoted as the jar says
    /// (CookieJarOptions::quote_cookie). Throws ValueError as AbstractCookieJar::update_cookies().
    Request& cookie(std::string_view name, std::string_view value) &;
    Request&& cookie(std::string_view name, std::string_view value) && {
        return std::move(this->cookie(name, value));
    }
    /// Sends many cookies.
    Request& cookies(const Pairs& pairs) &;
    Request&& cookies(const Pairs& pairs) && { return std::move(this->cookies(pairs)); }
    /// Leaves out an automatic header: Accept, Accept-Encoding, User-Agent or Content-Type.
    Request& skip_auto_header(std::string_view name) &;
    Request&& skip_auto_header(std::string_view name) && {
        return std::move(this->skip_auto_header(name));
    }

    /// Sends a JSON document, as application/json. Include <nlohmann/json.hpp>. With GCC 12 name a
    /// document written in braces first: `json doc{...}; co_await session.post(u).json(doc);`
    Request& json(const nlohmann::json& document) &;
    Request&& json(const nlohmann::json& document) &&;
    /// Sends anything nlohmann::json can be made from. Include <aiohttp/json.hpp>.
    template <class T>
    Request& json(const T& value) &;
    template <class T>
    Request&& json(const T& value) &&;
    /// Sends a JSON document that is serialized already.
    Request& json_text(std::string text) &;
    Request&& json_text(std::string text) && { return std::move(this->json_text(std::move(text))); }

    /// Sends text, as text/plain; charset=utf-8. One body a request: a second one throws
    /// ValueError.
    Request& data(std::string text) &;
    Request&& data(std::string text) && { return std::move(this->data(std::move(text))); }
    Request& data(const char* text) & { return data(std::string(text)); }
    Request&& data(const char* text) && { return std::move(this->data(std::string(text))); }
    /// Sends bytes, as application/octet-stream.
    Request& data(std::span<const std::byte> bytes) &;
    Request&& data(std::span<const std::byte> bytes) && { return std::move(this->data(bytes)); }
    /// Sends what `source` gives, piece by piece.
    Request& data(std::unique_ptr<BodySource> source) &;
    Request&& data(std::unique_ptr<BodySource> source) && {
        return std::move(this->data(std::move(source)));
    }
    /// Sends fields as application/x-www-form-urlencoded.
    Request& form(const Pairs& fields) &;
    Request&& form(const Pairs& fields) && { return std::move(this->form(fields)); }
    /// Sends the body in chunks (RFC 9112 7.1) though its length is known. Without a body nothing
    /// changes. Awaiting throws ValueError with a Content-Length or Transfer-Encoding of the
    /// caller's, and with HTTP/1.0.
    Request& chunked(bool on = true) &;
    Request&& chunked(bool on = true) && { return std::move(this->chunked(on)); }
    /// Sends `Expect: 100-continue` (RFC 9110 10.1.1), and the body only when the server wants it:
    /// after a 100, or after 1 s without an answer, because some servers do not know of it. A final
    /// status that comes first is the response, a 417 too; then the body is not sent, and the
    /// connection is closed. A field `Expect: 100-continue` among the headers means the same.
    /// Nothing changes without a body; awaiting throws ValueError with HTTP/1.0.
    Request& expect100(bool on = true) &;
    Request&& expect100(bool on = true) && { return std::move(this->expect100(on)); }
    /// The same with another time than 1 s. Throws ValueError for one that is not positive.
    Request& expect100(Duration wait) &;
    Request&& expect100(Duration wait) && { return std::move(this->expect100(wait)); }
    /// Lets others see how much of the body has been handed to the connection. Include
    /// <aiohttp/progress.hpp>. Throws ValueError while another request uses it.
    Request& upload_progress(const Progress& progress) &;
    Request&& upload_progress(const Progress& progress) && {
        return std::move(this->upload_progress(progress));
    }
    /// Sends a form, urlencoded or multipart. Include <aiohttp/form_data.hpp>.
    Request& data(FormData&& form) &;
    Request&& data(FormData&& form) &&;
    /// Sends a multipart body. Include <aiohttp/multipart_writer.hpp>.
    Request& data(MultipartWriter&& writer) &;
    Request&& data(MultipartWriter&& writer) &&;

    /// The time limits instead of the session's. Throws ValueError for limits that are not
    /// positive.
    Request& timeout(const ClientTimeout& limits) &;
    Request&& timeout(const ClientTimeout& limits) && { return std::move(this->timeout(limits)); }
    /// Only the total time, the other limits are the defaults.
    Request& timeout(Duration total) & { return timeout(ClientTimeout{.total = total}); }
    Request&& timeout(Duration total) && { return std::move(this->timeout(total)); }

    /// Whether redirects (301, 302, 303, 307, 308 with Location) are followed. Default true, for
    /// ClientSession::head() false. The method and the body change as RFC 9110 15.4 says and
    /// aiohttp does: after 303 it is a GET (or still a HEAD) without body, POST becomes GET after
    /// 301 and 302, everything else is sent again as it was; a body that BodySource::rewind()
    /// cannot bring back throws ClientPayloadError. Authorization, Cookie, Proxy-Authorization
    /// and Host stay behind when scheme, host or port change, also the session's, and do not come
    /// back on a way back. Throws InvalidUrlRedirectClientError and NonHttpUrlRedirectClientError.
    Request& allow_redirects(bool on = true) &;
    Request&& allow_redirects(bool on = true) && { return std::move(this->allow_redirects(on)); }
    /// How many responses may redirect: the last of them throws TooManyRedirects instead, so 1
    /// follows none. 0 is no limit. Default 10.
    Request& max_redirects(std::size_t count) &;
    Request&& max_redirects(std::size_t count) && { return std::move(this->max_redirects(count)); }
    /// Is asked before each redirect is followed, instead of the session's hook, and may end the
    /// way there: with the response that redirects, or with an exception. An empty one asks
    /// nobody. See RedirectHook.
    Request& on_redirect(RedirectHook hook) &;
    Request&& on_redirect(RedirectHook hook) && {
        return std::move(this->on_redirect(std::move(hook)));
    }
    /// Sends Basic credentials, instead of the session's Authorization field. Awaiting throws
    /// ValueError when there is also an Authorization field or user info in the URL, which is
    /// sent as Basic credentials itself.
    Request& auth(const BasicAuth& credentials) &;
    Request&& auth(const BasicAuth& credentials) && { return std::move(this->auth(credentials)); }
    /// Sends a Bearer token, in the same way. Of several calls of auth() the last one counts.
    Request& auth(const BearerAuth& credentials) &;
    Request&& auth(const BearerAuth& credentials) && { return std::move(this->auth(credentials)); }

    /// Whether a status of 400 or more throws ClientResponseError; instead of the session's.
    Request& raise_for_status(bool on = true) &;
    Request&& raise_for_status(bool on = true) && { return std::move(this->raise_for_status(on)); }
    /// Looks at the response instead, whatever its status, after redirects: what the coroutine
    /// `check(ClientResponse&)` throws is thrown, and the connection given up. A function object
    /// stays alive until it is done.
    template <StatusCheckLike Check>
    Request& raise_for_status(Check check) & {
        return check_status(std::move(check));
    }
    template <StatusCheckLike Check>
    Request&& raise_for_status(Check check) && {
        return std::move(this->check_status(std::move(check)));
    }
    /// The middlewares around every hop of this request, the first one outermost, instead of the
    /// session's: `middlewares(one, another)`, a list, or none at all. Throws ValueError for a null
    /// function.
    Request& middlewares(Middlewares list = Middlewares()) &;
    Request&& middlewares(Middlewares list = Middlewares()) && {
        return std::move(this->middlewares(std::move(list)));
    }
    template <class... Each>
        requires(sizeof...(Each) > 0 && (std::is_convertible_v<Each, Middleware> && ...))
    Request& middlewares(Each... each) & {
        Middlewares list;
        (list.emplace_back(std::move(each)), ...);
        return this->middlewares(std::move(list));
    }
    template <class... Each>
        requires(sizeof...(Each) > 0 && (std::is_convertible_v<Each, Middleware> && ...))
    Request&& middlewares(Each... each) && {
        return std::move(this->middlewares(std::move(each)...));
    }
    /// How TLS is made, instead of the connector's policy; verify_none, a TlsOptions, or the
    /// caller's own ssl::context.
    Request& ssl(TlsOptions options) &;
    Request&& ssl(TlsOptions options) && { return std::move(this->ssl(std::move(options))); }
    /// The name for SNI and the certificate check, instead of the URL's host.
    Request& server_hostname(std::string name) &;
    Request&& server_hostname(std::string name) && {
        return std::move(this->server_hostname(std::move(name)));
    }
    /// The proxy to go through, instead of the session's and the environment's, also after
    /// redirects: `proxy("http://me:secret@proxy:3128")`, a Proxy, or `proxy(no_proxy)` for none.
    /// Throws ValueError as Proxy. A Proxy-Authorization header of the request gets to a proxy that
    /// forwards it, and never through a tunnel or a SOCKS proxy.
    Request& proxy(Proxy proxy) &;
    Request&& proxy(Proxy proxy) && { return std::move(this->proxy(std::move(proxy))); }
    /// Credentials for the proxy that is used, whoever named it, over all others; Basic ones, or
    /// ProxyAuth::digest(). Awaiting throws ValueError when that proxy cannot take them.
    Request& proxy_auth(const ProxyAuth& credentials) &;
    Request&& proxy_auth(const ProxyAuth& credentials) && {
        return std::move(this->proxy_auth(credentials));
    }
    /// Adds fields for the proxy that is used, see Proxy::headers(). Throws ValueError as that.
    Request& proxy_headers(const Headers& fields) &;
    Request&& proxy_headers(const Headers& fields) && {
        return std::move(this->proxy_headers(fields));
    }
    /// The HTTP version to send, 1.0 or 1.1; ValueError for others.
    Request& version(HttpVersion version) &;
    Request&& version(HttpVersion version) && { return std::move(this->version(version)); }
    /// Whether a body without a length is read until the server closes (the default), or is empty.
    Request& read_until_eof(bool on) &;
    Request&& read_until_eof(bool on) && { return std::move(this->read_until_eof(on)); }
    /// Limits of the response head: bytes of the reason phrase, bytes of a field, number of fields;
    /// 8190, 8190 and 128 are the defaults. Beyond them ClientResponseError is thrown.
    Request& max_line_size(std::size_t bytes) &;
    Request&& max_line_size(std::size_t bytes) && { return std::move(this->max_line_size(bytes)); }
    Request& max_field_size(std::size_t bytes) &;
    Request&& max_field_size(std::size_t bytes) && {
        return std::move(this->max_field_size(bytes));
    }
    Request& max_headers(std::size_t count) &;
    Request&& max_headers(std::size_t count) && { return std::move(this->max_headers(count)); }
    /// Sends the body in a content coding, compressed while it is sent, in chunks and with
    /// Content-Encoding; an empty body is sent as it is. Awaiting throws ValueError when there is
    /// a Content-Encoding or Content-Length field already, and with HTTP/1.0.
    Request& compress(ContentCoding coding) &;
    Request&& compress(ContentCoding coding) && { return std::move(this->compress(coding)); }
    /// The same by name, as in aiohttp: "gzip", "deflate", "br", "zstd"; ValueError for others.
    Request& compress(std::string_view coding) &;
    Request&& compress(std::string_view coding) && { return std::move(this->compress(coding)); }
    /// Whether the Content-Encoding of the response (gzip, deflate, br, zstd, or several) is undone
    /// while its body is read; the headers stay as they came. A coding that is not known leaves
    /// the body as it is. Data that is corrupt or ends early throws ClientPayloadError. Default
    /// true. Accept-Encoding is sent in either case, see skip_auto_header().
    Request& auto_decompress(bool on) &;
    Request&& auto_decompress(bool on) && { return std::move(this->auto_decompress(on)); }
    /// How many bytes of the response's body, after decoding, may be read; beyond them
    /// ClientPayloadError is thrown. Default: no limit.
    Request& max_body_size(std::uint64_t bytes) &;
    Request&& max_body_size(std::uint64_t bytes) && {
        return std::move(this->max_body_size(bytes));
    }
    /// To how many times its size the response's body may be decoded, at least 1 (else ValueError);
    /// beyond that ClientPayloadError is thrown. What is smaller than 128 KiB is not judged.
    /// Default: no limit, because legitimate data may be very dense (gzip reaches 1000 on zeros)
    /// and a body that is read as a stream takes little memory however large it is.
    Request& max_decompression_ratio(std::uint64_t times) &;
    Request&& max_decompression_ratio(std::uint64_t times) && {
        return std::move(this->max_decompression_ratio(times));
    }
    /// How many bytes of the response's body are read from the socket at once, which is also how
    /// much of it is in memory while nobody reads; at least 1 (else ValueError). Default 64 KiB.
    Request& read_bufsize(std::size_t bytes) &;
    Request&& read_bufsize(std::size_t bytes) && { return std::move(this->read_bufsize(bytes)); }
    /// What the context of this request is made from, see TraceConfig.
    Request& trace_request_ctx(std::any value) &;
    Request&& trace_request_ctx(std::any value) && {
        return std::move(this->trace_request_ctx(std::move(value)));
    }

    /// The whole exchange at once, body included: its text, as ClientResponse::text() ...
    boost::asio::awaitable<std::string> text() &&;
    /// ... its bytes ...
    boost::asio::awaitable<std::string> read() &&;
    /// ... its JSON ...
    boost::asio::awaitable<nlohmann::json> as_json() &&;
    /// ... or its JSON as a T (include <aiohttp/json.hpp>; as<nlohmann::json>() gives the
    /// document).
    template <class T>
    boost::asio::awaitable<T> as() &&;
    /// The body into a file, see Download.
    Download download_to(std::string path, DownloadOptions options = DownloadOptions()) &&;

    /// This request, as it stands, as a command for a shell: for a bug report, or to try it by
    /// hand. It has the method, the URL with its parameters, the fields of the request and the
    /// session, the cookies, the body when it is text in memory (else `--data-binary @-`, and a
    /// comment says what to feed it), -L, --max-time and -k. Middlewares, netrc and what a caller's
    /// own ssl::context says are not in it. Everything is quoted for sh. Throws
    /// InvalidUrlClientError, NonHttpUrlClientError and ValueError as awaiting it would.
    std::string to_curl(Secrets secrets = Secrets::masked) const;

private:
    Request(boost::asio::awaitable<ClientResponse> exchange, detail::RequestSpec* spec)
        : boost::asio::awaitable<ClientResponse>(std::move(exchange)), spec_(spec) {}
    Request& body(std::string bytes, std::string content_type);
    Request& check_status(StatusCheck check);

    /// The description, unless the coroutine that owns it is gone.
    detail::RequestSpec& spec() const;

    detail::RequestSpec* spec_;  // owned by the coroutine that this object is
};

}  // namespace aiohttp
