#pragma once

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/context_watch.hpp>

namespace aiohttp::detail {

struct ContextWatch::Entry {
    Callback callback = nullptr;
    void* argument = nullptr;
    Service* service = nullptr;  // null once the context is gone
};

/// Asio calls shutdown() of its services, the newest first, while all of them still exist: the
/// last moment at which sockets and timers can be destroyed.
class ContextWatch::Service : public boost::asio::execution_context::service {
public:
    static inline boost::asio::execution_context::id id;

    explicit Service(boost::asio::execution_context& context)
        : boost::asio::execution_context::service(context) {}

    void add(const std::shared_ptr<Entry>& entry) {
        const std::lock_guard lock(mutex_);
        entries_.push_back(entry);
    }
    void remove(const std::shared_ptr<Entry>& entry) {
        const std::lock_guard lock(mutex_);
        std::erase(entries_, entry);
    }

private:
    void shutdown() override {
        std::vector<std::shared_ptr<Entry>> entries;
        {
            const std::lock_guard lock(mutex_);
            entries = std::exchange(entries_, {});
        }
        for (const auto& entry : entries) {
            entry->service = nullptr;
            entry->callback(entry->argument);
        }
    }

    std::mutex mutex_;
    std::vector<std::shared_ptr<Entry>> entries_;
};

AIOHTTP_DECL ContextWatch::ContextWatch(const boost::asio::any_io_executor& executor,
                                        Callback callback,
                                        void* argument)
    : entry_(std::make_shared<Entry>()) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    auto& service = boost::asio::use_service<Service>(context);
    entry_->callback = callback;
    entry_->argument = argument;
    entry_->service = &service;
    service.add(entry_);
}

AIOHTTP_DECL ContextWatch::~ContextWatch() {
    if (entry_->service != nullptr) {
        entry_->service->remove(entry_);
    }
}

}  // namespace aiohttp::detail
