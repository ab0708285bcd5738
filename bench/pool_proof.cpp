// COUNT requests to a server whose connections end at any moment: how many fail, how many arrive
// twice. Exits with 1 when an idempotent request failed, a POST was seen twice or was lost, or an
// answer went to the wrong request.
//
//     cmake --preset bench && cmake --build build/bench --target bench_pool_proof
//     build/bench/bench/pool_proof 100000 [SEED]

#include <cstdlib>
#include <iostream>

#include "support/pool_proof.hpp"

int main(int argc, char** argv) {
    if (argc != 2 && argc != 3) {
        std::cerr << "usage: " << argv[0] << " COUNT [SEED]\n";
        return 2;
    }
    const auto count = static_cast<std::size_t>(std::strtoull(argv[1], nullptr, 10));
    const auto seed = argc == 3 ? static_cast<unsigned>(std::atoi(argv[2])) : 1U;
    const auto proof = aiohttp::testing::prove_pool(count, seed);
    const auto& pool = proof.pool;
    std::cout << "GET, HEAD, PUT, DELETE  " << proof.idempotent << " sent, "
              << proof.idempotent_failed << " failed\n"
              << "POST                    " << proof.posts << " sent, " << proof.posts_failed
              << " failed, " << proof.posts_doubled << " seen twice, " << proof.posts_lost
              << " lost\n"
              << "wrong answers           " << proof.wrong << '\n'
              << "the server              " << proof.seen << " requests seen, " << proof.unanswered
              << " not answered, " << proof.surprises << " connections closed without a word\n"
              << "the pool                " << pool.made << " connections made, " << pool.reused
              << " times reused, " << pool.dead << " found dead, " << pool.replayed
              << " requests replayed\n"
              << (proof.first_error.empty() ? "" : "first error: " + proof.first_error + '\n')
              << (proof.holds() ? "the proof holds\n" : "THE PROOF FAILS\n");
    return proof.holds() ? 0 : 1;
}
