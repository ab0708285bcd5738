#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/leased_body.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL LeasedBody::LeasedBody(Lease lease, DeadlinePool::Handle deadline)
    : lease_(std::move(lease)), deadline_(std::move(deadline)) {
    // From here on a deadline or a close that comes between two reads finds the connection.
    deadline_->watch(Phase::body, lease_.connection());
}

AIOHTTP_DECL boost::asio::awaitable<Error> LeasedBody::fill(std::size_t limit) {
    return lease_->fill_body(*deadline_, limit);
}

AIOHTTP_DECL Headers LeasedBody::finish() {
    Headers trailers = std::move(lease_->trailers());
    deadline_.reset();
    settle(lease_, Clock::now());
    return trailers;
}

AIOHTTP_DECL void settle(Lease& lease, Clock::time_point now) {
    if (lease->reusable()) {
        lease.give_back(now);
    } else {
        lease.discard(&PoolCounters::finished);
    }
}

}  // namespace aiohttp::detail
