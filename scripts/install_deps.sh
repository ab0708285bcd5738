#!/usr/bin/env bash
# Installs what a task needs and the system does not have, on Debian 12 and Ubuntu 24.04.
# Usage: install_deps.sh build|test|lint|clang|fuzz|bench...
set -euo pipefail

# A name with alternatives, "a|b", is met by any of them; the first one available is installed.
packages=()
for task in "$@"; do
    case $task in
    build)
        packages+=(g++ cmake ninja-build ccache libssl-dev libpsl-dev libidn2-dev zlib1g-dev
            libbrotli-dev libzstd-dev libc-ares-dev nlohmann-json3-dev
            'libboost1.81-dev|libboost1.83-dev|libboost1.88-dev|libboost-dev')
        ;;
    test) packages+=('libboost-url1.81-dev|libboost-url1.83-dev|libboost-url1.88-dev|libboost-url-dev'
        catch2 pkgconf python3 python3-httpbin gunicorn curl openssl nginx-light tinyproxy
        dante-server valgrind) ;;
    lint) packages+=(python3 clang-format-19 clang-tidy-19) ;;
    clang) packages+=(clang-19) ;;
    fuzz) packages+=(clang-19 libclang-rt-19-dev) ;;
    bench) packages+=(python3 nginx-light openssl valgrind strace libcurl4-openssl-dev libcpp-httplib-dev
        golang-go python3-aiohttp) ;;
    *)
        echo "install_deps.sh: unknown task '$task'" >&2
        exit 2
        ;;
    esac
done

command -v dpkg-query >/dev/null || exit 0 # not Debian's family: CMake says what is missing

installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' | sed -n 's/^.i //p')
missing=()
for wanted in "${packages[@]}"; do
    grep -qxE "${wanted//+/\\+}" <<<"$installed" || missing+=("$wanted")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install_deps.sh: not root and no sudo; please install: ${missing[*]}" >&2
        exit 0
    fi
    as_root=(sudo)
fi

echo "Installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
chosen=()
for wanted in "${missing[@]}"; do
    choice=${wanted%%|*}
    for name in ${wanted//|/ }; do
        if [ -n "$(apt-cache show --no-all-versions "$name" 2>/dev/null)" ]; then
            choice=$name
            break
        fi
    done
    chosen+=("$choice")
done
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${chosen[@]}" >/dev/null
