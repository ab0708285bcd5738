#!/usr/bin/env bash
# Checks format, clang-tidy, the rules of the tree, coroutine hazards and shell scripts.
# Usage: lint.sh
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

./scripts/install_deps.sh lint

failed=0
run() {
    local name=$1
    shift
    if "$@"; then
        echo "lint: $name ok"
    else
        echo "lint: $name FAILED"
        failed=1
    fi
}

# clang-tidy judges the library's own files, not what they include of the system.
# shellcheck disable=SC2317 # called through run
tidy() {
    printf '%s\n' src/*.cpp |
        xargs -P "$(nproc)" -I{} clang-tidy-19 --quiet {} -- \
            -std=c++20 -I"$PWD/include" -DAIOHTTP_SEPARATE_COMPILATION -DAIOHTTP_WITH_CARES 2>&1 |
        sed '/warnings generated\.$/d'
}

mapfile -t sources < <(find include src tests examples bench fuzz \
    \( -name '*.hpp' -o -name '*.ipp' -o -name '*.cpp' \) 2>/dev/null | sort)
# tests/shapes holds on purpose what looks dangerous and is right.
mapfile -t awaiting < <(printf '%s\n' "${sources[@]}" | grep -v '^tests/shapes/')
mapfile -t documents < <(find README.md docs -name '*.md' 2>/dev/null | sort)
mapfile -t scripts < <(find scripts tests .ci/run -name '*.sh' -o -name run | sort)

run 'format' clang-format-19 --dry-run -Werror "${sources[@]}"
run 'rules of the tree' python3 tests/layering/check.py
run 'coroutine hazards (self-test)' python3 scripts/check_coroutines.py --self-test
run 'coroutine hazards' python3 scripts/check_coroutines.py "${awaiting[@]}" "${documents[@]}"
if command -v shellcheck >/dev/null; then
    run 'shell scripts' shellcheck "${scripts[@]}"
fi
run 'clang-tidy' tidy

exit "$failed"
