#include "counts/peer.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "counts/allocations.hpp"

namespace counts {
namespace {

constexpr int patience = 20'000;  // milliseconds

[[noreturn]] void give_up(const char* why) {
    std::fprintf(stderr, "counts: %s\n", why);
    std::_Exit(2);
}

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// A connection as the server sees it.
struct Connection {
    int socket = -1;
    int client = -1;  ///< the other end, to see when what was sent has arrived
    std::unique_ptr<SSL, FreeSsl> ssl;
    std::string request;
    std::uint64_t sent = 0;
};

struct Server {
    std::map<std::string, std::string, std::less<>> routes;
    std::vector<Connection> connections;
    std::string echo;
    SSL_CTX* tls = nullptr;
    int listener = -1;
    sockaddr_in address{};
};

Server& server() {
    static Server made;
    return made;
}

void listen_somewhere(Server& own) {
    own.listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    own.address.sin_family = AF_INET;
    own.address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof own.address;
    auto* address = reinterpret_cast<sockaddr*>(&own.address);
    if (::bind(own.listener, address, length) != 0 || ::listen(own.listener, 128) != 0 ||
        ::getsockname(own.listener, address, &length) != 0) {
        give_up("cannot listen on the loopback interface");
    }
}

void wait_for(int socket, short events) {
    pollfd entry{socket, events, 0};
    if (::poll(&entry, 1, patience) != 1) {
        give_up("a connection over the loopback interface does not come about");
    }
}

/// The server's end of a connection that the client has just made.
void accept_from(int client) {
    Server& own = server();
    auto& made = own.connections.emplace_back();
    made.client = client;
    made.socket = ::accept4(own.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    made.request.reserve(8192);
    if (own.tls != nullptr) {
        made.ssl.reset(SSL_new(own.tls));
        SSL_set_fd(made.ssl.get(), made.socket);
        SSL_set_accept_state(made.ssl.get());
    }
}

/// Adds the next bytes to the request: how many, 0 when there are none yet, -1 at the end.
long receive(Connection& connection) {
    static std::array<char, 65536> buffer;
    long got = 0;
    if (connection.ssl != nullptr) {
        got = SSL_read(connection.ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
        if (got <= 0) {
            const int why = SSL_get_error(connection.ssl.get(), static_cast<int>(got));
            return why == SSL_ERROR_WANT_READ ? 0 : -1;
        }
    } else {
        got = ::recv(connection.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got <= 0) {
            return got < 0 && errno == EAGAIN ? 0 : -1;
        }
    }
    connection.request.append(buffer.data(), static_cast<std::size_t>(got));
    return got;
}

void send_all(Connection& connection, std::string_view bytes) {
    const long sent =
        connection.ssl != nullptr
            ? SSL_write(connection.ssl.get(), bytes.data(), static_cast<int>(bytes.size()))
            : ::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent != static_cast<long>(bytes.size())) {
        give_up("the server cannot send its answer at once");
    }
    connection.sent += bytes.size();
}

/// Answers the request if all of it is there.
void answer(Connection& connection) {
    Server& own = server();
    const std::string_view request = connection.request;
    const auto end = request.find("\r\n\r\n");
    if (end == request.npos) {
        return;
    }
    constexpr std::string_view field = "Content-Length: ";
    const auto found = request.substr(0, end).find(field);
    const auto length = found == request.npos
                            ? 0
                            : std::strtoul(request.data() + found + field.size(), nullptr, 10);
    const auto body = request.substr(end + 4);
    if (body.size() < length) {
        return;
    }
    const auto path = request.substr(request.find(' ') + 1);
    const auto route = own.routes.find(path.substr(0, path.find(' ')));
    if (route == own.routes.end()) {
        own.echo = response("200 OK", "Content-Type: application/json\r\n", body);
        send_all(connection, own.echo);
    } else {
        send_all(connection, route->second);
    }
    connection.request.clear();
}

/// How many bytes were sent, those of TLS included.
std::uint64_t sent(const Connection& connection) {
    return connection.ssl == nullptr ? connection.sent
                                     : BIO_number_written(SSL_get_wbio(connection.ssl.get()));
}

/// How many bytes the client could read now.
std::uint64_t readable(const Connection& connection) {
    int bytes = 0;
    ::ioctl(connection.client, FIONREAD, &bytes);
    return static_cast<std::uint64_t>(bytes);
}

/// Does for one connection what there is to do, and returns when what it sent has arrived.
/// 1 when it sent something, 0 when not, -1 when the connection is over.
int serve(Connection& connection) {
    const auto target = readable(connection) - sent(connection);
    const auto before = sent(connection);
    for (long got = 1; got > 0;) {
        got = receive(connection);
        if (got < 0) {
            ::close(connection.socket);
            return -1;
        }
        answer(connection);
    }
    while (readable(connection) != target + sent(connection)) {
        ::poll(nullptr, 0, 1);
    }
    return sent(connection) > before ? 1 : 0;
}

/// True when the client got something to do.
bool serve_all() {
    auto& connections = server().connections;
    bool busy = false;
    for (std::size_t i = connections.size(); i-- > 0;) {
        const int did = serve(connections[i]);
        busy = busy || did > 0;
        if (did < 0) {
            std::swap(connections[i], connections.back());
            connections.pop_back();
        }
    }
    return busy;
}

/// Until a client says something.
void wait_for_clients() {
    std::vector<pollfd> entries;
    for (const auto& connection : server().connections) {
        entries.push_back({connection.socket, POLLIN, 0});
    }
    if (::poll(entries.data(), entries.size(), patience) <= 0) {
        give_up("the client waits for nothing");
    }
}

X509* make_certificate(EVP_PKEY* key) {
    X509* made = X509_new();
    X509_set_version(made, 2);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, key);
    X509_sign(made, key, EVP_sha256());
    return made;
}

/// What is done meanwhile is not the client's and not counted.
class Uncounted {
public:
    Uncounted() : allocations_(std::exchange(allocations.counted, false)) { toggle(); }
    Uncounted(const Uncounted&) = delete;
    Uncounted& operator=(const Uncounted&) = delete;
    ~Uncounted() {
        toggle();
        allocations.counted = allocations_;
    }

private:
    void toggle() const {
        if (allocations_) {
            CALLGRIND_TOGGLE_COLLECT;
        }
    }

