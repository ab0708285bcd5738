#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

namespace aiohttp::testing {

using Async = boost::asio::awaitable<void>;

/// How many file descriptors this process has open.
std::size_t open_descriptors();

/// Waits, on the calling coroutine's executor, until the condition holds. Throws
/// std::runtime_error after 10 s.
Async eventually(std::function<bool()> condition);

/// Runs `main` with a session on a fresh io_context, as run_sync(). Fails the test if a slot of
/// the pool is taken or waited for when `main` has ended, if the closed session holds anything, or
/// if a socket is left open on either side.
void run_with_session(ClientSessionOptions options,
                      const std::function<Async(ClientSession&)>& main);

/// The same for a coroutine `main(session, server, more...)`, a lambda that captures nothing.
template <class AnyServer, class Main, class... More>
void run_client_with(ClientSessionOptions options, AnyServer& server, Main main, More&... more) {
    run_with_session(std::move(options),
                     [&](ClientSession& session) { return main(session, server, more...); });
}

/// The same with a session of default options.
template <class AnyServer, class Main, class... More>
void run_client(AnyServer& server, Main main, More&... more) {
    run_client_with(ClientSessionOptions(), server, main, more...);
}

/// The exception that an operation ends with, which must be of exactly this type.
template <class Exception, class T>
boost::asio::awaitable<Exception> failure(boost::asio::awaitable<T> operation) {
    try {
        co_await std::move(operation);
    } catch (const Exception& error) {
        if (typeid(error) != typeid(Exception)) {
            throw;
        }
        co_return error;
    }
    throw std::runtime_error(std::string("no ") + typeid(Exception).name() + " was thrown");
}

/// Waits for an operation that must end because it was cancelled, not in another way.
template <class T>
Async expect_cancelled(boost::asio::awaitable<T> operation) {
    try {
        co_await std::move(operation);
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted) {
            co_return;
        }
        throw;
    }
    throw std::runtime_error("the operation was not cancelled");
}

/// A place on the network that swallows connection attempts: connecting to it takes for ever.
class BlackHole {
public:
    BlackHole();
    BlackHole(const BlackHole&) = delete;
    BlackHole& operator=(const BlackHole&) = delete;
    ~BlackHole();

    std::string url() const { return server_.url(); }
    std::uint16_t port() const { return server_.port(); }

private:
    Server server_;
    std::vector<int> filling_;  // connections that fill the backlog
};

}  // namespace aiohttp::testing
