#include "support/run_sync.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <aiohttp/testing/manual_clock.hpp>

namespace aiohttp::testing {

using namespace std::chrono_literals;

// Waiting a little covers completions that come from the kernel or from another thread; it is
// too short for a forgotten timer to go unnoticed.
static bool runs_out_of_work(boost::asio::io_context& io) {
    for (int attempt = 0; attempt < 20; ++attempt) {
        io.poll();
        if (io.stopped()) {
            return true;
        }
        std::this_thread::sleep_for(500us);
    }
    return false;
}

static void finish(const std::exception_ptr& error, bool clean) {
    if (error) {
        std::rethrow_exception(error);
    }
    if (!clean) {
        throw std::runtime_error("the test has ended, but operations are left on its io_context");
    }
}

void run_sync_void(boost::asio::awaitable<void> main) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    std::exception_ptr error;
    bool ended = false;
    boost::asio::io_context io(1);
    boost::asio::co_spawn(io, std::move(main), [&](std::exception_ptr e) {
        error = e;
        ended = true;
    });
    while (!ended && io.run_one_until(deadline) != 0) {
    }
    if (!ended) {
        throw std::runtime_error("test timed out");
    }
    finish(error, runs_out_of_work(io));
}

void run_virtual_void(boost::asio::awaitable<void> main) {
    ManualClock clock;
    std::exception_ptr error;
    bool ended = false;
    boost::asio::io_context io(1);
    boost::asio::co_spawn(io, std::move(main), [&](std::exception_ptr e) {
        error = e;
        ended = true;
    });
    clock.advance(io, 0ms);
    for (int i = 0; !ended && i < 100'000; ++i) {
        clock.advance(io, 1ms);
    }
    if (!ended) {
        throw std::runtime_error("test timed out, after 100 s on the manual clock");
    }
    finish(error, runs_out_of_work(io));
}

}  // namespace aiohttp::testing
