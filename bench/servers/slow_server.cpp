// The server that nginx cannot be: it answers late, and it reads what is uploaded before it
// answers. Prints its port; ends with its standard input.
//
//   GET  /slow     "ok" after one second, to as many connections as there are descriptors
//   POST /upload   how many bytes the body had
//   POST /echo     the body, as JSON
//
// One thread, one epoll. It understands the benchmark's clients and nothing else.

#include <strings.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds delay{1};

struct Connection {
    std::uint64_t id = 0;
    std::string head;
    bool in_body = false;
    bool echoes = false;
    std::string body;         ///< when it is echoed
    std::size_t missing = 0;  ///< of the body
    std::size_t length = 0;   ///< of the body
};

struct Late {
    Clock::time_point when;
    int file;
    std::uint64_t id;
};

class Server {
public:
    Server() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(std::size_t{256} << 10U) {}

    /// Listens on a free port of the loopback interface; its number, or 0.
    unsigned listen() {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16'384) != 0 ||
            ::getsockname(listener_, generic, &size) != 0) {
            return 0;
        }
        watch(listener_);
        watch(STDIN_FILENO);
        return ntohs(address.sin_port);
    }

    void run() {
        std::array<epoll_event, 512> events{};
        while (true) {
            const int count = ::epoll_wait(epoll_, events.data(), events.size(), until_next());
            for (int i = 0; i < count; ++i) {
                const int file = events[static_cast<std::size_t>(i)].data.fd;
                if (file == STDIN_FILENO) {
                    return;
                }
                file == listener_ ? accept_all() : read(file);
            }
            answer_late();
        }
    }

private:
    void watch(int file) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = file;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event);
    }

    /// Milliseconds until the next late answer is due.
    int until_next() const {
        if (late_.empty()) {
            return -1;
        }
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(late_.front().when - Clock::now());
        return left.count() > 0 ? static_cast<int>(left.count()) : 0;
    }

    void accept_all() {
        for (int file = 0;
             (file = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
            const int on = 1;
            ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            connections_[file].id = ++last_id_;
            watch(file);
        }
    }

    void close(int file) {
        connections_.erase(file);
        ::close(file);
    }

    void read(int file) {
        const auto count = ::recv(file, scratch_.data(), scratch_.size(), 0);
        if (count < 0 && errno == EAGAIN) {
            return;
        }
        if (count <= 0 ||
            !take(file, connections_[file],
                  std::string_view(scratch_.data(), static_cast<std::size_t>(count)))) {
            close(file);
        }
    }

    /// False: it is no request that this server understands.
    bool take(int file, Connection& connection, std::string_view data) {
        if (!connection.in_body) {
            const auto before = connection.head.size();
            connection.head += data;
            const auto end = connection.head.find("\r\n\r\n", before < 3 ? 0 : before - 3);
            if (end == std::string::npos) {
                return connection.head.size() < scratch_.size();
            }
            data.remove_prefix(end + 4 - before);
            connection.head.resize(end + 2);
            connection.in_body = true;
            connection.echoes = connection.head.starts_with("POST /echo ");
            connection.length = connection.missing = body_length(connection.head);
            if (connection.head.find("100-continue") != std::string::npos) {
                send(file, "HTTP/1.1 100 Continue\r\n\r\n");
            }
        }
        if (data.size() > connection.missing) {
            return false;
        }
        connection.missing -= data.size();
        if (connection.echoes) {
            connection.body += data;
        }
        if (connection.missing == 0) {
            answer(file, connection);
        }
        return true;
    }

    void answer(int file, Connection& connection) {
        if (connection.head.starts_with("GET /slow ")) {
            late_.push_back({Clock::now() + delay, file, connection.id});
        } else if (connection.echoes) {
            reply(file, "application/json", connection.body);
        } else {
            reply(file, "text/plain", std::to_string(connection.length));
        }
        connection.in_body = false;
        connection.head.clear();
        connection.head.shrink_to_fit();
        connection.body.clear();
    }

    void answer_late() {
        const auto now = Clock::now();
        while (!late_.empty() && late_.front().when <= now) {
            const auto due = late_.front();
            late_.pop_front();
            const auto found = connections_.find(due.file);
            if (found != connections_.end() && found->second.id == due.id) {
                reply(due.file, "text/plain", "ok");
            }
        }
    }

    static void reply(int file, std::string_view type, std::string_view body) {
        std::string text = "HTTP/1.1 200 OK\r\nServer: slow\r\nContent-Type: ";
        text.append(type).append("\r\nContent-Length: ").append(std::to_string(body.size()));
        text.append("\r\nConnection: keep-alive\r\n\r\n").append(body);
        send(file, text);
    }

    /// Answers are far smaller than a socket's buffer.
    static void send(int file, std::string_view text) {
        [[maybe_unused]] const auto sent = ::send(file, text.data(), text.size(), MSG_NOSIGNAL);
    }

    /// Content-Length, or 0.
    static std::size_t body_length(std::string_view head) {
        constexpr std::string_view name = "\r\ncontent-length:";
        for (auto at = head.find("\r\n"); at != std::string_view::npos;
             at = head.find("\r\n", at + 2)) {
            if (head.size() - at > name.size() &&
                ::strncasecmp(head.data() + at, name.data(), name.size()) == 0) {
                auto value = head.substr(at + name.size());
                value.remove_prefix(value.starts_with(' ') ? 1 : 0);
                std::size_t length = 0;
                std::from_chars(value.data(), value.data() + value.size(), length);
                return length;
            }
        }
        return 0;
    }

    int epoll_;
    int listener_ = -1;
    std::uint64_t last_id_ = 0;
    std::vector<char> scratch_;
    std::unordered_map<int, Connection> connections_;
    std::deque<Late> late_;
};

}  // namespace

int main() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    Server server;
    const auto port = server.listen();
    if (port == 0) {
        std::cerr << "slow_server: cannot listen\n";
        return 1;
    }
    std::cout << port << std::endl;
    server.run();
}
