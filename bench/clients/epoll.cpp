// A limit: system calls, TLS by OpenSSL, and next to nothing else. No timeouts, no redirects, no
// cookies, no parser to speak of, one request at a time a connection, forever the same.

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/common.hpp"
#include "clients/message.hpp"
#include "clients/order.hpp"
#include "clients/raw_tls.hpp"

namespace {

using bench::Job;

enum class State { idle, connecting, shaking_hands, sending, receiving };

class Loop;

struct Connection {
    int file = -1;
    SSL* ssl = nullptr;
    State state = State::idle;
    bool waits_to_write = false;
    std::size_t index = 0;
    std::string out;           ///< the head, and a small body
    std::size_t sent = 0;      ///< of `out` and the upload
    std::string in;            ///< a head that came in pieces
    std::string body;          ///< unless it is a download
    std::size_t received = 0;  ///< of the body
    std::optional<bench::Head> head;
};

constexpr std::ptrdiff_t blocked_reading = -1;
constexpr std::ptrdiff_t blocked_writing = -2;

class Loop {
public:
    Loop(const Job& job, bench::Tally& tally)
        : job_(job),
          tally_(tally),
          tls_(job),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          upload_(job.is("upload") ? job.length : 0, 'x'),
          scratch_(std::size_t{64} << 10U),
          connections_(job.concurrency) {}
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { ::close(epoll_); }

