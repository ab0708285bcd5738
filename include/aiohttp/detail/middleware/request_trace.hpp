#pragma once

#include <any>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/detail/message/body_observer.hpp>
#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/detail/net/exchange_observer.hpp>
#include <aiohttp/response.hpp>
#include <aiohttp/trace.hpp>

namespace aiohttp::detail {

using TraceConfigs = std::vector<TraceConfig>;

/// One request of a session with traces: its contexts, and who it is at the moment. It lives as
/// long as the request or the body of its response.
class RequestTrace final : public ExchangeObserver, public BodyObserver {
public:
    /// Makes the contexts.
    RequestTrace(std::shared_ptr<const TraceConfigs> configs, const std::any& request_context);

    /// The request is about to be sent; the signals may change its fields.
    void start(ClientRequest& request);
    void on_redirect(const ClientResponse& response);
    /// The redirect is followed: what comes now is about this request.
    void begin_hop(const ClientRequest& request);
    /// The head of the response is here. Only from now on the end of a body is told.
    void on_end(const ClientResponse& response);
    /// Nothing when the request had not started.
    void on_exception(const std::exception_ptr& exception);

    void on_event(ConnectionEvent event, std::string_view subject) override;
    void on_headers_sent(const ClientRequest& request) override;
    void on_chunk_sent(std::string_view chunk) override;
    void on_chunk_received(std::string_view chunk) override;
    void on_body_end(const BodyEnd& end) override;

private:
    template <class Params>
    void tell(const Params& params);

    std::shared_ptr<const TraceConfigs> configs_;
    std::vector<std::any> contexts_;
    void is_about(std::string_view method, const Url& url, const Headers& headers);

    std::string method_;  // of the current hop
    Url url_;
    Headers headers_;
    bool started_ = false;
    bool ended_ = false;
    bool body_ended_ = false;
};

}  // namespace aiohttp::detail
