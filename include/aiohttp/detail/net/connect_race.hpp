#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/core/happy_eyeballs.hpp>
#include <aiohttp/detail/net/background_timer.hpp>
#include <aiohttp/detail/net/one_shot.hpp>
#include <aiohttp/detail/net/tcp_socket.hpp>
#include <aiohttp/detail/net/transport.hpp>

namespace aiohttp::detail {

/// Connects to the first of several addresses that answers, by the rules of HappyEyeballs, and
/// closes the sockets of the others. One coroutine waits for it; destroying `Guard` ends it.
class ConnectRace final : public Abortable, public std::enable_shared_from_this<ConnectRace> {
public:
    using Endpoint = asio::ip::tcp::endpoint;

    ConnectRace(const asio::any_io_executor& executor,
                std::vector<Endpoint> endpoints,
                std::string hostname,
                Duration delay,
                const SocketSetup& setup);

    /// Waits until one has connected, all have failed (the outcome is that of the last one to
    /// fail), or abort().
    asio::awaitable<ConnectOutcome> run();
    void abort() noexcept override { done_.abort(); }

    /// After success: the socket that has connected, and to what.
    asio::ip::tcp::socket take_socket() { return std::move(*sockets_[winner_]); }
    const Endpoint& winner() const noexcept { return endpoints_[winner_]; }

    /// Closes what is left, however the waiting coroutine ends.
    struct Guard {
        std::shared_ptr<ConnectRace> race;
        ~Guard() { race->close(); }
    };

private:
    void start(HappyEyeballs::Start attempt);
    void finished(std::size_t attempt, const ConnectOutcome& outcome);
    void close() noexcept;

    asio::any_io_executor executor_;
    std::vector<Endpoint> endpoints_;
    std::string hostname_;
    SocketSetup setup_;
    HappyEyeballs eyeballs_;
    std::vector<std::unique_ptr<asio::ip::tcp::socket>> sockets_;
    std::size_t winner_ = 0;
    ConnectOutcome last_;
    bool closed_ = false;
    OneShot done_;
    BackgroundTimer timer_;
};

}  // namespace aiohttp::detail
