#pragma once

#include <aiohttp/async_resolver.hpp>

#if defined(AIOHTTP_WITH_CARES)

#include <ares.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/address_ranges.hpp>
#include <aiohttp/detail/core/decimal.hpp>
#include <aiohttp/detail/net/context_watch.hpp>
#include <aiohttp/detail/net/one_shot.hpp>
#include <aiohttp/detail/net/socket_address.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp {

namespace detail {

class CaresCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "c-ares"; }
    std::string message(int value) const override { return ::ares_strerror(value); }
};

AIOHTTP_DECL error_code cares_error(int status) {
    static const CaresCategory category;
    switch (status) {
        case ARES_SUCCESS:
            return {};
        case ARES_ENOTFOUND:
        case ARES_ENONAME:
            return asio::error::host_not_found;
        case ARES_ENODATA:
            return asio::error::no_data;
        case ARES_ETIMEOUT:
            return asio::error::timed_out;
        case ARES_ENOMEM:
            return asio::error::no_memory;
        default:
            return {status, category};
    }
}

/// "1.2.3.4", "::1", "1.2.3.4:53" or "[::1]:53"; c-ares itself overlooks what is none of these.
AIOHTTP_DECL bool is_name_server(std::string_view text) {
    const auto is_port = [](std::string_view rest) {
        const auto number = rest.empty() ? rest : rest.substr(1);
        const auto port = parse_decimal(number);
        return rest.empty() || (rest.front() == ':' && port && *port > 0 && *port <= 65535);
    };
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        return end != std::string_view::npos && parse_ipv6(text.substr(1, end - 1)) &&
               is_port(text.substr(end + 1));
    }
    const auto colon = std::min(text.find(':'), text.size());
    return parse_ipv6(text) || (parse_ipv4(text.substr(0, colon)) && is_port(text.substr(colon)));
}

/// A channel of c-ares as the options want it. A lookup has one of its own, so that lookups on
/// different executors share nothing, and each sees the system's settings as they are.
AIOHTTP_DECL int open_channel(ares_channel& channel,
                              const AsyncResolverOptions& settings,
                              ares_sock_state_cb callback,
                              void* argument) {
    static std::once_flag once;
    std::call_once(once, [] { ::ares_library_init(ARES_LIB_INIT_ALL); });
    ares_options options{};
    int mask = ARES_OPT_SOCK_STATE_CB;
    options.sock_state_cb = callback;
    options.sock_state_cb_data = argument;
    if (settings.timeout()) {
        mask |= ARES_OPT_TIMEOUTMS;
        options.timeout = static_cast<int>(
            std::chrono::ceil<std::chrono::milliseconds>(*settings.timeout()).count());
    }
    if (settings.tries()) {
        mask |= ARES_OPT_TRIES;
        options.tries = *settings.tries();
    }
    const int status = ::ares_init_options(&channel, &options, mask);
    if (status != ARES_SUCCESS || settings.nameservers().empty()) {
        return status;
    }
    std::string list;
    for (const auto& server : settings.nameservers()) {
        list.append(list.empty() ? "" : ",").append(server);
    }
    return ::ares_set_servers_ports_csv(channel, list.c_str());
}

}  // namespace detail

/// The lookups under way, so that close() can end them from any thread.
struct AsyncResolver::State {
    AsyncResolverOptions options;
    std::mutex mutex;  // guards what follows
    std::vector<std::shared_ptr<Query>> running;
    bool closed = false;
};

/// One lookup: carries out what c-ares wants done with its sockets.
struct AsyncResolver::Query : std::enable_shared_from_this<Query> {
    using Descriptor = boost::asio::posix::stream_descriptor;
    using error_code = boost::system::error_code;

    struct Watched {
        explicit Watched(const boost::asio::any_io_executor& executor) : descriptor(executor) {}
        Descriptor descriptor;  // c-ares owns what is behind it
        bool wants_read = false;
        bool wants_write = false;
        bool reading = false;
        bool writing = false;
    };

    Query(const boost::asio::any_io_executor& on, std::string name, std::uint16_t to_port)
        : executor(on), timer(on), host(std::move(name)), port(to_port) {}

    void start(const AsyncResolverOptions& options, AddressFamily family) {
        const int status = detail::open_channel(channel, options, &Query::on_socket_state, this);
        if (status != ARES_SUCCESS) {
            finish(detail::cares_error(status));
            return;
        }
        ares_addrinfo_hints hints{};
        hints.ai_family = detail::system_family(family);
        hints.ai_socktype = SOCK_STREAM;
        ::ares_getaddrinfo(channel, host.c_str(), nullptr, &hints, &Query::on_answer, this);
        go_on();
    }

    /// Ends it; c-ares closes its sockets.
    void stop() noexcept {
        stopped = true;
        waiter = nullptr;
        timer.cancel();
        if (channel != nullptr) {
            ::ares_destroy(std::exchange(channel, nullptr));
        }
    }

    void finish(const error_code& result) {
        error = result;
        finished = true;
        if (waiter != nullptr) {
            waiter->notify();
        }
    }

    static void on_answer(void* argument, int status, int /*timeouts*/, ares_addrinfo* list) {
        auto& self = *static_cast<Query*>(argument);
        const std::unique_ptr<ares_addrinfo, decltype(&::ares_freeaddrinfo)> owner(
            list, &::ares_freeaddrinfo);
        if (self.stopped) {
            return;
        }
        for (auto* node = list != nullptr ? list->nodes : nullptr; node != nullptr;
             node = node->ai_next) {
            detail::append_address(self.hosts, self.host, node->ai_addr, node->ai_addrlen,
                                   self.port);
        }
        self.finish(detail::cares_error(status));
    }

