#pragma once

#include <cstddef>

namespace counts {

/// What malloc() and its relatives, so also operator new, have been asked for while `counted`.
struct Allocations {
    std::size_t number = 0;
    std::size_t bytes = 0;
    long held = 0;  ///< bytes that were given out and not given back
    long most = 0;  ///< the largest `held`
    bool counted = false;
    bool spared = false;  ///< the counting itself must cost nothing now: nothing is counted
};

extern constinit Allocations allocations;

}  // namespace counts
