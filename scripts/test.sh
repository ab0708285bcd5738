#!/usr/bin/env bash
# Builds everything and runs every test, httpbin's included; with --tsan only those of threads.
# Usage: test.sh [--asan|--tsan|--clang] [--filter REGEX]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

preset=dev
tasks=(build test)
filter=()
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --asan) preset=asan ;;
    --tsan)
        preset=tsan
        targets=(--target tests_threads)
        filter+=(-L '^threads$')
        ;;
    --clang)
        preset=clang
        tasks+=(clang)
        ;;
    --filter)
        filter+=(-R "${2:?--filter needs a regular expression}")
        shift
        ;;
    *)
        echo "usage: test.sh [--asan|--tsan|--clang] [--filter REGEX]" >&2
        exit 2
        ;;
    esac
    shift
done

build=$root/build/$preset
"$root/scripts/install_deps.sh" "${tasks[@]}"
(cd "$root" && cmake --preset "$preset") >/dev/null
cmake --build "$build" "${targets[@]}"
if [ "$preset" = tsan ]; then
    exec ctest --test-dir "$build" --output-on-failure --no-tests=error "${filter[@]}"
fi
exec "$root/scripts/with_httpbin.sh" ctest --test-dir "$build" -j"$(nproc)" \
    --output-on-failure --no-tests=error "${filter[@]}"
