#pragma once

#include <utility>

#include <aiohttp/detail/connection/pool.hpp>
#include <aiohttp/detail/message/body_reader.hpp>
#include <aiohttp/detail/net/deadline_pool.hpp>

namespace aiohttp::detail {

/// The rest of a body on a leased connection. Its deadline goes with it, because the total time
/// of a request covers its body. The lease returns by itself at the end of the body.
class LeasedBody final : public BodyReader {
public:
    LeasedBody(Lease lease, DeadlinePool::Handle deadline);

    std::string_view piece() override { return lease_->body_piece(); }
    bool piece_ends_chunk() const noexcept override { return lease_->piece_ends_chunk(); }
    void consume(std::size_t bytes) override { lease_->consume_body(bytes); }
    bool done() override { return lease_->body_done(); }
    boost::asio::awaitable<Error> fill(std::size_t limit) override;
    std::uint64_t left() const noexcept override { return lease_->body_left(); }
    Error verdict() const override { return deadline_->verdict(); }
    void interrupt(const Error& reason) noexcept override { deadline_->interrupt(reason); }
    Headers finish() override;

private:
    Lease lease_;
    DeadlinePool::Handle deadline_;
};

/// Gives a lease whose exchange was over at `now` back to the pool, or closes its connection.
void settle(Lease& lease, Clock::time_point now);

}  // namespace aiohttp::detail
