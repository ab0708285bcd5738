#!/usr/bin/env bash
# Counts instructions and allocations a request and compares them with tests/counts/record.txt, or
# records them there.
# Usage: counts.sh [--update]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/dev

"$root/scripts/install_deps.sh" build test
(cd "$root" && cmake --preset dev) >/dev/null
cmake --build "$build" --target counts >&2
exec python3 "$root/tests/counts/counts.py" "$build/tests/counts/counts" "$@"
