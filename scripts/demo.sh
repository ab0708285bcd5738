#!/usr/bin/env bash
# Builds the library and runs the demo against URL, or against a server of its own.
# Usage: demo.sh [URL]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/demo

"$root/scripts/install_deps.sh" build
(cd "$root" && cmake --preset release -B "$build" -DAIOHTTP_BUILD_TESTS=OFF) >/dev/null
cmake --build "$build" --target example_demo >&2
exec "$build/examples/demo" "$@"