    static void on_socket_state(void* argument, ares_socket_t socket, int read, int write) {
        auto& self = *static_cast<Query*>(argument);
        auto& watched = self.sockets[socket];
        if (read == 0 && write == 0) {
            if (watched && watched->descriptor.is_open()) {
                watched->descriptor.release();
            }
            self.sockets.erase(socket);
            return;
        }
        if (!watched) {
            watched = std::make_shared<Watched>(self.executor);
            error_code failed;
            watched->descriptor.assign(socket, failed);
            if (failed) {
                self.finish(failed);
            }
        }
        watched->wants_read = read != 0;
        watched->wants_write = write != 0;
    }

    /// Waits for what c-ares waits for.
    void go_on() {
        if (finished || stopped) {
            timer.cancel();
            return;
        }
        for (const auto& [socket, watched] : sockets) {
            if (watched->wants_read && !watched->reading) {
                watched->reading = true;
                watch(Descriptor::wait_read, watched, socket);
            }
            if (watched->wants_write && !watched->writing) {
                watched->writing = true;
                watch(Descriptor::wait_write, watched, socket);
            }
        }
        timeval left{};
        if (::ares_timeout(channel, nullptr, &left) != nullptr) {
            // c-ares looks at the real time.
            timer.expires_after(std::chrono::seconds(left.tv_sec) +
                                std::chrono::microseconds(left.tv_usec));
            timer.async_wait([self = shared_from_this()](const error_code& cancelled) {
                if (!cancelled) {
                    self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
                }
            });
        }
    }

    void watch(Descriptor::wait_type what,
               const std::shared_ptr<Watched>& watched,
               ares_socket_t socket) {
        watched->descriptor.async_wait(
            what, [self = shared_from_this(), watched, socket, what](const error_code& cancelled) {
                const bool read = what == Descriptor::wait_read;
                (read ? watched->reading : watched->writing) = false;
                if (!cancelled && watched->descriptor.is_open()) {
                    self->process(read ? socket : ARES_SOCKET_BAD, read ? ARES_SOCKET_BAD : socket);
                }
            });
    }

    void process(ares_socket_t readable, ares_socket_t writable) {
        if (!stopped && !finished) {
            ::ares_process_fd(channel, readable, writable);
            go_on();
        }
    }

    boost::asio::any_io_executor executor;
    boost::asio::steady_timer timer;
    std::string host;
    std::uint16_t port;
    ares_channel channel = nullptr;
    std::map<ares_socket_t, std::shared_ptr<Watched>> sockets;
    bool stopped = false;
    bool finished = false;
    detail::OneShot* waiter = nullptr;
    error_code error;
    std::vector<ResolvedHost> hosts;
};

/// Takes a query off the list and ends it, however the waiting coroutine ends.
struct AsyncResolver::Listed {
    std::shared_ptr<State> state;
    std::shared_ptr<Query> query;
    ~Listed() {
        query->stop();
        leave();
    }

    void leave() const noexcept {
        const std::lock_guard lock(state->mutex);
        std::erase(state->running, query);
    }
    /// For the destructor of the io_context: close() must not post to it from now on.
    static void abandon(void* listed) noexcept {
        const auto& self = *static_cast<Listed*>(listed);
        self.leave();
        self.query->waiter->abort();
    }
};

AIOHTTP_DECL AsyncResolver::AsyncResolver(AsyncResolverOptions options)
    : state_(std::make_shared<State>()) {
    for (const auto& server : options.nameservers()) {
        if (!detail::is_name_server(server)) {
            throw ValueError("'" + server + "' is no address of a name server");
        }
    }
    state_->options = std::move(options);
}

AIOHTTP_DECL AsyncResolver::~AsyncResolver() {
    close();
}

AIOHTTP_DECL void AsyncResolver::close() noexcept {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    for (const auto& query : state_->running) {
        // Posted under the lock: while the query is listed, its io_context is alive.
        boost::asio::post(query->executor, [query] {
            if (query->waiter != nullptr) {
                query->waiter->abort();
            }
        });
    }
}

AIOHTTP_DECL boost::asio::awaitable<std::vector<ResolvedHost>> AsyncResolver::resolve(
    std::string host, std::uint16_t port, AddressFamily family) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    const auto state = state_;
    if (host.find('\0') != std::string::npos) {
        throw boost::system::system_error(boost::asio::error::host_not_found);
    }
    const auto query = std::make_shared<Query>(executor, std::move(host), port);
    detail::OneShot answered;
    query->waiter = &answered;
    {
        const std::lock_guard lock(state->mutex);
        if (state->closed) {
            throw boost::system::system_error(boost::asio::error::operation_aborted,
                                              "the resolver is closed");
        }
        state->running.push_back(query);
    }
    Listed listed{state, query};
    // Nobody else ends the wait when the io_context is destroyed.
    const detail::ContextWatch watch(executor, &Listed::abandon, &listed);
    query->start(state->options, family);
    const auto aborted = co_await answered.wait();
    const auto error = aborted ? aborted : query->error;
    if (error) {
        throw boost::system::system_error(error);
    }
    auto hosts = std::move(query->hosts);
    co_return hosts;
}

}  // namespace aiohttp

#endif
