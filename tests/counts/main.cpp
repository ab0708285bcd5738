// Does one kind of request many times and prints what was allocated for it. Under callgrind with
// --collect-atstart=no, what is collected are the instructions of the same requests.
// Usage: counts CASE [--waste]; counts --list

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <alloca.h>
#include <gnu/libc-version.h>
#include <openssl/crypto.h>
#include <valgrind/callgrind.h>
#include <zlib.h>
#include <aiohttp/aiohttp.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>

#include "bench/clients/order.hpp"
#include "counts/allocations.hpp"
#include "counts/peer.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::TCPConnectorOptions;
using boost::asio::awaitable;

constexpr std::size_t small = 1024;
constexpr std::size_t large = 100 * 1024;

void require(bool right) {
    if (!right) {
        throw std::runtime_error("a wrong answer");
    }
}

/// What --waste adds to a request, to see that the guard notices.
void waste() {
    volatile char* bytes = new char[small];
    for (std::size_t i = 0; i < small; ++i) {
        bytes[i] = 'x';
    }
    delete[] bytes;
}

struct Case;

struct Run {
    const Case& what;
    ClientSession& session;
    bool wasteful;
};

struct Case {
    std::string_view name;
    std::string_view url;
    std::size_t length;  ///< of the right body
    int requests;        ///< of each worker
    int at_once;         ///< so many workers
    awaitable<void> (*work)(const Run*);
    ClientSessionOptions (*options)();
    void (*prepare)(ClientSession&);
};

awaitable<void> get(const Run* run) {
    for (int i = 0; i < run->what.requests; ++i) {
        auto response = co_await run->session.get(run->what.url);
        const auto body = co_await response.read();
        require(response.status() == 200 && body.size() == run->what.length);
        if (run->wasteful) {
            waste();
        }
    }
}

awaitable<void> post(const Run* run) {
    for (int i = 0; i < run->what.requests; ++i) {
        const auto order = bench::make_order(7);
        auto response = co_await run->session.post(run->what.url).json(order);
        const auto reply = co_await response.json();
        require(response.status() == 200 && bench::is_order(reply, 7));
    }
}

awaitable<void> all(const Run* run, int at_once) {
    if (at_once == 1) {
        co_await run->what.work(run);
        co_return;
    }
    std::vector<awaitable<void>> workers;
    for (int i = 0; i < at_once; ++i) {
        workers.push_back(run->what.work(run));
    }
    co_await aiohttp::gather(std::move(workers));
}

ClientSessionOptions defaults() {
    return {};
}

ClientSessionOptions named_host() {
    auto resolver = std::make_shared<aiohttp::StaticResolver>();
    resolver->set("shop.test", {"127.0.0.1"});
    return ClientSessionOptions().connector(TCPConnectorOptions().resolver(std::move(resolver)));
}

ClientSessionOptions new_connections() {
    return ClientSessionOptions().connector(TCPConnectorOptions().force_close(true));
}

ClientSessionOptions unverified_tls() {
    return ClientSessionOptions().connector(TCPConnectorOptions().ssl(aiohttp::verify_none));
}

void nothing(ClientSession&) {}

void ten_cookies(ClientSession& session) {
    const aiohttp::Url shop("http://shop.test/");
    for (int i = 0; i < 10; ++i) {
        const aiohttp::Pairs cookie{{"c" + std::to_string(i), "value0"}};
        session.cookie_jar().update_cookies(cookie, shop);
    }
    require(session.cookie_jar().filter_cookies(shop).size() == 10);
}

void tls(ClientSession&) {
    counts::use_tls();
}

