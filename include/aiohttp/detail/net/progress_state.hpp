#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <aiohttp/detail/net/one_shot.hpp>

namespace aiohttp::detail {

/// What the copies of a Progress share: a count that one side raises and the other waits for.
/// Counting costs an addition while nobody waits.
class ProgressState {
public:
    /// A transfer is going to report; false while another one does.
    bool begin_report() noexcept;
    void end_report() noexcept;

    /// The transfer begins, or begins anew.
    void start(std::optional<std::uint64_t> total);
    void add(std::uint64_t bytes);

    std::uint64_t bytes() const noexcept { return bytes_; }
    std::optional<std::uint64_t> total() const noexcept { return total_; }
    bool finished() const noexcept { return finished_; }
    /// Counts the changes, so that each observer knows what it has seen.
    std::uint64_t changes() const noexcept { return changes_; }

    /// Waits for a change or the end.
    asio::awaitable<error_code> wait();

private:
    class Waiter;
    void notify();

    std::uint64_t bytes_ = 0;
    std::optional<std::uint64_t> total_;
    std::uint64_t changes_ = 0;
    bool reporting_ = false;
    bool finished_ = false;
    std::vector<OneShot*> waiters_;
};

}  // namespace aiohttp::detail
