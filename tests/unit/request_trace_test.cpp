#include <any>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/detail/middleware/request_trace.hpp>
#include <aiohttp/trace.hpp>

#include "support/catch.hpp"
#include "support/trace.hpp"

using namespace aiohttp;
using detail::ConnectionEvent;
using detail::RequestTrace;
using detail::TraceConfigs;

namespace {

std::shared_ptr<const TraceConfigs> configs(TraceConfig trace) {
    TraceConfigs list;
    list.push_back(std::move(trace));
    return std::make_shared<const TraceConfigs>(std::move(list));
}

}  // namespace

TEST_CASE("every event on the way to a connection has its signal", "[M192]") {
    std::vector<std::string> log;
    RequestTrace trace(configs(testing::recording(log)), {});
    for (const auto event :
         {ConnectionEvent::queued_start, ConnectionEvent::queued_end, ConnectionEvent::create_start,
          ConnectionEvent::create_end, ConnectionEvent::reused, ConnectionEvent::dns_start,
          ConnectionEvent::dns_end, ConnectionEvent::dns_cache_hit, ConnectionEvent::dns_cache_miss,
          ConnectionEvent::tls_start, ConnectionEvent::tls_end, ConnectionEvent::proxy_start,
          ConnectionEvent::proxy_end}) {
        trace.on_event(event, "h.test");
    }
    CHECK(log == std::vector<std::string>{"connection_queued_start", "connection_queued_end",
                                          "connection_create_start", "connection_create_end",
                                          "connection_reuseconn", "dns_resolvehost_start",
                                          "dns_resolvehost_end", "dns_cache_hit", "dns_cache_miss",
                                          "tls_start", "tls_end", "proxy_start", "proxy_end"});
}

TEST_CASE("signals of names are given the name", "[M192]") {
    std::string names;
    const auto note = [&names](std::any&, const auto& params) {
        if constexpr (requires { params.host; }) {
            names.append(params.host).append(" ");
        } else {
            names.append(params.server_hostname).append(" ");
        }
    };
    TraceConfig config;
    config.on_dns_resolvehost_start(note).on_dns_resolvehost_end(note).on_dns_cache_hit(note);
    config.on_dns_cache_miss(note).on_tls_start(note).on_tls_end(note);
    config.on_proxy_start(note).on_proxy_end(note);
    RequestTrace trace(configs(std::move(config)), {});
    trace.on_event(ConnectionEvent::dns_start, "a");
    trace.on_event(ConnectionEvent::dns_end, "b");
    trace.on_event(ConnectionEvent::dns_cache_hit, "c");
    trace.on_event(ConnectionEvent::dns_cache_miss, "d");
    trace.on_event(ConnectionEvent::tls_start, "e");
    trace.on_event(ConnectionEvent::tls_end, "f");
    trace.on_event(ConnectionEvent::proxy_start, "g");
    trace.on_event(ConnectionEvent::proxy_end, "h");
    CHECK(names == "a b c d e f g h ");
}

TEST_CASE("an exception before the start is not told, and an end of a body before its head neither",
          "[M193]") {
    std::vector<std::string> log;
    RequestTrace trace(configs(testing::recording(log)), {});
    trace.on_exception(std::make_exception_ptr(1));
    trace.on_body_end({Timings(), Error(), true});
    CHECK(log.empty());
}

TEST_CASE("a copy of a trace has signals of its own", "[M193]") {
    std::vector<std::string> log;
    TraceConfig first = testing::recording(log);
    TraceConfig second;
    second = first;
    second.on_tls_end([&log](std::any&, const TraceTlsEndParams&) { log.emplace_back("more"); });
    RequestTrace(configs(first), {}).on_event(ConnectionEvent::tls_end, "");
    CHECK(log == std::vector<std::string>{"tls_end"});
    RequestTrace(configs(std::move(second)), {}).on_event(ConnectionEvent::tls_end, "");
    CHECK(log == std::vector<std::string>{"tls_end", "tls_end", "more"});
}
