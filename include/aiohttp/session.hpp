#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <aiohttp/auth.hpp>
#include <aiohttp/connector.hpp>
#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/redirect.hpp>
#include <aiohttp/request.hpp>
#include <aiohttp/tcp_connector.hpp>
#include <aiohttp/timeout.hpp>
#include <aiohttp/tls.hpp>
#include <aiohttp/trace.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

namespace detail {
class SessionCore;
}

/// The options of a ClientSession; set in a chain:
/// `ClientSessionOptions().base_url("http://httpbin.org/").header("X-A", "b").timeout(5s)`.
class ClientSessionOptions {
public:
    ClientSessionOptions();

    /// What request URLs are relative to (RFC 3986 5.2): an absolute http(s) URL whose path ends
    /// in "/", else ValueError. A request's absolute URL overrides it.
    ClientSessionOptions& base_url(std::string_view url) &;
    ClientSessionOptions&& base_url(std::string_view url) &&;
    /// Adds a header field to every request that does not set the same name. ValueError as
    /// Headers::add().
    ClientSessionOptions& header(std::string_view name, std::string_view value) &;
    ClientSessionOptions&& header(std::string_view name, std::string_view value) &&;
    /// Adds many header fields.
    ClientSessionOptions& headers(const Headers& fields) &;
    ClientSessionOptions&& headers(const Headers& fields) &&;
    /// Leaves out an automatic header: Accept, Accept-Encoding, User-Agent or Content-Type.
    ClientSessionOptions& skip_auto_header(std::string_view name) &;
    ClientSessionOptions&& skip_auto_header(std::string_view name) &&;
    /// The time limits of every request. Default: total 5 minutes, sock_connect 30 seconds.
    ClientSessionOptions& timeout(const ClientTimeout& limits) &;
    ClientSessionOptions&& timeout(const ClientTimeout& limits) &&;
    /// Only the total time.
    ClientSessionOptions& timeout(Duration total) &;
    ClientSessionOptions&& timeout(Duration total) &&;
    /// Whether a status of 400 or more throws ClientResponseError. Default false.
    ClientSessionOptions& raise_for_status(bool on) &;
    ClientSessionOptions&& raise_for_status(bool on) &&;
    /// Looks at every response instead, see Request::raise_for_status().
    template <StatusCheckLike Check>
    ClientSessionOptions& raise_for_status(Check check) & {
        return check_status(std::move(check));
    }
    template <StatusCheckLike Check>
    ClientSessionOptions&& raise_for_status(Check check) && {
        return std::move(this->check_status(std::move(check)));
    }
    /// The middlewares around every hop of every request, the first one outermost. Throws
    /// ValueError for a null function.
    ClientSessionOptions& middlewares(Middlewares list) &;
    ClientSessionOptions&& middlewares(Middlewares list) &&;
    /// Appends a middleware, as the innermost so far.
    ClientSessionOptions& middleware(Middleware next) &;
    ClientSessionOptions&& middleware(Middleware next) &&;
    /// Where cookies are kept, perhaps shared with other sessions. Default: a CookieJar of the
    /// session's own; a DummyCookieJar does without cookies.
    ClientSessionOptions& cookie_jar(std::shared_ptr<AbstractCookieJar> jar) &;
    ClientSessionOptions&& cookie_jar(std::shared_ptr<AbstractCookieJar> jar) &&;
    /// Adds cookies for every host to the jar. Throws ValueError as
    /// AbstractCookieJar::update_cookies().
    ClientSessionOptions& cookies(const Pairs& pairs) &;
    ClientSessionOptions&& cookies(const Pairs& pairs) &&;
    /// Sends these credentials with every request, as an Authorization header of the session: the
    /// last one set counts, a request's own replaces it, and redirects to another origin drop it.
    ClientSessionOptions& auth(const BasicAuth& credentials) &;
    ClientSessionOptions&& auth(const BasicAuth& credentials) &&;
    ClientSessionOptions& auth(const BearerAuth& credentials) &;
    ClientSessionOptions&& auth(const BearerAuth& credentials) &&;
    /// How TLS is made where a request does not say, instead of the connector's way.
    ClientSessionOptions& ssl(TlsOptions options) &;
    ClientSessionOptions&& ssl(TlsOptions options) &&;
    /// The proxy of every request that does not name another one; it counts instead of the
    /// environment's, and `no_proxy` keeps that out. Default: none.
    ClientSessionOptions& proxy(Proxy proxy) &;
    ClientSessionOptions&& proxy(Proxy proxy) &&;
    /// Credentials for the session's proxy, over those of its URL, or for one of the environment
    /// that comes without. The proxies that requests name do not get them. SOCKS proxies that
    /// cannot take them throw ValueError when the session is made.
    ClientSessionOptions& proxy_auth(const ProxyAuth& credentials) &;
    ClientSessionOptions&& proxy_auth(const ProxyAuth& credentials) &&;
    /// Fields for the same proxies, see Proxy::headers(). Throws ValueError as that.
    ClientSessionOptions& proxy_headers(const Headers& fields) &;
    ClientSessionOptions&& proxy_headers(const Headers& fields) &&;
    /// A connector of the session's own, with these options.
    ClientSessionOptions& connector(const TCPConnectorOptions& options) &;
    ClientSessionOptions&& connector(const TCPConnectorOptions& options) &&;
    /// A connector, perhaps shared with other sessions (see connector_owner).
    ClientSessionOptions& connector(std::shared_ptr<BaseConnector> shared) &;
    ClientSessionOptions&& connector(std::shared_ptr<BaseConnector> shared) &&;
    /// Whether closing the session closes the connector. Default true.
    ClientSessionOptions& connector_owner(bool on) &;
    ClientSessionOptions&& connector_owner(bool on) &&;
    /// The HTTP version of every request, 1.0 or 1.1. Default 1.1.
    ClientSessionOptions& version(HttpVersion version) &;
    ClientSessionOptions&& version(HttpVersion version) &&;
    /// How Request::json() turns a document into text. Default: compact, as dump().
    ClientSessionOptions& json_serialize(
        std::function<std::string(const nlohmann::json&)> serialize) &;
    ClientSessionOptions&& json_serialize(
        std::function<std::string(const nlohmann::json&)> serialize) &&;
    /// Whether the target of a redirect is percent-encoded anew, as Url() does. Without, one that
    /// may be sent as it is stays as it is, like Url::encoded(). Default true.
    ClientSessionOptions& requote_redirect_url(bool on) &;
    ClientSessionOptions&& requote_redirect_url(bool on) &&;
    /// Whether the environment is asked for proxies and credentials. Default false. It is read when
    /// the session is made, and then never again.
    ///
    /// A request or redirect without a proxy of its own or of the session goes through the one
    /// that $http_proxy, $https_proxy, $ws_proxy or $wss_proxy names for its scheme, else
    /// $all_proxy, unless $no_proxy has its host: a list of names, each for all below it, too, of
    /// IP addresses and blocks ("10.0.0.0/8"), each perhaps with a port, or "*" for all. Lower
    /// case counts before upper case; $HTTP_PROXY is not read where $REQUEST_METHOD is set
    /// (httpoxy). A value without scheme means http. One that names no proxy throws ValueError
    /// when a request would use it.
    ///
    /// A request or redirect without credentials gets those that the file $NETRC, else
    /// $HOME/.netrc, has for its host, as Basic credentials, see netrc_auth(), and so does an HTTP
    /// proxy. Beware of a "default" entry: it is for every host that a server may redirect to. A
    /// file that is missing, unreadable or malformed counts as empty.
    ClientSessionOptions& trust_env(bool on) &;
    ClientSessionOptions&& trust_env(bool on) &&;
    /// Is asked before each redirect is followed, see RedirectHook. Default: nobody is.
    ClientSessionOptions& on_redirect(RedirectHook hook) &;
    ClientSessionOptions&& on_redirect(RedirectHook hook) &&;
    /// Tells the functions of `trace` what happens to every request; call it again for more, they
    /// are told in this order.
    ClientSessionOptions& trace_config(TraceConfig trace) &;
    ClientSessionOptions&& trace_config(TraceConfig trace) &&;
    /// Limits of a response head, see Request.
    ClientSessionOptions& max_line_size(std::size_t bytes) &;
    ClientSessionOptions&& max_line_size(std::size_t bytes) &&;
    ClientSessionOptions& max_field_size(std::size_t bytes) &;
    ClientSessionOptions&& max_field_size(std::size_t bytes) &&;
    ClientSessionOptions& max_headers(std::size_t count) &;
    ClientSessionOptions&& max_headers(std::size_t count) &&;
    /// How response bodies are decoded and limited, see Request.
    ClientSessionOptions& auto_decompress(bool on) &;
    ClientSessionOptions&& auto_decompress(bool on) &&;
    ClientSessionOptions& max_body_size(std::uint64_t bytes) &;
    ClientSessionOptions&& max_body_size(std::uint64_t bytes) &&;
    ClientSessionOptions& max_decompression_ratio(std::uint64_t times) &;
    ClientSessionOptions&& max_decompression_ratio(std::uint64_t times) &&;
    ClientSessionOptions& read_bufsize(std::size_t bytes) &;
    ClientSessionOptions&& read_bufsize(std::size_t bytes) &&;
    /// Names the charset of a body when neither its Content-Type nor JSON does; it is given the
    /// response and its body, which has been read. Default: utf-8.
    ClientSessionOptions& fallback_charset_resolver(
        std::function<std::string(const ClientResponse&, std::string_view)> resolve) &;
    ClientSessionOptions&& fallback_charset_resolver(
        std::function<std::string(const ClientResponse&, std::string_view)> resolve) &&;

private:
    friend class detail::SessionCore;
    ClientSessionOptions& check_status(StatusCheck check);

