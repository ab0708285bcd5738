#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <aiohttp/testing/detail/server_log.hpp>
#include <aiohttp/testing/detail/server_routes.hpp>
#include <aiohttp/testing/server.hpp>

namespace boost::asio::ssl {
class context;
}

namespace aiohttp::detail {

class ServerConnection;

/// The inside of a testing::Server: the thread, the acceptor and the connections. Connections
/// and gates may keep it alive a little longer than the Server; then it is stopped.
class ServerCore : public std::enable_shared_from_this<ServerCore> {
public:
    using IdleAction = std::function<void(ServerConnection&)>;

    explicit ServerCore(testing::ServerOptions::Fields options);
    ServerCore(const ServerCore&) = delete;
    ServerCore& operator=(const ServerCore&) = delete;
    ~ServerCore();

    void start();

    /// Closes everything and joins the thread.
    void stop();

    /// Does something with every connection between two requests; returns their number.
    std::size_t for_idle_connections(IdleAction action);

    /// Closes the acceptor, and returns when that is done.
    void refuse_connections();

    void set_accept_handler(testing::AcceptHandler handler);

    /// The context of the server's TLS; made on first use if the server is a plain one.
    boost::asio::ssl::context& tls_context();

    /// PEM of what clients have to trust.
    std::string authority_pem();

    /// Forgets a connection that has closed.
    void remove(std::size_t connection);

    const testing::ServerOptions::Fields& options() const { return options_; }
    boost::asio::io_context& io() { return io_; }
    ServerLog& log() { return log_; }
    ServerRoutes& routes() { return routes_; }
    std::uint16_t port() const { return port_; }

private:
    using Protocol = boost::asio::generic::stream_protocol;
    struct IdleTask;

    Protocol::endpoint endpoint() const;
    void listen();
    void accept_next();
    void serve(Protocol::socket socket);
    void run_idle_task(std::shared_ptr<IdleTask> task);
    void run_and_wait(std::function<void()> task);
    void load_tls();

    const testing::ServerOptions::Fields options_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::basic_socket_acceptor<Protocol> acceptor_;
    // The server's delays are real time even while a manual clock stands still: the clock belongs
    // to the client under test, and its reactor does not run on this thread.
    boost::asio::steady_timer accept_pause_;
    std::uint16_t port_ = 0;

    ServerLog log_;
    ServerRoutes routes_;
    std::map<std::size_t, std::shared_ptr<ServerConnection>> connections_;
    std::size_t next_connection_ = 0;

    std::mutex accept_mutex_;
    testing::AcceptHandler accept_handler_;

    std::once_flag tls_once_;
    std::unique_ptr<boost::asio::ssl::context> tls_;
    std::string authority_pem_;
    std::string alpn_;  ///< The protocols as ALPN has them on the wire, each behind its length.

    std::thread thread_;
};

}  // namespace aiohttp::detail