constexpr std::array cases{
    Case{"get", "http://127.0.0.1/1k", small, 200, 1, get, defaults, nothing},
    Case{"get-gzip", "http://127.0.0.1/gzip", large, 40, 1, get, defaults, nothing},
    Case{"get-in-flight", "http://127.0.0.1/1k", small, 1, 100, get, defaults, nothing},
    Case{"get-new-connection", "http://127.0.0.1/1k", small, 200, 1, get, new_connections, nothing},
    Case{"get-redirected", "http://127.0.0.1/redirect", small, 200, 1, get, defaults, nothing},
    Case{"get-ten-cookies", "http://shop.test/1k", small, 200, 1, get, named_host, ten_cookies},
    Case{"get-tls", "https://127.0.0.1/1k", small, 200, 1, get, unverified_tls, tls},
    Case{"post-json", "http://127.0.0.1/echo", 0, 100, 1, post, defaults, nothing},
};

std::string gzip(std::string_view text) {
    z_stream stream{};
    std::string packed(text.size(), '\0');
    require(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

void make_routes() {
    const std::string file =
        "Content-Type: application/octet-stream\r\nLast-Modified: Sat, 01 Aug 2026 11:00:00 GMT\r\n"
        "ETag: \"6a6c7f70-400\"\r\nAccept-Ranges: bytes\r\n";
    std::string rows;
    for (int i = 0; rows.size() < large; ++i) {
        rows += R"({"id": )" + std::to_string(i) + R"(, "price": )" +
                std::to_string(i * 37 % 1000) + "}, ";
    }
    rows.resize(large);
    counts::route("/1k", counts::response("200 OK", file, std::string(small, 'x')));
    counts::route("/redirect", counts::response("302 Found", "Location: /1k\r\n", {}));
    counts::route("/gzip", counts::response("200 OK", "Content-Encoding: gzip\r\n", gzip(rows)));
}

/// To the end of the work, not until nothing is left to do: an idle connection has a timer.
void run(boost::asio::io_context& io, awaitable<void> work) {
    boost::asio::co_spawn(io, std::move(work), [&io](const std::exception_ptr& error) {
        if (error) {
            std::rethrow_exception(error);
        }
        io.stop();
    });
    io.run();
    io.restart();
}

void measure(const Case& what, bool wasteful) {
    boost::asio::io_context io(1);
    ClientSession session(io.get_executor(), what.options());
    make_routes();
    what.prepare(session);
    const Run job{what, session, wasteful};
    run(io, all(&job, 1));  // what happens once
    auto& made = counts::allocations;
    made.spared = RUNNING_ON_VALGRIND != 0;
    made.counted = true;
    CALLGRIND_TOGGLE_COLLECT;
    run(io, all(&job, what.at_once));
    CALLGRIND_TOGGLE_COLLECT;
    made.counted = false;
    const double requests = what.requests * what.at_once;
    std::printf("{\"requests\": %.0f, \"allocations\": %.2f, \"bytes\": %.0f, \"held\": %.0f}\n",
                requests, static_cast<double>(made.number) / requests,
                static_cast<double>(made.bytes) / requests,
                static_cast<double>(made.most) / what.at_once);
}

/// How far the stack has come at main() depends on the environment and the program's path, and how
/// long some copies take on the alignment of what is copied.
[[gnu::noinline]] void measure_at_a_page(const Case& what, bool wasteful) {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    [[maybe_unused]] volatile char* skipped = static_cast<char*>(alloca(here % 4096 + 16));
    measure(what, wasteful);
}

/// What else the figures depend on: they are comparable where this is the same.
void list() {
    std::printf("platform: g++ %d, glibc %s, OpenSSL %d.%d, Boost %s, zlib %s\n", __GNUC__,
                gnu_get_libc_version(), OPENSSL_VERSION_MAJOR, OPENSSL_VERSION_MINOR,
                BOOST_LIB_VERSION, zlibVersion());
    for (const auto& entry : cases) {
        std::printf("%.*s\n", static_cast<int>(entry.name.size()), entry.name.data());
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "--list";
    if (name == "--list") {
        list();
        return 0;
    }
    try {
        for (const auto& entry : cases) {
            if (entry.name == name) {
                measure_at_a_page(entry, argc > 2);
                return 0;
            }
        }
        std::fprintf(stderr, "counts: no case of that name\n");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "counts: %s\n", error.what());
    }
    return 2;
}
