#pragma once

#include <cstdint>
#include <string_view>

#include <aiohttp/error.hpp>
#include <aiohttp/timings.hpp>

namespace aiohttp::detail {

/// How a response body ended.
struct BodyEnd {
    const Timings& timings;
    const Error& error;  ///< why it could not be read to its end, if something went wrong
    bool complete;       ///< whether it was read to its end
};

/// Who wants to know what is read of a body. What it throws ends the reading and reaches the
/// caller, but for on_body_end() of a body that is given up: there is nobody to tell.
class BodyObserver {
public:
    virtual void on_chunk_received(std::string_view chunk) = 0;
    /// May come more than once, only the first one counts.
    virtual void on_body_end(const BodyEnd& end) = 0;

protected:
    ~BodyObserver() = default;
};

}  // namespace aiohttp::detail
