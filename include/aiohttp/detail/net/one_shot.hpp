#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <aiohttp/detail/net/transport.hpp>

namespace aiohttp::detail {

/// An event that one coroutine waits for and that comes once: a pool slot, a lookup's answer.
/// Cancelling the coroutine, or abort(), ends the wait with operation_aborted.
class OneShot final : public Abortable {
public:
    OneShot() = default;
    OneShot(const OneShot&) = delete;
    OneShot& operator=(const OneShot&) = delete;
    ~OneShot();

    /// Waits for notify(); an event that came first is not lost.
    asio::awaitable<error_code> wait();
    /// Ends the wait. The waiter resumes from its executor's queue, never inside this call.
    void notify(error_code result = {});
    void abort() noexcept override;

private:
    struct Initiate;
    enum class State { idle, waiting, notified };

    State state_ = State::idle;
    error_code result_;
    asio::any_completion_handler<void(error_code)> handler_;
    asio::any_io_executor work_;
    asio::cancellation_slot slot_;
};

}  // namespace aiohttp::detail
