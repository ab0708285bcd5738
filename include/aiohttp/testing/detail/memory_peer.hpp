#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/net/background_timer.hpp>
#include <aiohttp/detail/net/one_shot.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/testing/detail/memory_step.hpp>
#include <aiohttp/testing/memory_connector.hpp>

namespace aiohttp::detail {

class MemoryPeer;

/// What the connections of a testing::MemoryConnector share: scripts to come and what happened.
class MemoryHub {
public:
    struct Entry {
        std::shared_ptr<testing::MemoryConnection> record;
        std::weak_ptr<MemoryPeer> peer;
    };

    /// The plan of the next connection to this host.
    MemoryPlan choose(const std::string& host, std::uint16_t port);

    std::deque<MemoryPlan> next;
    std::optional<MemoryPlan> otherwise;
    std::function<testing::MemoryScript(const std::string&, std::uint16_t)> on_dial;
    std::vector<Entry> entries;
    std::vector<std::string> requests;
};

/// One connection: the scripted far end and the two streams between it and the client, with the
/// interface of a non-blocking socket.
class MemoryPeer final : public Abortable {
public:
    MemoryPeer(const asio::any_io_executor& executor,
               MemoryPlan plan,
               std::shared_ptr<MemoryHub> hub,
               std::shared_ptr<testing::MemoryConnection> record);

    const MemoryPlan& plan() const noexcept { return plan_; }
    std::string name() const { return record_->host + ':' + std::to_string(record_->port); }
    bool closed() const noexcept { return closed_; }

    /// Lets the far end begin.
    void start();
    /// Adds steps behind the script's.
    void extend(const MemoryPlan& more);

    /// Counts an operation of the client; the error is the one the script wants it to have.
    error_code begin_operation() noexcept;
    /// Reads of one piece what fits; error::would_block when there is none.
    IoResult try_read(asio::mutable_buffer into) noexcept;
    /// Writes what is taken; error::would_block when nothing is.
    IoResult try_write(asio::const_buffer bytes);
    bool readable() const noexcept { return closed_ || !pieces_.empty() || read_end_; }
    bool writable() const noexcept { return closed_ || window_ > 0 || write_error_; }
    /// Ends a wait for something to read.
    void cancel_read() noexcept;
    /// The client closes: operations under way are aborted.
    void close() noexcept;
    void abort() noexcept override { close(); }

    /// What a waiting operation waits for; it stays registered until destroyed.
    class Watch {
    public:
        enum class For { time, reading, writing, either };
        Watch(MemoryPeer& peer, For what, OneShot& event);
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;
        ~Watch();

    private:
        MemoryPeer& peer_;
        For what_;
    };
    /// Notifies who waits for the time when `pause` has passed.
    void start_timer(Duration pause);

private:
    void run();
    bool step(const MemoryStep& step);
    bool match(const std::string& expected);
    bool take_request(const MemoryStep& step);
    void depart(std::string problem);
    void push(std::string bytes);
    void fail(error_code error);
    void on_timer();
    std::string_view unread() const { return std::string_view(record_->written).substr(read_); }

    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    MemoryPlan plan_;
    std::shared_ptr<MemoryHub> hub_;
    std::shared_ptr<testing::MemoryConnection> record_;
    std::size_t position_ = 0;
    bool started_ = false;
    bool running_ = false;
    std::optional<Clock::time_point> resume_at_;
    std::size_t read_ = 0;  // how much of what was written the script has dealt with
    std::size_t window_ = unlimited;
    std::deque<std::string> pieces_;
    std::size_t piece_offset_ = 0;
    std::optional<error_code> read_end_;
    std::optional<error_code> write_error_;
    bool closed_ = false;
    OneShot* sleeper_ = nullptr;
    OneShot* reader_ = nullptr;
    OneShot* writer_ = nullptr;
    BackgroundTimer timer_;
};

/// How long the request is that `bytes` begin with, body included; 0 while it is incomplete.
std::size_t request_length(std::string_view bytes);

/// The client's end of a MemoryPeer.
class MemoryTransport final : public Transport {
public:
    explicit MemoryTransport(std::shared_ptr<MemoryPeer> peer) : peer_(std::move(peer)) {}
    MemoryTransport(const MemoryTransport&) = delete;
    MemoryTransport& operator=(const MemoryTransport&) = delete;
    ~MemoryTransport() override { close(); }

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override;
    asio::awaitable<IoResult> write(asio::const_buffer first, asio::const_buffer second) override;
    asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) override;
    void cancel_read() noexcept override { peer_->cancel_read(); }
    void close() noexcept override { peer_->close(); }
    IoResult try_read(asio::mutable_buffer into) noexcept override { return peer_->try_read(into); }
    std::shared_ptr<const std::string> remote_endpoint() const override {
        return std::make_shared<const std::string>(peer_->name());
    }

private:
    std::shared_ptr<MemoryPeer> peer_;
};

/// "Connects" to scripts.
class MemoryDialer final : public Dialer {
public:
    explicit MemoryDialer(std::shared_ptr<MemoryHub> hub) : hub_(std::move(hub)) {}
    asio::awaitable<Error> dial(std::string host,
                                std::uint16_t port,
                                Deadline& deadline,
                                std::unique_ptr<Transport>& transport) override;

private:
    std::shared_ptr<MemoryHub> hub_;
};

}  // namespace aiohttp::detail
