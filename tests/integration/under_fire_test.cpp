// Many requests at once to a server that misbehaves at random, from callers that lose patience at
// random. Whatever happens to a request, nothing may be left of it. AIOHTTP_FIRE_REQUESTS says how
// many; the default is what a debug build does in a few seconds.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/connector.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/run_sync.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ClientTimeout;
using aiohttp::PoolStats;
using aiohttp::TCPConnectorOptions;
using aiohttp::testing::Answer;
using aiohttp::testing::Async;
using aiohttp::testing::BlackHole;
using aiohttp::testing::open_descriptors;
using aiohttp::testing::Reply;
using aiohttp::testing::run_sync;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;

using Random = std::mt19937;

std::chrono::microseconds up_to(std::chrono::microseconds most, Random& random) {
    return std::chrono::microseconds(random() % static_cast<unsigned>(most.count()));
}

const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n";
const std::string body(30, 'b');

/// What the server does with a request.
Answer misbehave(Random& random) {
    const auto cut = random() % (head.size() + body.size());
    const auto part = (head + body).substr(0, cut);
    switch (random() % 16) {
        case 0:
            return Script().stall();
        case 1:
            return Script().send(part).stall();
        case 2:
            return Script().send(part).reset();
        case 3:
            return Script().send(part).close();
        case 4:
            return Script().send_slowly(head + body, 7, 500us);
        case 5:
            return Script().send(head + body + "surplus");
        case 6:
            return Script().send("no HTTP\r\n\r\n").close();
        case 7:
            return Script().delay(up_to(10ms, random)).send(head + body);
        case 8:
            return Script().send(head + body).delay(up_to(2ms, random)).reset();
        case 9:
            return Script().send(head + body).delay(up_to(2ms, random)).close();
        case 10:
            return Reply(200, std::string(100'000, 'x'));
        case 11:
            return Reply(200).chunked({"some", "chunks"}).pause(1ms);
        case 12:
            return Reply(302).header("Location", "/again").close();
        default:
            return Reply(200, body);
    }
}

struct Fire {
    Fire(std::size_t count, unsigned seed) : random(seed), server_random(seed + 1), left(count) {
        server.route("*", [this](const auto&) { return misbehave(server_random); });
        silent.on_accept(Script().stall());
        gone.refuse_connections();
    }

    /// Sessions come and go, too: every one is used for some hundred requests.
    ClientSession& session() {
        if (--uses <= 0) {
            uses = 300;
            current = std::make_shared<ClientSession>(ClientSessionOptions().connector(
                TCPConnectorOptions().limit(20).limit_per_host(15)));
        }
        return *current;
    }

    Random random;
    Random server_random;
    std::size_t left;
    int uses = 0;
    std::shared_ptr<ClientSession> current;
    Server server{ServerOptions().record(false)};
    Server silent;
    Server gone;
    BlackHole hole;
    std::size_t answered = 0, failed = 0, timed_out = 0, cancelled = 0;
};

/// A body that takes its time.
class SlowBody final : public aiohttp::BodySource {
public:
    explicit SlowBody(unsigned seed) : random_(seed) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (++given_ > 5) {
            co_return std::nullopt;
        }
        if (random_() % 3 == 0) {
            co_await aiohttp::sleep(up_to(10ms, random_));
        }
        co_return std::string(1000, 'p');
    }

private:
    Random random_;
    int given_ = 0;
};

aiohttp::Request make_request(Fire& fire) {
    auto& random = fire.random;
    auto& session = fire.session();
    std::string url = fire.server.url("/path");
    switch (random() % 40) {
        case 0:
            url = fire.hole.url();
            break;
        case 1:
            url = fire.gone.url();
            break;
        case 2:
            url = "https://127.0.0.1:" + std::to_string(fire.silent.port()) + '/';
            break;
        case 3:
        case 4:
            url = "http://localhost:" + std::to_string(fire.server.port()) + '/';
            break;
        default:
            break;
    }
    constexpr std::array<const char*, 4> methods{"GET", "GET", "POST", "PUT"};
    auto request = session.request(methods[random() % 4], url);
    switch (random() % 8) {
        case 0:
            request.data(std::string(random() % 300'000, 'd'));
            break;
        case 1:
            request.data(std::make_unique<SlowBody>(random()));
            break;
        case 2:
            request.data("small").expect100(true);
            break;
        default:
            break;
    }
    ClientTimeout limits{.total = 20ms};
    if (random() % 3 == 0) {
        limits.total = 1us + up_to(10ms, random);
    }
    if (random() % 4 == 0) {
        limits.sock_read = 1us + up_to(5ms, random);
        limits.connect = 1us + up_to(10ms, random);
    }
    request.timeout(limits);
    return request;
}

Async use_response(Fire* fire, aiohttp::Request request) {
    auto response = co_await std::move(request);
    switch (fire->random() % 6) {
        case 0:  // dropped unread
            break;
        case 1:
            co_await response.content().read_any();
            break;
        case 2:
            response.release();
            break;
        default:
            co_await response.read();
    }
    ++fire->answered;
}

/// Only the library's own errors, and the cancellation.
Async survive(Fire* fire, aiohttp::Request request) {
    try {
        co_await use_response(fire, std::move(request));
    } catch (const aiohttp::TimeoutError&) {
        ++fire->timed_out;
    } catch (const aiohttp::ClientError&) {
        ++fire->failed;
    } catch (const boost::system::system_error& error) {
        if (error.code() != boost::asio::error::operation_aborted) {
            throw;
        }
        ++fire->cancelled;
    }
}

Async request_and_perhaps_cancel(Fire* fire) {
    auto task = co_await aiohttp::create_task(survive(fire, make_request(*fire)));
    if (fire->random() % 4 == 0) {
        co_await aiohttp::sleep(up_to(8ms, fire->random));
        task.cancel();
        if (fire->random() % 2 == 0) {
            co_return;  // the task goes with its owner
        }
    }
    co_await task.result();
}

Async work(Fire* fire) {
    while (fire->left > 0) {
        --fire->left;
        const auto session = fire->current;  // it may be exchanged while we wait
        co_await request_and_perhaps_cancel(fire);
        if (session && session != fire->current && !session->closed()) {
            // The last session's end, in one of three ways; the third is that of its owner.
            switch (fire->random() % 3) {
                case 0:
                    co_await session->close();
                    break;
                case 1:
                    co_await session->close(5ms);
                    break;
                default:
                    break;
            }
        }
    }
}

Async work_all(Fire* fire, std::size_t workers) {
    std::vector<int> all(workers);
    const auto one = [fire](int) { return work(fire); };
    co_await aiohttp::gather(std::move(all), one);
    auto& connector = fire->current->connector();
    // Dropped tasks end when the event loop comes to them.
    co_await aiohttp::testing::eventually(
        [&] { return connector.core()->deadlines().in_use() == 0; });
    CHECK(connector.stats().in_use == 0);
    CHECK(connector.stats().waiting == 0);
    co_await fire->current->close();
    CHECK(connector.stats() == PoolStats());
    CHECK(connector.counters().made == connector.counters().closed());
}

constexpr std::size_t batch = 2000;

std::size_t count_of_requests() {
    const char* const set = std::getenv("AIOHTTP_FIRE_REQUESTS");
    return set != nullptr ? std::strtoull(set, nullptr, 10) : batch;
}

unsigned seed_of_requests() {
    const char* const set = std::getenv("AIOHTTP_FIRE_SEED");
    return set != nullptr ? static_cast<unsigned>(std::strtoul(set, nullptr, 10))
                          : std::random_device()();
}

}  // namespace

TEST_CASE("nothing is left of requests under fire", "[pool][A13][B30][B31][D57]") {
    const auto before = open_descriptors();
    const auto total = count_of_requests();
    const auto seed = seed_of_requests();
    for (std::size_t begun = 0; begun < total; begun += batch) {
        const auto count = std::min(batch, total - begun);
        INFO("AIOHTTP_FIRE_SEED=" << seed << ", from " << begun);
        {
            Fire fire(count, seed + static_cast<unsigned>(begun));
            run_sync(work_all(&fire, 40));
            fire.current.reset();
            CHECK(fire.server.wait_for_connections_open(0));
            CHECK(fire.silent.wait_for_connections_open(0));
            INFO(fire.answered << " answered, " << fire.failed << " failed, " << fire.timed_out
                               << " timed out, " << fire.cancelled << " cancelled");
            CHECK(fire.answered + fire.failed + fire.timed_out + fire.cancelled <= count);
            // Each kind of end must have been met; how often depends on the machine.
            CHECK(fire.answered > 0);
            CHECK(fire.failed > 0);
            CHECK(fire.timed_out > 0);
            CHECK(fire.cancelled > 0);
        }
        CHECK(open_descriptors() <= before);
    }
}
