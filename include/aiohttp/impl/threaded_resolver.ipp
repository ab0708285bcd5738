#pragma once

#include <netdb.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/context_watch.hpp>
#include <aiohttp/detail/net/one_shot.hpp>
#include <aiohttp/detail/net/socket_address.hpp>
#include <aiohttp/resolver.hpp>

namespace aiohttp {

namespace detail {

/// What getaddrinfo() has said.
struct SystemAnswer {
    error_code error;
    std::vector<ResolvedHost> hosts;
};

AIOHTTP_DECL error_code lookup_error(int status) {
    switch (status) {
        case 0:
            return {};
        case EAI_SYSTEM:
            return {errno, boost::system::system_category()};
        case EAI_NONAME:
        case EAI_NODATA:
            return asio::error::host_not_found;
        default:
            return {status, asio::error::get_addrinfo_category()};
    }
}

AIOHTTP_DECL SystemAnswer look_up(const std::string& host,
                                  std::uint16_t port,
                                  AddressFamily family) {
    SystemAnswer answer;
    if (host.find('\0') != std::string::npos) {
        answer.error = asio::error::host_not_found;
        return answer;
    }
    addrinfo hints{};
    hints.ai_family = system_family(family);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    answer.error = lookup_error(::getaddrinfo(host.c_str(), nullptr, &hints, &list));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        append_address(answer.hosts, host, entry->ai_addr, entry->ai_addrlen, port);
    }
    return answer;
}

/// One lookup, shared by the waiting coroutine and a thread.
struct SystemLookup {
    std::string host;
    std::uint16_t port = 0;
    AddressFamily family = AddressFamily::any;
    asio::any_io_executor executor;

    std::mutex mutex;           // guards what follows
    OneShot* waiter = nullptr;  // null once nobody waits any more
    SystemAnswer answer;

    bool wanted() {
        const std::lock_guard lock(mutex);
        return waiter != nullptr;
    }
};

}  // namespace detail

struct ThreadedResolver::Pool {
    using Lookup = std::shared_ptr<detail::SystemLookup>;
    static constexpr std::size_t most_threads = 8;

    std::mutex mutex;
    std::condition_variable ready;
    std::deque<Lookup> queue;
    std::vector<Lookup> running;
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool stopping = false;

    static void submit(const std::shared_ptr<Pool>& pool, Lookup lookup) {
        const std::lock_guard lock(pool->mutex);
        if (pool->stopping) {
            throw boost::system::system_error(boost::asio::error::operation_aborted,
                                              "the resolver is closed");
        }
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
            pool.running.push_back(lookup);
            lock.unlock();
            if (lookup->wanted()) {
                tell(lookup, detail::look_up(lookup->host, lookup->port, lookup->family));
            }
            lock.lock();
            std::erase(pool.running, lookup);
        }
    }

    static void tell(const Lookup& lookup, detail::SystemAnswer answer) {
        // Posted under the lock: while there is a waiter, its io_context is alive.
        const std::lock_guard lock(lookup->mutex);
        if (lookup->waiter == nullptr) {
            return;
        }
        lookup->answer = std::move(answer);
        boost::asio::post(lookup->executor, [lookup] {
            const std::lock_guard notify_lock(lookup->mutex);
            if (lookup->waiter != nullptr) {
                lookup->waiter->notify();
            }
        });
    }

    void stop() {
        std::vector<Lookup> left;
        {
            const std::lock_guard lock(mutex);
            stopping = true;
            ready.notify_all();
            left = running;
            left.insert(left.end(), queue.begin(), queue.end());
            queue.clear();
        }
        for (const auto& lookup : left) {
            tell(lookup, {boost::asio::error::operation_aborted, {}});
        }
    }
};

AIOHTTP_DECL ThreadedResolver::ThreadedResolver() : pool_(std::make_shared<Pool>()) {}
AIOHTTP_DECL ThreadedResolver::~ThreadedResolver() {
    pool_->stop();
}
AIOHTTP_DECL void ThreadedResolver::close() noexcept {
    pool_->stop();
}

namespace detail {

/// Tells the thread that nobody waits any more, however the waiting coroutine ends.
struct LookupGuard {
    SystemLookup& lookup;
    ~LookupGuard() { leave(lookup); }

    static OneShot* leave(SystemLookup& lookup) noexcept {
        const std::lock_guard lock(lookup.mutex);
        return std::exchange(lookup.waiter, nullptr);
    }
    /// For the destructor of the io_context: the thread must not post to it from now on.
    static void abandon(void* lookup) noexcept {
        if (auto* const waiter = leave(*static_cast<SystemLookup*>(lookup))) {
            waiter->abort();
        }
    }
};

}  // namespace detail

AIOHTTP_DECL boost::asio::awaitable<std::vector<ResolvedHost>> ThreadedResolver::resolve(
    std::string host, std::uint16_t port, AddressFamily family) {
    const auto pool = pool_;
    const auto lookup = std::make_shared<detail::SystemLookup>();
    detail::OneShot answered;
    lookup->host = std::move(host);
    lookup->port = port;
    lookup->family = family;
    lookup->executor = co_await boost::asio::this_coro::executor;
    lookup->waiter = &answered;
    const detail::LookupGuard guard{*lookup};
    // Nobody else ends the wait when the io_context is destroyed.
    const detail::ContextWatch watch(lookup->executor, &detail::LookupGuard::abandon, lookup.get());
    Pool::submit(pool, lookup);
    auto error = co_await answered.wait();
    std::vector<ResolvedHost> hosts;
    if (!error) {
        const std::lock_guard lock(lookup->mutex);
        error = lookup->answer.error;
        hosts = std::move(lookup->answer.hosts);
    }
    if (error) {
        throw boost::system::system_error(error);
    }
    co_return hosts;
}

}  // namespace aiohttp
