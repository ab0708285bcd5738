#include "support/memory.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <aiohttp/error.hpp>
#include "support/catch.hpp"

namespace aiohttp::testing {

namespace asio = boost::asio;

std::string ok(std::string_view body, std::string_view fields) {
    std::string response = "HTTP/1.1 200 OK\r\nContent-Length: ";
    response.append(std::to_string(body.size())).append("\r\n");
    response.append(fields).append("\r\n").append(body);
    return response;
}

MemoryScript serves(std::string_view body) {
    return MemoryScript().expect_request().send(ok(body)).repeat();
}

static ClientSessionOptions with_connector(ClientSessionOptions options,
                                           const std::shared_ptr<MemoryConnector>& memory) {
    options.connector(memory);
    return options;
}

MemoryRig::MemoryRig(const TCPConnectorOptions& connector_options, ClientSessionOptions options)
    : memory(std::make_shared<MemoryConnector>(connector_options)),
      session(with_connector(std::move(options), memory)) {}

static const char* name_of(errc kind) {
    switch (kind) {
        case errc::total_timeout:
            return "total_timeout";
        case errc::connection_timeout:
            return "connection_timeout";
        case errc::socket_timeout:
            return "socket_timeout";
        case errc::dns_failed:
            return "dns_failed";
        case errc::connect_failed:
            return "connect_failed";
        case errc::tls_failed:
            return "tls_failed";
        case errc::server_disconnected:
            return "server_disconnected";
        case errc::connection_reset:
            return "connection_reset";
        case errc::io_failed:
            return "io_failed";
        case errc::connection_closed:
            return "connection_closed";
        case errc::malformed_response:
            return "malformed_response";
        case errc::payload_truncated:
            return "payload_truncated";
        case errc::payload_malformed:
            return "payload_malformed";
        default:
            return "another error";
    }
}

static std::string describe(const Error& error) {
    return std::string(name_of(error.kind())) + " in " + std::string(to_string(error.phase()));
}

static std::string describe(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const ClientError& error) {
        return describe(error.error());
    } catch (const TimeoutError& error) {
        return describe(error.error());
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted ? "cancelled" : error.what();
    } catch (const std::exception& error) {
        return error.what();
    }
}

asio::awaitable<std::string> outcome_of(asio::awaitable<ClientResponse> request) {
    std::exception_ptr thrown;
    try {
        auto response = co_await std::move(request);
        auto text = co_await response.text();
        co_return std::to_string(response.status()) + ' ' + text;
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return describe(thrown);
}

asio::awaitable<std::string> outcome_of(asio::awaitable<std::string> read) {
    std::exception_ptr thrown;
    try {
        auto text = co_await std::move(read);
        co_return text;
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return describe(thrown);
}

asio::awaitable<std::string> outcome_of(asio::awaitable<void> operation) {
    std::exception_ptr thrown;
    try {
        co_await std::move(operation);
        co_return "done";
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return describe(thrown);
}

asio::awaitable<void> settle() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    for (int i = 0; i < 50; ++i) {
        co_await asio::post(executor, asio::use_awaitable);
    }
}

// One handler; an io_context without work stops and has to be told to go on.
static bool run_a_handler(asio::io_context& io) {
    if (io.stopped()) {
        io.restart();
    }
    return io.poll_one() != 0;
}

Exchange exchange_once(const MemoryScript& script,
                       const MakeRequest& request,
                       std::size_t handlers) {
    asio::io_context io(1);
    MemoryRig rig;
    rig.memory->next(script).otherwise(serves("next"));
    Exchange exchange;
    bool ended = false;
    asio::cancellation_signal signal;
    asio::co_spawn(io, request(rig.session),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&](std::exception_ptr thrown, std::string text) {
                           ended = true;
                           exchange.outcome = thrown ? describe(thrown) : text;
                       }));
    for (std::size_t i = 0; i < handlers && run_a_handler(io); ++i) {
    }
    exchange.cancelled = !ended;
    if (!ended) {
        signal.emit(asio::cancellation_type::all);
    }
    while (run_a_handler(io)) {
    }
    CHECK(ended);
    exchange.dialled = rig.memory->dialled();
    exchange.operations = exchange.dialled > 0 ? rig.memory->connection(0).operations : 0;
    const auto left = rig.stats();
    CHECK(left.in_use == 0);
    CHECK(left.waiting == 0);
    CHECK(rig.memory->open_connections() == left.idle);

    std::string next;
    rig.memory->otherwise(serves("next"));
    asio::co_spawn(io, outcome_of(rig.session.get("http://other.test/")),
                   [&](std::exception_ptr, std::string text) { next = text; });
    while (run_a_handler(io)) {
    }
    CHECK(next == "200 next");
    return exchange;
}

}  // namespace aiohttp::testing
