#pragma once

#include <utility>

#include <boost/asio/post.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/connect_race.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL ConnectRace::ConnectRace(const asio::any_io_executor& executor,
                                      std::vector<Endpoint> endpoints,
                                      std::string hostname,
                                      Duration delay,
                                      const SocketSetup& setup)
    : executor_(executor),
      endpoints_(std::move(endpoints)),
      hostname_(std::move(hostname)),
      setup_(setup),
      eyeballs_(endpoints_.size(), delay),
      sockets_(endpoints_.size()),
      timer_(
          executor,
          [](void* self) {
              auto& race = *static_cast<ConnectRace*>(self);
              race.start(race.eyeballs_.on_timer(Clock::now()));
          },
          this) {}

AIOHTTP_DECL asio::awaitable<ConnectOutcome> ConnectRace::run() {
    start(eyeballs_.begin(Clock::now()));
    const auto error = co_await done_.wait();
    // What has failed by then does not matter to someone who was interrupted.
    ConnectOutcome outcome = last_;
    if (error) {
        outcome = ConnectOutcome{error, {}};
    }
    co_return outcome;
}

AIOHTTP_DECL void ConnectRace::start(HappyEyeballs::Start attempt) {
    while (attempt) {
        auto& socket = sockets_[*attempt];
        socket = std::make_unique<asio::ip::tcp::socket>(executor_);
        const auto& peer = endpoints_[*attempt];
        auto outcome = open_socket(*socket, peer, hostname_, setup_);
        if (!outcome) {
            socket->async_connect(
                peer, [self = shared_from_this(), index = *attempt](const error_code& error) {
                    self->finished(index, ConnectOutcome{error, {}});
                });
            break;
        }
        socket.reset();
        last_ = std::move(outcome);
        attempt = eyeballs_.failed(Clock::now());
    }
    if (eyeballs_.exhausted()) {
        done_.notify();
    } else if (const auto next = eyeballs_.timer()) {
        timer_.arm_before(*next);
    }
}

AIOHTTP_DECL void ConnectRace::finished(std::size_t attempt, const ConnectOutcome& outcome) {
    if (closed_) {
        return;
    }
    if (outcome) {
        sockets_[attempt].reset();
        last_ = outcome;
        start(eyeballs_.failed(Clock::now()));
        return;
    }
    // The others are closed at once, not when the coroutine gets its turn.
    eyeballs_.connected();
    closed_ = true;
    winner_ = attempt;
    last_ = ConnectOutcome();
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
        if (i != winner_) {
            sockets_[i].reset();
        }
    }
    done_.notify();
}

AIOHTTP_DECL void ConnectRace::close() noexcept {
    closed_ = true;
    eyeballs_.connected();
    sockets_.clear();
}

}  // namespace aiohttp::detail
