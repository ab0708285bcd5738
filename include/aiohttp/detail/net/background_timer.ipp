#pragma once

#include <optional>
#include <type_traits>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/background_timer.hpp>

namespace aiohttp::detail {

/// The executor of the context below a strand, when it is one of Asio's own contexts: `visit` gets
/// it with its type. Other executors are not visited.
template <class Visitor>
void visit_context_executor(const boost::asio::any_io_executor& executor, const Visitor& visit) {
    using IoExecutor = boost::asio::io_context::executor_type;
    using PoolExecutor = boost::asio::thread_pool::executor_type;
    using boost::asio::strand;
    if (const auto* io = executor.target<IoExecutor>()) {
        visit(*io);
    } else if (const auto* pool = executor.target<PoolExecutor>()) {
        visit(*pool);
    } else if (const auto* io_strand = executor.target<strand<IoExecutor>>()) {
        visit(io_strand->get_inner_executor());
    } else if (const auto* pool_strand = executor.target<strand<PoolExecutor>>()) {
        visit(pool_strand->get_inner_executor());
    } else if (const auto* any = executor.target<strand<boost::asio::any_io_executor>>()) {
        visit_context_executor(any->get_inner_executor(), visit);
    }
}

/// Takes a wait's units of work away from the context's count, or gives them back. A pending wait
/// counts as work in Asio and there is no option against it, so its units are taken away while it
/// waits and returned, before Asio does its own book-keeping, when it completes. There is one of
/// the timer's, and one of its handler's executor unless that is an io_context's. With an executor
/// of another kind nothing is done: there the timer holds its context up.
AIOHTTP_DECL void adjust_work(const boost::asio::any_io_executor& executor, bool give_back) {
    visit_context_executor(executor, [give_back](const auto& inner) {
        using Inner = std::decay_t<decltype(inner)>;
        constexpr int units = std::is_same_v<Inner, boost::asio::io_context::executor_type> ? 1 : 2;
        for (int unit = 0; unit < units; ++unit) {
            if (give_back) {
                inner.on_work_started();
            } else {
                inner.on_work_finished();
            }
        }
    });
}

AIOHTTP_DECL boost::asio::any_io_executor bare_executor(
    const boost::asio::any_io_executor& executor) {
    boost::asio::any_io_executor bare = executor;
    visit_context_executor(executor, [&bare](const auto& inner) { bare = inner; });
    return bare;
}

struct BackgroundTimer::State : std::enable_shared_from_this<State> {
    using Timer = boost::asio::basic_waitable_timer<Clock>;

    State(const boost::asio::any_io_executor& bound, Callback on_time, void* argument)
        : executor(bound), timer(bare_executor(bound)), callback(on_time), context(argument) {}

    /// Only the callback needs the caller's executor (perhaps a strand). The wait itself completes
    /// on the bare context, because the unit of work has to be back before Asio counts.
    void wait() {
        timer->async_wait([self = shared_from_this(),
                           generation = ++generations](const boost::system::error_code& error) {
            adjust_work(self->executor, true);
            if (error) {
                return;
            }
            boost::asio::dispatch(self->executor, [self, generation] { self->fire(generation); });
        });
        adjust_work(executor, false);
    }

    void fire(unsigned generation) {
        if (generation != generations || callback == nullptr) {
            return;
        }
        armed = Clock::time_point::max();
        callback(context);
    }

    boost::asio::any_io_executor executor;
    std::optional<Timer> timer;  // none once detached
    Callback callback;
    void* context;
    unsigned generations = 0;
    Clock::time_point armed = Clock::time_point::max();
};

AIOHTTP_DECL BackgroundTimer::BackgroundTimer(const boost::asio::any_io_executor& executor,
                                              Callback callback,
                                              void* context)
    : state_(std::make_shared<State>(executor, callback, context)) {}

AIOHTTP_DECL BackgroundTimer::~BackgroundTimer() {
    state_->callback = nullptr;
    if (state_->timer) {
        state_->timer->cancel();
    }
}

AIOHTTP_DECL void BackgroundTimer::detach() noexcept {
    state_->timer.reset();
}

AIOHTTP_DECL void BackgroundTimer::arm_before(Clock::time_point when) {
    if (state_->armed <= when || !state_->timer) {
        return;
    }
    state_->armed = Clock::time_point::max();  // and so it stays if there is no memory to wait
    state_->timer->expires_at(when);
    state_->wait();
    state_->armed = when;
}

}  // namespace aiohttp::detail
