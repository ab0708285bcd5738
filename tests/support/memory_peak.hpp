#pragma once

#include <cstddef>

// The peak of this process's memory, in bytes.
namespace aiohttp::testing {

// A sanitizer keeps what was freed, and shadows of it: the peak says nothing then.
#if defined(__has_feature)
#define AIOHTTP_TEST_HAS_FEATURE(name) __has_feature(name)
#else
#define AIOHTTP_TEST_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    AIOHTTP_TEST_HAS_FEATURE(address_sanitizer) || AIOHTTP_TEST_HAS_FEATURE(thread_sanitizer)
inline constexpr bool peak_counts = false;
#else
inline constexpr bool peak_counts = true;
#endif

/// The peak since clear_peak().
std::size_t peak_memory();

void clear_peak();

}  // namespace aiohttp::testing
