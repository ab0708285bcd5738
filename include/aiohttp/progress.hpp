#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

namespace aiohttp {

namespace detail {
class ProgressState;
}

/// How far a transfer has come, as another coroutine sees it. Give it to Request::upload_progress()
/// and keep a copy; copies share the count.
///
///     aiohttp::Progress progress;
///     auto upload = co_await aiohttp::create_task(
///         session.put(url).data(std::move(file)).upload_progress(progress).text());
///     while (auto bytes = co_await progress.next()) {
///         std::cout << *bytes << " of " << progress.total().value_or(0) << '\n';
///     }
///     co_await upload.result();
///
/// It belongs to the transfer's thread or strand. One transfer at a time; when it has ended the
/// next one may use it.
class Progress {
public:
    Progress();

    /// How many bytes of the body have been transferred, without headers and framing. Sending
    /// again, for a redirect or a stale connection, begins at 0 again.
    std::uint64_t bytes() const noexcept;
    /// How many there will be, once the transfer has begun and when that is known.
    std::optional<std::uint64_t> total() const noexcept;
    /// Whether the transfer has ended, well or not: for an upload, whether its request has.
    bool finished() const noexcept;
    /// Waits until the count is another than this object has told last, and gives it; what happens
    /// between two calls is one change. nullopt when the transfer has ended. Keep the object while
    /// it waits. When it is cancelled it throws boost::system::system_error(operation_aborted).
    boost::asio::awaitable<std::optional<std::uint64_t>> next();

    /// For the side that counts: the transfer has ended when the last copy of this pointer is gone.
    /// Throws ValueError while another one counts.
    std::shared_ptr<detail::ProgressState> report() const;

private:
    std::shared_ptr<detail::ProgressState> state_;
    std::uint64_t seen_ = 0;  // which change has been told
};

}  // namespace aiohttp
