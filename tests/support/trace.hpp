#pragma once

#include <any>
#include <string>
#include <vector>

#include <aiohttp/trace.hpp>

// What the tests of traces share.
namespace aiohttp::testing {

/// Writes the name of every signal into `log`, without "on_", and throws a Thrown from the one that
/// is named `throws_at`.
TraceConfig recording(std::vector<std::string>& log, const std::string& throws_at = {});

/// What a signal of recording() throws.
struct Thrown {
    std::string signal;
};

/// The names of all signals.
const std::vector<std::string>& all_signals();

}  // namespace aiohttp::testing