    Url base_url_;
    Headers headers_;
    std::vector<std::string> skip_auto_headers_;
    ClientTimeout timeout_;
    bool raise_for_status_ = false;
    StatusCheck status_check_;
    Middlewares middlewares_;
    std::shared_ptr<BaseConnector> connector_;
    bool connector_owner_ = true;
    std::shared_ptr<AbstractCookieJar> cookie_jar_;
    Pairs cookies_;
    HttpVersion version_;
    std::optional<TlsOptions> tls_;
    std::shared_ptr<const Proxy> proxy_;
    std::optional<ProxyAuth> proxy_auth_;
    Headers proxy_headers_;
    std::function<std::string(const nlohmann::json&)> json_serialize_;
    bool requote_redirect_url_ = true;
    bool trust_env_ = false;
    RedirectHook redirect_hook_;
    std::vector<TraceConfig> trace_configs_;
    std::size_t max_line_size_ = 8190;
    std::size_t max_field_size_ = 8190;
    std::size_t max_headers_ = 128;
    bool auto_decompress_ = true;
    std::optional<std::uint64_t> max_body_size_;
    std::optional<std::uint64_t> max_decompression_ratio_;
    std::optional<std::size_t> read_bufsize_;
    std::shared_ptr<const std::function<std::string(const ClientResponse&, std::string_view)>>
        fallback_charset_resolver_;
};

