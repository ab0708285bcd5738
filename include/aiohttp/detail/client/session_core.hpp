#pragma once

#include <any>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <aiohttp/content_coding.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/detail/core/copy_on_write.hpp>
#include <aiohttp/detail/core/last_origin.hpp>
#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/detail/middleware/proxy.hpp>
#include <aiohttp/detail/middleware/redirect.hpp>
#include <aiohttp/detail/middleware/request_trace.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/detail/protocol/netrc.hpp>
#include <aiohttp/session.hpp>

namespace aiohttp::detail {

/// What a caller may say of a request, and most do not.
struct RequestWishes {
    std::vector<std::pair<std::string, std::string>> params;
    std::vector<std::string> skips;
    std::optional<ClientTimeout> timeout;
    std::optional<bool> raise_for_status;
    StatusCheck status_check;
    std::optional<Middlewares> middlewares;     ///< instead of the session's
    std::size_t max_redirects = 10;             ///< 0: as many as come
    std::optional<RedirectHook> redirect_hook;  ///< instead of the session's, perhaps empty
    std::string authorization;                  ///< of Request::auth(), or empty
    std::optional<ContentCoding> compress;
    std::optional<ProxyExtras> proxy_extras;  ///< of Request::proxy_auth() and proxy_headers()
    std::any trace_request_ctx;
};

/// What stands behind a session; requests under way share it.
class SessionCore {
public:
    explicit SessionCore(ClientSessionOptions options);

    /// Binds the connector, see ConnectorCore::bind().
    void bind(const asio::any_io_executor& executor) { connector().bind(executor); }
    ConnectorCore& connector() const noexcept { return *options_.connector_->core(); }
    const std::shared_ptr<ConnectorCore>& shared_connector() const noexcept {
        return options_.connector_->core();
    }
    AbstractCookieJar& cookie_jar() const noexcept { return *options_.cookie_jar_; }
    BaseConnector& public_connector() const noexcept { return *options_.connector_; }

    /// See ClientSession::close() and ~ClientSession().
    void close(bool spare_bodies) noexcept;
    /// Refuses new requests.
    void begin_close() noexcept { closed_ = true; }
    bool closed() const noexcept { return closed_; }

    Headers& headers() noexcept { return options_.headers_; }
    const Headers& headers() const noexcept { return options_.headers_; }
    HttpVersion version() const noexcept { return options_.version_; }
    bool decompresses() const noexcept { return options_.auto_decompress_; }
    bool owns_connector() const noexcept { return options_.connector_owner_; }
    bool trusts_env() const noexcept { return options_.trust_env_; }
    const std::vector<std::string>& skips() const noexcept { return options_.skip_auto_headers_; }
    const Url& base_url() const noexcept { return options_.base_url_; }
    const SharedTimeout& timeout() const noexcept { return timeout_; }
    bool raises_for_status() const noexcept { return options_.raise_for_status_; }
    const StatusCheck& status_check() const noexcept { return options_.status_check_; }
    const Middlewares& middlewares() const noexcept { return options_.middlewares_; }
    /// Memory for a RequestSpec: that of the last one, if it has been given back.
    void* take_room();
    void give_back_room(void* room) noexcept { spare_room_.reset(room); }
    /// The same for the buffers of a request and its response.
    const std::shared_ptr<ResponseBuffers>& response_buffers() const noexcept {
        return response_buffers_;
    }
    std::string serialize(const nlohmann::json& document) const;
    bool requotes_redirects() const noexcept { return options_.requote_redirect_url_; }
    /// Who is asked about redirects; null: nobody.
    const RedirectHook* redirect_hook() const noexcept {
        return options_.redirect_hook_ ? &options_.redirect_hook_ : nullptr;
    }
    /// Who is told of the requests; null: nobody.
    const std::shared_ptr<const TraceConfigs>& traces() const noexcept { return traces_; }
    /// The environment's credentials; null without trust_env().
    const Netrc* netrc() const noexcept { return netrc_ ? &*netrc_ : nullptr; }
    /// Where requests get their proxy from; null: they have none but their own.
    const ProxySource* proxies() const noexcept { return proxies_.get(); }
    /// What requests are given to begin with.
    const CopyOnWrite<RequestOptions>& request_options() const noexcept { return request_options_; }
    /// Url::parse(), which knows the server that was asked last.
    Error parse(std::string_view url, Url& out) { return origin_.parse(url, out); }

private:
    struct FreeRoom {
        void operator()(void* room) const noexcept { ::operator delete(room); }
    };
    static RequestOptions options_of_requests(const ClientSessionOptions& session);

    ClientSessionOptions options_;
    SharedTimeout timeout_;
    CopyOnWrite<RequestOptions> request_options_;
    std::optional<Netrc> netrc_;
    std::shared_ptr<const TraceConfigs> traces_;
    std::unique_ptr<const ProxySource> proxies_;
    LastOrigin origin_;
    std::unique_ptr<void, FreeRoom> spare_room_;
    std::shared_ptr<ResponseBuffers> response_buffers_ = std::make_shared<ResponseBuffers>();
    bool closed_ = false;
    bool ended_ = false;
};

/// A request as it is being described: what Request's setters write. Ten thousand of them may wait
/// for an answer at once, so what is seldom said takes no room.
struct RequestSpec {
    explicit RequestSpec(const std::shared_ptr<SessionCore>& of) : session(of) {}
    static void* operator new(std::size_t size) = delete;
    static void* operator new(std::size_t, SessionCore& session) { return session.take_room(); }
    static void operator delete(void* room, SessionCore& session) noexcept {
        session.give_back_room(room);
    }
    static void operator delete(RequestSpec* spec, std::destroying_delete_t) noexcept;

    std::shared_ptr<SessionCore> session;
    ClientRequest request;  ///< its URL as given, perhaps relative
    Error url_error;        ///< why the URL could not be parsed; thrown when it is awaited
    CopyOnWrite<RequestWishes> wishes;
    std::shared_ptr<ChainGuard> guard;    ///< of a request whose middlewares are running
    std::shared_ptr<RequestTrace> trace;  ///< once it is traced
    bool follows_redirects = true;
};

inline void* SessionCore::take_room() {
    return spare_room_ ? spare_room_.release() : ::operator new(sizeof(RequestSpec));
}

/// Makes the URL given the one to ask for: relative to the session's base, with the parameters.
Error complete_url(const RequestSpec& spec, Url& url);
/// Throws the error as that of this request, and of the redirects that led to it.
[[noreturn]] void raise_for(const Error& error, const ClientRequest& request, History history);

/// Throws ValueError for a null function.
void check_middleware(const Middleware& middleware);

/// Throws ValueError unless it is 1.0 or 1.1.
HttpVersion checked_version(HttpVersion version);
/// The value. Throws ValueError, which names the option, for 0.
std::uint64_t at_least_one(std::string_view name, std::uint64_t value);

}  // namespace aiohttp::detail
