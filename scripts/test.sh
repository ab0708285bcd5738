#!/usr/bin/env bash
# Builds everything and runs every test, httpbin's included.
# Usage: test.sh [--asan|--tsan|--clang] [--filter REGEX]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

preset=dev
tasks=(build test)
filter=()
while [ $# -gt 0 ]; do
    case $1 in
    --asan | --tsan) preset=${1#--} ;;
    --clang)
        preset=clang
        tasks+=(clang)
        ;;
    --filter)
        filter=(-R "${2:?--filter needs a regular expression}")
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
cmake --build "$build"
exec "$root/scripts/with_httpbin.sh" ctest --test-dir "$build" -j"$(nproc)" \
    --output-on-failure --no-tests=error "${filter[@]}"