/// The client: makes requests over a pool of connections that it keeps open between them
/// (aiohttp's ClientSession). Make one and keep it; a session a request throws the pool away.
///
/// It is used from one executor only, an io_context run by one thread or a strand: the one given,
/// or the one of the first request awaited (another one throws RuntimeError). To make a request,
/// though it is not awaited yet, is to use the session. Several threads: one session each.
/// Responses may outlive it. It may outlive its io_context: its connections go with the context,
/// and the next request binds it anew.
class ClientSession {
public:
    /// The defaults, bound to the executor that first awaits a request.
    ClientSession();
    explicit ClientSession(ClientSessionOptions options);
    /// Bound to `executor` from the start.
    explicit ClientSession(boost::asio::any_io_executor executor,
                           ClientSessionOptions options = ClientSessionOptions());
    ClientSession(ClientSession&&) noexcept;
    ClientSession& operator=(ClientSession&&) noexcept;
    /// Closes at once: requests under way throw ClientConnectionError, idle connections close.
    /// Responses handed out can still be read, unless the session was closed with close().
    ~ClientSession();

    /// A request of any method (upper-cased; ValueError unless a token, RFC 9110 9.1). The URL is
    /// checked when the request is awaited: InvalidUrlClientError or NonHttpUrlClientError.
    Request request(std::string_view method, std::string_view url);
    Request request(std::string_view method, const Url& url);
    Request get(std::string_view url);
    Request get(const Url& url);
    Request post(std::string_view url);
    Request post(const Url& url);
    Request put(std::string_view url);
    Request put(const Url& url);
    Request patch(std::string_view url);
    Request patch(const Url& url);
    /// DELETE; the name without underscore is a keyword.
    Request delete_(std::string_view url);
    Request delete_(const Url& url);
    /// HEAD, without following redirects; request("HEAD", url) follows them.
    Request head(std::string_view url);
    Request head(const Url& url);
    Request options(std::string_view url);
    Request options(const Url& url);

    /// Closes the session, and the connector when it owns it: requests and reads under way throw
    /// ClientConnectionError. Afterwards requests throw RuntimeError. Calling it again does
    /// nothing.
    boost::asio::awaitable<void> close();
    /// The same, but gives requests under way, those in the pool's queue too, and responses that
    /// are being read time to finish; idle connections of its own connector close at once. It
    /// returns as soon as everything is done; when `grace` has passed, what is left is ended as by
    /// close(). Cancelling it leaves that alone. ValueError when `grace` is negative.
    boost::asio::awaitable<void> close(Duration grace);
    /// Whether it was closed, or is being closed.
    bool closed() const noexcept;
    /// The default headers; changes count for requests made later.
    Headers& headers() noexcept;
    const Headers& headers() const noexcept;
    /// What the options said, see ClientSessionOptions; base_url() may be empty.
    const Url& base_url() const noexcept;
    const ClientTimeout& timeout() const noexcept;
    HttpVersion version() const noexcept;
    /// True also when a status check was set instead.
    bool raise_for_status() const noexcept;
    const std::vector<std::string>& skip_auto_headers() const noexcept;
    bool auto_decompress() const noexcept;
    bool connector_owner() const noexcept;
    bool requote_redirect_url() const noexcept;
    bool trust_env() const noexcept;
    /// The cookie jar.
    AbstractCookieJar& cookie_jar() const noexcept;
    /// The connector.
    BaseConnector& connector() const noexcept;

private:
    std::shared_ptr<detail::SessionCore> core_;
};

/// One request without a session (aiohttp.request()): it has a session and a connection of its own,
/// which is closed after the exchange. The response can be read as any other. For more than one
/// request a ClientSession is faster.
///
///     auto text = co_await aiohttp::request("GET", "http://localhost:8080/get").text();
Request request(std::string_view method, std::string_view url);
Request request(std::string_view method, const Url& url);

}  // namespace aiohttp
