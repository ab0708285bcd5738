#pragma once

#include <unistd.h>

#include <chrono>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/server_connection.hpp>
#include <aiohttp/testing/detail/server_core.hpp>

namespace aiohttp::detail {

/// An action on the idle connections that waits for those that are about to be idle.
struct ServerCore::IdleTask {
    IdleTask(boost::asio::io_context& io, IdleAction idle_action)
        : action(std::move(idle_action)), timer(io) {}

    IdleAction action;
    boost::asio::steady_timer timer;
    std::chrono::steady_clock::time_point deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(1);
    std::optional<std::size_t> count;
    std::promise<std::size_t> done;
};

AIOHTTP_DECL ServerCore::ServerCore(testing::ServerOptions::Fields options)
    : options_(std::move(options)), work_(io_.get_executor()), acceptor_(io_), accept_pause_(io_) {
    if (options_.tls) {
        tls_context();
    }
    listen();
}

AIOHTTP_DECL ServerCore::~ServerCore() = default;

AIOHTTP_DECL void check_server_setup(boost::system::error_code error,
                                     const char* step,
                                     const testing::ServerOptions::Fields& options) {
    if (error) {
        const auto where = options.unix_path.empty()
                               ? options.address + " port " + std::to_string(options.port)
                               : options.unix_path;
        throw std::system_error(static_cast<std::error_code>(error),
                                std::string("testing::Server: ") + step + ' ' + where);
    }
}

AIOHTTP_DECL ServerCore::Protocol::endpoint ServerCore::endpoint() const {
    if (!options_.unix_path.empty()) {
        return boost::asio::local::stream_protocol::endpoint(options_.unix_path);
    }
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(options_.address, error);
    check_server_setup(error, "address", options_);
    return boost::asio::ip::tcp::endpoint(address, options_.port);
}

AIOHTTP_DECL void ServerCore::listen() {
    boost::system::error_code error;
    const auto wanted = endpoint();
    acceptor_.open(wanted.protocol(), error);
    check_server_setup(error, "open", options_);
    acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
    if (options_.socket_buffer > 0) {
        // Accepted sockets inherit both; the receive buffer has no other way in time.
        acceptor_.set_option(boost::asio::socket_base::send_buffer_size(options_.socket_buffer));
        acceptor_.set_option(boost::asio::socket_base::receive_buffer_size(options_.socket_buffer));
    }
    acceptor_.bind(wanted, error);
    check_server_setup(error, "bind", options_);
    acceptor_.listen(options_.backlog, error);
    check_server_setup(error, "listen", options_);
    if (options_.unix_path.empty()) {
        const auto bound = acceptor_.local_endpoint();
        boost::asio::ip::tcp::endpoint with_port;
        std::memcpy(with_port.data(), bound.data(), bound.size());
        port_ = with_port.port();
    }
}

AIOHTTP_DECL void ServerCore::start() {
    if (options_.accepting) {
        accept_next();
    }
    thread_ = std::thread([this] { io_.run(); });
}

AIOHTTP_DECL void ServerCore::stop() {
    boost::asio::post(io_, [this] {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        accept_pause_.cancel();
        const auto connections = std::exchange(connections_, {});
        for (const auto& connection : connections) {
            connection.second->finish();
        }
        work_.reset();
    });
    thread_.join();
    if (!options_.unix_path.empty()) {
        ::unlink(options_.unix_path.c_str());  // an abstract name is "" here: nothing happens
    }
}

AIOHTTP_DECL void ServerCore::accept_next() {
    acceptor_.async_accept(io_, [this](boost::system::error_code error, Protocol::socket socket) {
        if (!acceptor_.is_open()) {
            return;
        }
        if (!error) {
            serve(std::move(socket));
            accept_next();
            return;
        }
        // Out of descriptors, most likely: trying again at once would spin.
        accept_pause_.expires_after(std::chrono::milliseconds(10));
        accept_pause_.async_wait([this](boost::system::error_code stopped) {
            if (!stopped) {
                accept_next();
            }
        });
    });
}

AIOHTTP_DECL void ServerCore::serve(Protocol::socket socket) {
    const auto id = next_connection_++;
    testing::AcceptHandler handler;
    {
        const std::scoped_lock lock(accept_mutex_);
        handler = accept_handler_;
    }
    log_.update([](ServerLog::Counters& counters) {
        ++counters.accepted;
        ++counters.open;
    });
    const auto connection =
        std::make_shared<ServerConnection>(shared_from_this(), std::move(socket), id);
    connections_.emplace(id, connection);
    std::optional<testing::Script> script;
    try {
        if (handler) {
            script = handler(id);
        }
    } catch (const std::exception&) {
        script = testing::Script().reset();
    }
    connection->start(std::move(script));
}

AIOHTTP_DECL void ServerCore::remove(std::size_t connection) {
    connections_.erase(connection);
    log_.update([](ServerLog::Counters& counters) { --counters.open; });
}

AIOHTTP_DECL void ServerCore::set_accept_handler(testing::AcceptHandler handler) {
    const std::scoped_lock lock(accept_mutex_);
    accept_handler_ = std::move(handler);
}

AIOHTTP_DECL void ServerCore::refuse_connections() {
    std::promise<void> done;
    boost::asio::dispatch(io_, [this, &done] {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        accept_pause_.cancel();
        done.set_value();
    });
    done.get_future().wait();
}

AIOHTTP_DECL std::size_t ServerCore::for_idle_connections(IdleAction action) {
    auto task = std::make_shared<IdleTask>(io_, std::move(action));
    if (io_.get_executor().running_in_this_thread()) {
        task->deadline = {};  // a handler cannot wait for what its own thread has to do
    }
    auto done = task->done.get_future();
    boost::asio::dispatch(io_, [this, task] { run_idle_task(task); });
    return done.get();
}

AIOHTTP_DECL void ServerCore::run_idle_task(std::shared_ptr<IdleTask> task) {
    using Idleness = ServerConnection::Idleness;
    bool settled = std::chrono::steady_clock::now() >= task->deadline;
    if (!settled) {
        settled = std::ranges::none_of(connections_, [](const auto& connection) {
            return connection.second->idleness() == Idleness::soon;
        });
    }
    if (settled && !task->count) {
        std::vector<std::shared_ptr<ServerConnection>> idle;
        for (const auto& connection : connections_) {
            if (connection.second->idleness() == Idleness::idle) {
                idle.push_back(connection.second);
            }
        }
        task->count = idle.size();
        for (const auto& connection : idle) {
            task->action(*connection);
        }
        run_idle_task(std::move(task));  // until what the action writes has left, too
        return;
    }
    if (settled) {
        task->done.set_value(*task->count);
        return;
    }
    task->timer.expires_after(std::chrono::microseconds(200));
    task->timer.async_wait([this, task](boost::system::error_code) { run_idle_task(task); });
}

}  // namespace aiohttp::detail
