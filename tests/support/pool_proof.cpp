#include "support/pool_proof.hpp"

#include <array>
#include <chrono>
#include <random>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/run.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>

#include "support/unreliable_server.hpp"

namespace aiohttp::testing {

namespace asio = boost::asio;

namespace {

struct Run {
    Run(std::size_t count, unsigned seed)
        : server(count, seed), random(seed + 1), answered(count), requests(count) {}

    UnreliableServer server;
    std::mt19937 random;
    std::vector<bool> answered;  // POSTs
    std::size_t requests;
    std::size_t next = 0;
    PoolProof proof;
};

asio::awaitable<void> send_one(Run* run, ClientSession* session, std::size_t number) {
    constexpr std::array<const char*, 5> methods{"GET", "PUT", "DELETE", "HEAD", "POST"};
    const std::string method = methods[run->random() % methods.size()];
    const bool post = method == "POST";
    const auto text = std::to_string(number);
    ++(post ? run->proof.posts : run->proof.idempotent);
    auto request = session->request(method, run->server.url()).header("X-Number", text);
    if (post || method == "PUT") {
        request.data("body of " + text);
    }
    std::string error;
    try {
        auto response = co_await std::move(request);
        const auto body = co_await response.text();
        const bool right = response.status() == 200 && response.headers()["X-Number"] == text &&
                           body == (method == "HEAD" ? "" : text);
        run->proof.wrong += right ? 0 : 1;
        run->answered[number] = post;
    } catch (const ClientError& thrown) {
        error = thrown.what();
    }
    if (!error.empty()) {
        ++(post ? run->proof.posts_failed : run->proof.idempotent_failed);
    }
    if (!post && !error.empty() && run->proof.first_error.empty()) {
        run->proof.first_error = error;
    }
}

asio::awaitable<void> work(Run* run, ClientSession* session) {
    while (run->next < run->requests) {
        co_await send_one(run, session, run->next++);
        if (run->random() % 4 == 0) {  // leaves connections idle for a while
            co_await sleep(std::chrono::microseconds(run->random() % 500));
        }
    }
}

asio::awaitable<void> work_all(Run* run, std::size_t workers) {
    ClientSession session;
    std::vector<int> all(workers);
    const auto one = [run, &session](int) { return work(run, &session); };
    co_await gather(std::move(all), one);
    run->proof.left = session.connector().stats();
    co_await session.close();
    run->proof.pool = session.connector().counters();
}

}  // namespace

PoolProof prove_pool(std::size_t requests, unsigned seed, std::size_t workers) {
    Run run(requests, seed);
    aiohttp::run(work_all(&run, workers));
    run.server.stop();
    for (std::size_t i = 0; i < requests; ++i) {
        run.proof.posts_doubled += run.server.posts(i) > 1 ? 1 : 0;
        run.proof.posts_lost += run.answered[i] && run.server.posts(i) == 0 ? 1 : 0;
    }
    run.proof.seen = run.server.requests();
    run.proof.unanswered = run.server.unanswered();
    run.proof.surprises = run.server.surprises();
    return run.proof;
}

}  // namespace aiohttp::testing
