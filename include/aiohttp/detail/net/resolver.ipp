#pragma once

#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/one_shot.hpp>
#include <aiohttp/detail/net/resolver.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL Resolution look_up(const std::string& host, std::uint16_t port) {
    Resolution found;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (status == EAI_SYSTEM) {
        found.error = error_code(errno, boost::system::system_category());
    } else if (status == EAI_NONAME || status == EAI_NODATA) {
        found.error = asio::error::host_not_found;
    } else if (status != 0) {
        found.error = error_code(status, asio::error::get_addrinfo_category());
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if (entry->ai_addrlen <= endpoint.capacity()) {
            std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
            endpoint.resize(entry->ai_addrlen);
            endpoint.port(port);
            found.endpoints.push_back(endpoint);
        }
    }
    if (!found.error && found.endpoints.empty()) {
        found.error = asio::error::no_data;
    }
    return found;
}

/// One lookup, shared by the waiting coroutine and a thread.
struct Lookup {
    std::string host;
    std::uint16_t port = 0;
    asio::any_io_executor executor;

    std::mutex mutex;           // guards what follows
    OneShot* waiter = nullptr;  // null once nobody waits any more
    Resolution result;
};

struct ThreadedResolver::Pool {
    static constexpr std::size_t most_threads = 8;

    std::mutex mutex;
    std::condition_variable ready;
    std::deque<std::shared_ptr<Lookup>> queue;
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool stopping = false;

    static void submit(const std::shared_ptr<Pool>& pool, std::shared_ptr<Lookup> lookup) {
        const std::lock_guard lock(pool->mutex);
        pool->queue.push_back(std::move(lookup));
        if (pool->idle >= pool->queue.size() || pool->threads == most_threads) {
            pool->ready.notify_one();
            return;
        }
        // Detached, because joining would wait for a lookup that nothing can interrupt; the
        // thread shares the pool and touches nothing else that could be gone.
        std::thread([pool] { work(*pool); }).detach();
        ++pool->threads;
    }

    static void work(Pool& pool) {
        std::unique_lock lock(pool.mutex);
        for (;;) {
            ++pool.idle;
            pool.ready.wait(lock, [&pool] { return pool.stopping || !pool.queue.empty(); });
            --pool.idle;
            if (pool.stopping) {
                return;
            }
            const auto lookup = std::move(pool.queue.front());
            pool.queue.pop_front();
            lock.unlock();
            answer(lookup, look_up(lookup->host, lookup->port));
            lock.lock();
        }
    }

    static void answer(const std::shared_ptr<Lookup>& lookup, Resolution result) {
        // Posted under the lock: while there is a waiter, its io_context is alive.
        const std::lock_guard lock(lookup->mutex);
        if (lookup->waiter == nullptr) {
            return;
        }
        lookup->result = std::move(result);
        asio::post(lookup->executor, [lookup] {
            const std::lock_guard notify_lock(lookup->mutex);
            if (lookup->waiter != nullptr) {
                lookup->waiter->notify();
            }
        });
    }
};

AIOHTTP_DECL ThreadedResolver::ThreadedResolver() : pool_(std::make_shared<Pool>()) {}

AIOHTTP_DECL ThreadedResolver::~ThreadedResolver() {
    const std::lock_guard lock(pool_->mutex);
    pool_->stopping = true;
    pool_->ready.notify_all();
}

/// Tells the thread that nobody waits any more, however the waiting coroutine ends.
struct LookupGuard {
    Lookup& lookup;
    ~LookupGuard() {
        const std::lock_guard lock(lookup.mutex);
        lookup.waiter = nullptr;
    }
};

AIOHTTP_DECL asio::awaitable<Resolution> ThreadedResolver::resolve(std::string host,
                                                                   std::uint16_t port,
                                                                   Deadline& deadline) {
    const auto pool = pool_;
    const auto lookup = std::make_shared<Lookup>();
    OneShot answered;
    lookup->host = std::move(host);
    lookup->port = port;
    lookup->executor = co_await asio::this_coro::executor;
    lookup->waiter = &answered;
    const LookupGuard guard{*lookup};
    deadline.watch(Phase::dns, &answered);
    Pool::submit(pool, lookup);
    const auto error = co_await answered.wait();
    deadline.watch(Phase::dns, nullptr);
    Resolution result;
    if (error) {
        result.error = error;
    } else {
        const std::lock_guard lock(lookup->mutex);
        result = std::move(lookup->result);
    }
    co_return result;
}

}  // namespace aiohttp::detail
