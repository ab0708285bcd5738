#include "support/unreliable_server.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <random>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace aiohttp::testing {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

/// What becomes of a connection after a response.
enum class Fate {
    stay,
    close_later,
    reset_later,
    half_close,
    close_at_next_byte,
    reset_at_next_byte,
    close_after_request,
    reset_after_request,
    close_as_agreed,
};

struct Request {
    std::size_t size = 0;  // 0: not whole yet
    std::string_view method;
    std::size_t number = 0;
};

std::size_t number_after(std::string_view text, std::string_view name) {
    std::size_t number = 0;
    const auto at = text.find(name);
    if (at != std::string_view::npos) {
        const auto digits = text.substr(at + name.size());
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    }
    return number;
}

Request parse(std::string_view input) {
    Request request;
    const auto head = input.find("\r\n\r\n");
    if (head == std::string_view::npos) {
        return request;
    }
    const auto fields = input.substr(0, head + 2);
    const auto size = head + 4 + number_after(fields, "\r\nContent-Length: ");
    if (input.size() >= size) {
        request.size = size;
        request.method = input.substr(0, input.find(' '));
        request.number = number_after(fields, "\r\nX-Number: ");
    }
    return request;
}

}  // namespace

struct UnreliableServer::Impl {
    Impl(std::size_t numbers, unsigned seed) : random(seed), posts(numbers) {
        asio::co_spawn(io, accept(), asio::detached);
        thread = std::thread([this] { io.run(); });
    }

    std::size_t pick(std::size_t below) { return random() % below; }

    Fate pick_fate() {
        const auto fate = pick(16);  // half of the time the connection stays
        return fate > static_cast<std::size_t>(Fate::close_as_agreed) ? Fate::stay
                                                                      : static_cast<Fate>(fate);
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto accepted = co_await acceptor.async_accept(no_throw);
            if (std::get<0>(accepted)) {
                co_return;
            }
            asio::co_spawn(io, serve(std::move(std::get<1>(accepted))), asio::detached);
        }
    }

    static void reset(tcp::socket& socket) {
        boost::system::error_code ignored;
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
    }

    static asio::awaitable<bool> read(tcp::socket& socket, std::string& input) {
        std::array<char, 4096> bytes{};
        const auto result = co_await socket.async_read_some(asio::buffer(bytes), no_throw);
        input.append(bytes.data(), std::get<1>(result));
        co_return !std::get<0>(result);
    }

    /// Does to the connection what its fate says. False when it is gone.
    asio::awaitable<bool> fulfil(Fate fate, tcp::socket& socket, std::string& input) {
        switch (fate) {
            case Fate::stay:
            case Fate::close_after_request:
            case Fate::reset_after_request:
                co_return true;
            case Fate::close_as_agreed:
                co_return false;
            case Fate::close_later:
            case Fate::reset_later: {
                asio::steady_timer timer(io, std::chrono::microseconds(pick(500)));
                co_await timer.async_wait(no_throw);
                break;
            }
            case Fate::half_close: {
                boost::system::error_code ignored;
                socket.shutdown(tcp::socket::shutdown_send, ignored);
                bool open = true;
                while (open) {
                    open = co_await read(socket, input);
                }
                break;
            }
            case Fate::close_at_next_byte:
            case Fate::reset_at_next_byte:
                co_await socket.async_wait(tcp::socket::wait_read, no_throw);
                break;
        }
        ++surprises;
        if (fate == Fate::reset_later || fate == Fate::reset_at_next_byte) {
            reset(socket);
        }
        co_return false;
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        std::string input;
        auto fate = Fate::stay;
        for (;;) {
            bool open = co_await fulfil(fate, socket, input);
            auto request = parse(input);
            while (open && request.size == 0) {
                open = co_await read(socket, input);
                request = parse(input);
            }
            if (!open) {
                co_return;
            }
            ++requests;
            if (request.method == "POST") {
                ++posts.at(request.number);
            }
            if (fate == Fate::close_after_request || fate == Fate::reset_after_request) {
                ++unanswered;
                ++surprises;
                if (fate == Fate::reset_after_request) {
                    reset(socket);
                }
                co_return;
            }
            fate = pick_fate();
            const auto reply = answer(request, fate == Fate::close_as_agreed);
            input.erase(0, request.size);
            co_await asio::async_write(socket, asio::buffer(reply), no_throw);
        }
    }

    static std::string answer(const Request& request, bool closes) {
        const auto number = std::to_string(request.number);
        std::string reply = "HTTP/1.1 200 OK\r\nX-Number: " + number +
                            "\r\nContent-Length: " + std::to_string(number.size()) + "\r\n";
        reply.append(closes ? "Connection: close\r\n\r\n" : "\r\n");
        return request.method == "HEAD" ? reply : reply + number;
    }

    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::mt19937 random;
    std::vector<unsigned> posts;
    std::size_t requests = 0;
    std::size_t unanswered = 0;
    std::size_t surprises = 0;
    std::thread thread;
};

UnreliableServer::UnreliableServer(std::size_t numbers, unsigned seed)
    : impl_(std::make_unique<Impl>(numbers, seed)) {}

UnreliableServer::~UnreliableServer() {
    stop();
}

void UnreliableServer::stop() {
    impl_->io.stop();
    if (impl_->thread.joinable()) {
        impl_->thread.join();
    }
}

std::string UnreliableServer::url() const {
    return "http://127.0.0.1:" + std::to_string(impl_->acceptor.local_endpoint().port()) + '/';
}

unsigned UnreliableServer::posts(std::size_t number) const {
    return impl_->posts.at(number);
}

std::size_t UnreliableServer::requests() const {
    return impl_->requests;
}

std::size_t UnreliableServer::unanswered() const {
    return impl_->unanswered;
}

std::size_t UnreliableServer::surprises() const {
    return impl_->surprises;
}

}  // namespace aiohttp::testing
