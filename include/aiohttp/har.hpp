#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <aiohttp/secrets.hpp>
#include <aiohttp/trace.hpp>

namespace aiohttp {

namespace detail {
class HarLog;
}

/// What a HarRecorder keeps; set in a chain: `HarOptions().max_entries(100)`.
class HarOptions {
public:
    /// How many exchanges are kept at most; of more, the last ones. Default 10 000.
    HarOptions& max_entries(std::size_t count) & {
        max_entries_ = count;
        return *this;
    }
    HarOptions&& max_entries(std::size_t count) && { return std::move(this->max_entries(count)); }
    /// How many bytes of each body are kept, of the request's and of the response's; what is longer
    /// is cut off. 0: no bodies. Default 1 MiB.
    HarOptions& max_body_size(std::size_t bytes) & {
        max_body_size_ = bytes;
        return *this;
    }
    HarOptions&& max_body_size(std::size_t bytes) && {
        return std::move(this->max_body_size(bytes));
    }
    /// How many bytes all of it takes at most, about: beyond that the first exchanges go. Default
    /// 64 MiB.
    HarOptions& max_total_size(std::size_t bytes) & {
        max_total_size_ = bytes;
        return *this;
    }
    HarOptions&& max_total_size(std::size_t bytes) && {
        return std::move(this->max_total_size(bytes));
    }
    /// Whether secrets are in it. Default: they are masked; bodies are searched when they are JSON
    /// or urlencoded.
    HarOptions& secrets(Secrets secrets) & {
        secrets_ = secrets;
        return *this;
    }
    HarOptions&& secrets(Secrets secrets) && { return std::move(this->secrets(secrets)); }

private:
    friend class detail::HarLog;
    std::size_t max_entries_ = 10'000;
    std::size_t max_body_size_ = std::size_t{1} << 20U;
    std::size_t max_total_size_ = std::size_t{64} << 20U;
    Secrets secrets_ = Secrets::masked;
};

/// Records the traffic of a session as an HTTP archive (HAR 1.2), which the network panels of
/// browsers open:
///
///     aiohttp::HarRecorder har;
///     aiohttp::ClientSession session(
///         aiohttp::ClientSessionOptions().trace_config(har.trace_config()));
///     // ...
///     har.save("traffic.har");
///
/// Each hop of a redirect is an entry. An entry is complete when the body has been read or given
/// up, or when the request has failed; only complete ones are written. Of several tries that a
/// middleware makes, the last one is recorded. Copies share one record. It is used from one thread
/// at a time, like the sessions that it records.
class HarRecorder {
public:
    explicit HarRecorder(const HarOptions& options = HarOptions());

    /// For ClientSessionOptions::trace_config(), of one session or of several.
    TraceConfig trace_config() const;
    /// How many entries there are.
    std::size_t size() const noexcept;
    /// How many had to go because of the limits.
    std::uint64_t dropped() const noexcept;
    /// Forgets all entries.
    void clear() noexcept;
    /// The archive, JSON in UTF-8.
    std::string to_string() const;
    /// Writes it to a file, which it replaces as a whole. Throws std::filesystem::filesystem_error.
    void save(const std::string& path) const;

private:
    std::shared_ptr<detail::HarLog> log_;
};

}  // namespace aiohttp