    void run() {
        for (auto& connection : connections_) {
            next(connection);
        }
        std::array<epoll_event, 256> events{};
        while (open_ > 0) {
            const int count = ::epoll_wait(epoll_, events.data(), events.size(), 60'000);
            if (count <= 0) {
                throw std::runtime_error("no answer for a minute");
            }
            for (int i = 0; i < count; ++i) {
                advance(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
            }
        }
    }

private:
    /// Begins the next request of a connection, or closes it.
    void next(Connection& connection) {
        const auto index = tally_.take();
        if (!index || job_.is("close")) {
            close(connection);
        }
        if (!index) {
            return;
        }
        connection.index = *index;
        connection.sent = 0;
        connection.received = 0;
        connection.in.clear();
        connection.body.clear();
        connection.head.reset();
        if (job_.is("post")) {
            const auto body = bench::make_order(*index).dump();
            connection.out = bench::make_head(job_, body.size()) + body;
        } else if (connection.out.empty()) {
            connection.out = bench::make_head(job_, upload_.size());
        }
        if (connection.file < 0) {
            connect(connection);
        } else {
            connection.state = State::sending;
        }
        advance(connection);
    }

    void connect(Connection& connection) {
        connection.file = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(connection.file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(job_.port)));
        ::inet_pton(AF_INET, job_.host.c_str(), &address.sin_addr);
        if (::connect(connection.file, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 &&
            errno != EINPROGRESS) {
            throw std::runtime_error("cannot connect");
        }
        ++open_;
        connection.state = State::connecting;
        connection.waits_to_write = true;
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT;
        event.data.ptr = &connection;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.file, &event);
        if (job_.tls) {
            connection.ssl = ::SSL_new(tls_.context());
            ::SSL_set_fd(connection.ssl, connection.file);
            ::SSL_set_connect_state(connection.ssl);
            tls_.prepare(connection.ssl);
        }
    }

    void close(Connection& connection) {
        if (connection.ssl != nullptr) {
            ::SSL_shutdown(connection.ssl);
            ::SSL_free(connection.ssl);
            connection.ssl = nullptr;
        }
        if (connection.file >= 0) {
            ::close(connection.file);
            connection.file = -1;
            --open_;
        }
        connection.state = State::idle;
    }

    /// Goes on until it blocks or the request is done.
    void advance(Connection& connection) {
        std::ptrdiff_t result = 1;
        while (result > 0) {
            switch (connection.state) {
                case State::idle:
                    return;
                case State::connecting:
                    result = check_connected(connection);
                    break;
                case State::shaking_hands:
                    result = shake_hands(connection);
                    break;
                case State::sending:
                    result = send(connection);
                    break;
                case State::receiving:
                    result = receive(connection);
                    if (result > 0 && connection.head &&
                        connection.received == connection.head->body_length) {
                        finish(connection);
                        next(connection);
                        return;
                    }
                    break;
            }
        }
        if (result == 0) {
            throw std::runtime_error("the server closed the connection");
        }
        wait_to_write(connection, result == blocked_writing);
    }

    static std::ptrdiff_t check_connected(Connection& connection) {
        tcp_info info{};
        socklen_t size = sizeof info;
        ::getsockopt(connection.file, IPPROTO_TCP, TCP_INFO, &info, &size);
        if (info.tcpi_state == TCP_SYN_SENT) {
            return blocked_writing;
        }
        connection.state = connection.ssl != nullptr ? State::shaking_hands : State::sending;
        return 1;
    }

    static std::ptrdiff_t shake_hands(Connection& connection) {
        const int result = ::SSL_do_handshake(connection.ssl);
        if (result != 1) {
            return tls_error(connection, result);
        }
        connection.state = State::sending;
        return 1;
    }

    std::ptrdiff_t send(Connection& connection) {
        const std::string_view head = connection.out;
        const bool in_head = connection.sent < head.size();
        const auto rest = in_head ? head.substr(connection.sent)
                                  : std::string_view(upload_).substr(connection.sent - head.size());
        std::ptrdiff_t result = 0;
        if (connection.ssl != nullptr) {
            std::size_t written = 0;
            const int ok = ::SSL_write_ex(connection.ssl, rest.data(), rest.size(), &written);
            result = ok == 1 ? static_cast<std::ptrdiff_t>(written) : tls_error(connection, ok);
        } else {
            result = ::send(connection.file, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (result < 0) {
                result = plain_error(blocked_writing);
            }
        }
        if (result > 0) {
            connection.sent += static_cast<std::size_t>(result);
            if (connection.sent == head.size() + upload_.size()) {
                connection.state = State::receiving;
                return blocked_reading;  // an answer is not there yet
            }
        }
        return result;
    }

    std::ptrdiff_t receive(Connection& connection) {
        std::ptrdiff_t result = 0;
        if (connection.ssl != nullptr) {
            std::size_t read = 0;
            const int ok = ::SSL_read_ex(connection.ssl, scratch_.data(), scratch_.size(), &read);
            result = ok == 1 ? static_cast<std::ptrdiff_t>(read) : tls_error(connection, ok);
        } else {
            result = ::recv(connection.file, scratch_.data(), scratch_.size(), 0);
            if (result < 0) {
                result = plain_error(blocked_reading);
            }
        }
        if (result > 0) {
            take(connection, std::string_view(scratch_.data(), static_cast<std::size_t>(result)));
        }
        return result;
    }

    void take(Connection& connection, std::string_view data) {
        if (!connection.head) {
            if (!connection.in.empty()) {
                connection.in += data;
                data = connection.in;
            }
            connection.head = bench::parse_head(data);
            if (!connection.head) {
                connection.in = std::string(data);
                return;
            }
            data.remove_prefix(connection.head->size);
        }
        connection.received += data.size();
        if (connection.received > connection.head->body_length) {
            throw std::runtime_error("more than the body");
        }
        if (!job_.is("download")) {
            connection.body += data;
        }
    }

    void finish(Connection& connection) {
        const auto& body = connection.body;
        if (job_.is("post")) {
            const auto reply = nlohmann::json::parse(body);
            tally_.check(connection.index, bench::is_order(reply, connection.index), body.size());
        } else if (job_.is("upload")) {
            tally_.check(connection.index, tally_.is_upload_reply(body), upload_.size());
        } else if (job_.is("gzip")) {
            const auto text = bench::gunzip(body);
            tally_.answer(connection.index, connection.head->status, text.size());
        } else {
            tally_.answer(connection.index, connection.head->status, connection.received);
        }
    }

    void wait_to_write(Connection& connection, bool on) {
        if (connection.waits_to_write != on) {
            connection.waits_to_write = on;
            epoll_event event{};
            event.events = on ? EPOLLIN | EPOLLOUT : EPOLLIN;
            event.data.ptr = &connection;
            ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.file, &event);
        }
    }

    static std::ptrdiff_t plain_error(std::ptrdiff_t blocked) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return blocked;
        }
        throw std::runtime_error("the connection failed");
    }

    static std::ptrdiff_t tls_error(Connection& connection, int result) {
        switch (::SSL_get_error(connection.ssl, result)) {
            case SSL_ERROR_WANT_READ:
                return blocked_reading;
            case SSL_ERROR_WANT_WRITE:
                return blocked_writing;
            case SSL_ERROR_ZERO_RETURN:
                return 0;
            default: {
                const char* const why = ::ERR_reason_error_string(::ERR_get_error());
                throw std::runtime_error(why != nullptr ? why : "TLS failed");
            }
        }
    }

    const Job& job_;
    bench::Tally& tally_;
    bench::RawTls tls_;
    int epoll_;
    std::size_t open_ = 0;
    std::string upload_;
    std::vector<char> scratch_;
    std::vector<Connection> connections_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::client_main(argc, argv, [](const Job& job, bench::Tally& tally) {
        if (job.is("cookies") || job.is("begun")) {
            bench::unsupported(job);
        }
        Loop loop(job, tally);
        tally.start();
        loop.run();
    });
}
