#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace aiohttp::detail {

/// Tells when the io_context behind an executor is being destroyed. Sockets and timers must not
/// outlive it, but a session may: a global one, or one that is used by several run() calls.
class ContextWatch {
public:
    using Callback = void (*)(void* argument) noexcept;

    /// `callback(argument)` runs in the destructor of the context, unless this object is gone.
    ContextWatch(const boost::asio::any_io_executor& executor, Callback callback, void* argument);
    ContextWatch(const ContextWatch&) = delete;
    ContextWatch& operator=(const ContextWatch&) = delete;
    ~ContextWatch();

private:
    struct Entry;
    class Service;
    std::shared_ptr<Entry> entry_;
};

}  // namespace aiohttp::detail
