#!/usr/bin/env bash
# Builds the fuzzers and runs each for a while, two at a time, first over fuzz/corpus/<target>.
# What they learn is kept in build/fuzz/corpus/<target>; inputs that fail in build/fuzz/failures.
# --runs N makes N inputs from a fixed seed, the same ones each time, for a gate that must not depend
# on luck; without it the seed and what is found differ from run to run.
# Usage: fuzz.sh [--seconds N | --runs N] [target...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/fuzz

effort=-max_total_time=20
fixed=
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --seconds)
        effort=-max_total_time=${2:?--seconds needs a number}
        shift
        ;;
    --runs)
        effort=-runs=${2:?--runs needs a number}
        fixed=yes
        shift
        ;;
    -*)
        echo "usage: fuzz.sh [--seconds N | --runs N] [target...]" >&2
        exit 2
        ;;
    *) targets+=("$1") ;;
    esac
    shift
done
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(find "$root/fuzz" -maxdepth 1 -name '*.cpp' -printf '%f\n' |
        sed 's/\.cpp$//' | sort)
fi

"$root/scripts/install_deps.sh" build fuzz
(cd "$root" && cmake --preset fuzz) >/dev/null
cmake --build "$build" --target "${targets[@]/#/fuzz_}"

# shellcheck disable=SC2317 # called through xargs
run_one() {
    local target=$1 log=$build/failures/$1.log
    local options=("$effort" -max_len=4096 -timeout=10 -rss_limit_mb=2048
        -verbosity=0 -print_final_stats=1 -artifact_prefix="$build/failures/$target-")
    [ ! -f "$root/fuzz/$target.dict" ] || options+=(-dict="$root/fuzz/$target.dict")
    local learned=$build/corpus/$target start=(env)
    if [ -n "$fixed" ]; then
        options+=(-seed=1)
        # What the fuzzer remembers of comparisons depends on where things lie in memory.
        ! setarch -R true 2>/dev/null || start=(setarch -R)
        learned=$build/fixed/$target
        rm -rf "$learned"
    fi
    mkdir -p "$learned"
    if "${start[@]}" "$build/fuzz/fuzz_$target" "${options[@]}" "$learned" "$root/fuzz/corpus/$target" \
        >"$log" 2>&1; then
        echo "fuzz: $target ok, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
        return
    fi
    tail -n 60 "$log"
    echo "fuzz: $target FAILED; run $build/fuzz/fuzz_$target with" \
        "$(sed -n 's/.*Test unit written to //p' "$log")"
    return 1
}
export -f run_one
export root build effort fixed
mkdir -p "$build/failures"
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'run_one {}'
