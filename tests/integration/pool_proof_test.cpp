// The promise of the pool, against a server whose connections end at any moment. bench/pool_proof
// makes many more requests.

#include "support/pool_proof.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"

using aiohttp::testing::open_descriptors;

TEST_CASE("connections that close at any moment cost no idempotent request and double no POST",
          "[pool][C34][C35][A23]") {
    const auto before = open_descriptors();
    const auto proof = aiohttp::testing::prove_pool(6000, 4711);
    INFO(proof.first_error);
    CHECK(proof.idempotent_failed == 0);
    CHECK(proof.posts_doubled == 0);
    CHECK(proof.posts_lost == 0);
    CHECK(proof.wrong == 0);
    CHECK(proof.holds());
    // It would prove little if all connections had just stayed, or been found closed in time.
    CHECK(proof.surprises > 200);
    CHECK(proof.unanswered > 50);
    CHECK(proof.posts_failed > 10);
    CHECK(proof.pool.reused > 500);
    CHECK(proof.pool.dead > 50);
    CHECK(proof.pool.replayed > 50);
    CHECK(open_descriptors() <= before);
}
