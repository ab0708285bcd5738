#include "support/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <aiohttp/sleep.hpp>

#include "support/catch.hpp"
#include "support/run_sync.hpp"

namespace aiohttp::testing {

using namespace std::chrono_literals;

std::size_t open_descriptors() {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        static_cast<void>(entry);
        ++count;
    }
    return count;
}

Async eventually(std::function<bool()> condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("what was waited for has not happened within 10 s");
        }
        co_await aiohttp::sleep(1ms);
    }
}

static Async session_main(ClientSessionOptions options,
                          const std::function<Async(ClientSession&)>& main) {
    ClientSession session(std::move(options));
    co_await main(session);
    const auto stats = session.connector().stats();
    CHECK(stats.in_use == 0);
    CHECK(stats.waiting == 0);
    co_await session.close();
    if (session.connector().closed()) {
        CHECK(session.connector().stats() == PoolStats());
    }
}

void run_with_session(ClientSessionOptions options,
                      const std::function<Async(ClientSession&)>& main) {
    const auto before = open_descriptors();
    run_sync(session_main(std::move(options), main));
    // The server closes its side a moment after ours, and may even accept a connection then. So
    // one look that finds everything closed is enough: a leak would be there in every look.
    bool closed = false;
    for (int attempt = 0; attempt < 5000 && !closed; ++attempt) {
        closed = open_descriptors() <= before;
        if (!closed) {
            std::this_thread::sleep_for(1ms);
        }
    }
    CHECK(closed);
}

static bool connects(int socket, const sockaddr_in& address) {
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
        return true;
    }
    pollfd ready{socket, POLLOUT, 0};
    return ::poll(&ready, 1, 0) == 1;
}

BlackHole::BlackHole() : server_(ServerOptions().accepting(false).backlog(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool connected = true;
    while (connected) {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        filling_.push_back(socket);
        connected = connects(socket, address);
    }
}

BlackHole::~BlackHole() {
    for (const int socket : filling_) {
        ::close(socket);
    }
}

}  // namespace aiohttp::testing
