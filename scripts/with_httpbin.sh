#!/usr/bin/env bash
# Runs a command with httpbin at $AIOHTTP_HTTPBIN_URL, on a free port of the loopback interface:
# in a container where docker works, else Debian's python3-httpbin. If the variable is already
# set, that server is used.
# Usage: with_httpbin.sh COMMAND [ARGUMENT...]
set -euo pipefail

[ -z "${AIOHTTP_HTTPBIN_URL:-}" ] || exec "$@"

work=$(mktemp -d)
server=
container=
stop() {
    [ -z "$server" ] || kill -QUIT "$server" 2>/dev/null || true  # at once, unlike TERM
    [ -z "$container" ] || docker rm -f "$container" >/dev/null 2>&1 || true
    wait
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_container() {
    timeout 3 docker info >/dev/null 2>&1 || return 1
    container=$(timeout 120 docker run -d --rm -p 127.0.0.1:0:80 kennethreitz/httpbin \
        2>"$work/log") || return 1
    port=$(docker port "$container" 80/tcp | sed -n 's/^127\.0\.0\.1://p;q')
}

# gunicorn listens before it logs the port; requests are queued from then on.
start_process() {
    /usr/bin/python3 -m gunicorn httpbin:app -b 127.0.0.1:0 -k gthread --threads 32 \
        --keep-alive 75 --log-file "$work/log" >/dev/null 2>&1 &
    server=$!
    local deadline=$((SECONDS + 60))
    until port=$(sed -n 's|.*Listening at: http://127\.0\.0\.1:\([0-9]*\).*|\1|p' \
        "$work/log" 2>/dev/null) && [ -n "$port" ]; do
        if [ $SECONDS -gt $deadline ] || ! kill -0 "$server" 2>/dev/null; then
            return 1
        fi
        sleep 0.05
    done
}

answers() {
    local line
    exec 3<>"/dev/tcp/127.0.0.1/$port" &&
        printf 'GET /get HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 &&
        read -r -t 30 line <&3 && [[ $line == HTTP/1.*' 200 '* ]]
}

fail() {
    echo "with_httpbin.sh: httpbin does not $1" >&2
    cat "$work/log" >&2 || true
    exit 1
}

start_container || start_process || fail start
deadline=$((SECONDS + 60))
until (answers) 2>/dev/null; do
    [ $SECONDS -le $deadline ] || fail answer
    sleep 0.1
done

AIOHTTP_HTTPBIN_URL=http://127.0.0.1:$port "$@"