    bool allocations_;
};

}  // namespace

void route(std::string_view path, std::string response) {
    server().routes.emplace(path, std::move(response));
}

std::string response(std::string_view status, std::string_view fields, std::string_view body) {
    std::string text = "HTTP/1.1 ";
    text.append(status).append(
        "\r\nServer: nginx/1.22.1\r\nDate: Sat, 01 Aug 2026 12:00:00 GMT\r\nContent-Length: ");
    text.append(std::to_string(body.size())).append("\r\nConnection: keep-alive\r\n");
    text.append(fields).append("\r\n").append(body);
    return text;
}

void use_tls() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = make_certificate(key);
    server().tls = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate(server().tls, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(server().tls, key) != 1) {
        give_up("no certificate");
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
}

}  // namespace counts

// What the client calls instead of the C library's: the linker prefers a program's own functions.
extern "C" {

/// The server works when the client waits: never earlier, so never by chance.
int epoll_wait(int epoll, epoll_event* events, int count, int timeout) {
    if (timeout != 0) {
        const counts::Uncounted server;
        while (!counts::serve_all()) {
            counts::wait_for_clients();
        }
    }
    return static_cast<int>(::syscall(SYS_epoll_wait, epoll, events, count, timeout));
}

/// Every address is the server's, whose port is different each time.
int connect(int socket, const sockaddr*, socklen_t) {
    const counts::Uncounted server;
    counts::Server& own = counts::server();
    if (own.listener < 0) {
        counts::listen_somewhere(own);
    }
    const auto done = ::syscall(SYS_connect, socket, &own.address, sizeof own.address);
    if (done != 0 && errno != EINPROGRESS) {
        return -1;
    }
    counts::wait_for(socket, POLLOUT);
    counts::accept_from(socket);
    return 0;
}

/// A second has a million looks at the clock.
int clock_gettime(clockid_t, timespec* time) noexcept {
    static long microseconds = 0;
    ++microseconds;
    *time = {1'785'585'600 + microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
    return 0;
}

/// So no time passes while the client waits.
int timerfd_settime(int, int, const itimerspec*, itimerspec*) noexcept {
    return 0;
}

}  // extern "C"
