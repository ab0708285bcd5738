#!/usr/bin/env bash
# Builds and runs a program the plain way, with what pkg-config says.
# Usage: pkg_config.sh PREFIX SOURCE PROGRAM COMPILER...
set -euo pipefail
prefix=$1 source=$2 program=$3
shift 3

mkdir -p "$(dirname "$program")"
libraries=$(find "$prefix" -name pkgconfig -printf '%h')
export PKG_CONFIG_PATH=$libraries/pkgconfig
read -ra compile_flags < <(pkg-config --cflags aiohttp)
read -ra link_flags < <(pkg-config --libs aiohttp)
"$@" -std=c++20 "${compile_flags[@]}" -c "$source" -o "$program.o"
"$@" "$program.o" "${link_flags[@]}" -o "$program"
LD_LIBRARY_PATH=$libraries "$program" "$(pkg-config --modversion aiohttp)"
