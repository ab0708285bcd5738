#pragma once

#include <cstddef>
#include <string>

#include <aiohttp/connector.hpp>

namespace aiohttp::testing {

/// How many requests went how, against a server whose connections end at any moment.
struct PoolProof {
    std::size_t idempotent = 0;         ///< GET, HEAD, PUT, DELETE
    std::size_t idempotent_failed = 0;  ///< of them; must be none
    std::size_t posts = 0;
    std::size_t posts_failed = 0;   ///< an error that the caller saw; allowed
    std::size_t posts_doubled = 0;  ///< seen by the server more than once; must be none
    std::size_t posts_lost = 0;     ///< answered, but never seen; must be none
    std::size_t wrong = 0;          ///< answered with the answer to something else; must be none
    std::size_t seen = 0;           ///< requests that the server has read whole
    std::size_t unanswered = 0;     ///< of them, those it hung up on
    std::size_t surprises = 0;      ///< connections it closed without a word
    std::string first_error;        ///< of an idempotent request
    PoolStats left;
    PoolCounters pool;

    bool holds() const {
        return idempotent_failed + posts_doubled + posts_lost + wrong == 0 && left.in_use == 0 &&
               left.waiting == 0 && pool.made == pool.closed();
    }
};

/// Sends so many requests, from `workers` coroutines at a time.
PoolProof prove_pool(std::size_t requests, unsigned seed, std::size_t workers = 20);

}  // namespace aiohttp::testing
