#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fuzz {

/// The input of a fuzzer as text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

[[noreturn]] inline void fail(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    std::abort();
}

}  // namespace fuzz

/// Ends the program, so that the fuzzer keeps the input, unless the condition holds.
#define FUZZ_REQUIRE(...) \
    ((__VA_ARGS__) ? static_cast<void>(0) : fuzz::fail(#__VA_ARGS__, __FILE__, __LINE__))
