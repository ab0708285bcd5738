#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

namespace aiohttp::detail {

/// A suspended coroutine, whatever the type of its handler.
class ParkedCoroutine {
public:
    virtual ~ParkedCoroutine() = default;
    virtual void resume() = 0;
};

/// A place where one coroutine waits until it is woken.
class Parking {
public:
    Parking(const Parking&) = delete;
    Parking& operator=(const Parking&) = delete;

    [[nodiscard]] bool occupied() const noexcept { return coroutine_ != nullptr; }

    /// Lets the coroutine go on, in a later turn of its executor. No effect if nobody waits.
    void wake();

protected:
    Parking() = default;
    virtual ~Parking();

    /// Suspends the calling coroutine, which keeps *this alive, until wake(). Its cancellation
    /// does not end the wait: that is for cancel_requested() to decide. Throws std::logic_error
    /// if another coroutine waits here.
    boost::asio::awaitable<void> park();

private:
    friend class InitiatePark;

    /// The coroutine is suspended: what it waits for may begin, even end, here.
    virtual void parked() = 0;
    virtual void cancel_requested() = 0;

    std::unique_ptr<ParkedCoroutine> coroutine_;
};

}  // namespace aiohttp::detail
