#!/usr/bin/env bash
# Compares this library with others: installs what that needs, builds release, runs the same work
# through all of them in five rounds, prints tables and writes build/bench/results.{md,json,svg}.
# Takes half an hour; with --quick two minutes, for figures that mean little.
# With --publish the results go into docs/ and the README, too.
# Usage: bench.sh [--quick] [--workload W1]... [--client curl]... [--rounds N] [--no-counts]
#                 [--publish]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/bench

"$root/scripts/install_deps.sh" build
"$root/scripts/install_deps.sh" bench ||
    echo "bench: some packages are missing; what needs them is left out" >&2

(cd "$root" && cmake --preset bench) | sed -n 's/^-- bench: /bench: /p' >&2
cmake --build "$build" --target aiohttp bench_aiohttp bench_slow_server
# A peer in a version that does not build is left out like one that is not installed.
while read -r target; do
    cmake --build "$build" --target "$target" ||
        echo "bench: left out ${target#bench_}: it does not build" >&2
done <"$build/bench/targets.txt"

exec python3 "$root/bench/run.py" --programs "$build/bench" --output "$build" "$@"
