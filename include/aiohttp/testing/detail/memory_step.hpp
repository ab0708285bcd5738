#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <aiohttp/clock.hpp>

namespace aiohttp::detail {

/// Turns a request, head and body as they were written, into the bytes of its answer.
using MemoryAnswer = std::function<std::string(std::string_view)>;

/// One instruction of a testing::MemoryScript.
struct MemoryStep {
    enum class Kind : std::uint8_t {
        expect,
        expect_size,
        expect_request,
        send,
        allow_writes,
        delay,
        wait,
        close,
        fail,
    };

    Kind kind{};
    std::string bytes;      ///< What is expected, or to be sent.
    std::size_t count = 0;  ///< How many bytes.
    Duration pause{};       ///< How long to wait.
    boost::system::error_code error;
    MemoryAnswer answer;
};

/// What a testing::MemoryScript describes.
struct MemoryPlan {
    enum class Dial : std::uint8_t { connects, fails, lookup_fails, hangs, lookup_hangs };

    std::deque<MemoryStep> steps;  // steps are added while one is carried out
    bool repeats = false;
    Dial dial = Dial::connects;
    boost::system::error_code dial_error;
    Duration dial_time{};
    std::optional<std::size_t> failing_operation;
    boost::system::error_code operation_error;
};

}  // namespace aiohttp::detail
