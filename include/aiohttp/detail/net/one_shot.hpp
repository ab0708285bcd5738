#pragma once

#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>

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
    /// The same as an operation: awaited, it gives a tuple of an error_code, and needs no coroutine
    /// of its own.
    [[nodiscard]] auto async_wait() {
        const auto token = asio::as_tuple(asio::deferred);
        return asio::async_initiate<decltype(token), void(error_code)>(Initiate{this}, token);
    }
    /// Ends the wait. The waiter resumes from its executor's queue, never inside this call.
    void notify(error_code result = {});
    void abort() noexcept override;

private:
    using Handler = asio::any_completion_handler<void(error_code)>;
    enum class State { idle, waiting, notified };

    struct Initiate {
        OneShot* event;

        template <class H>
        void operator()(H&& handler) const {
            const auto slot = asio::get_associated_cancellation_slot(handler);
            const auto executor = asio::get_associated_executor(handler);
            event->begin(executor, slot, Handler(std::forward<H>(handler)));
        }
    };

    void begin(const asio::any_io_executor& executor,
               asio::cancellation_slot slot,
               Handler handler);
    void complete();

    State state_ = State::idle;
    error_code result_;
    Handler handler_;
    asio::any_io_executor work_;
    asio::cancellation_slot slot_;
};

}  // namespace aiohttp::detail
