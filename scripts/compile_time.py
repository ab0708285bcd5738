#!/usr/bin/env python3
"""What the public header costs to compile, against the least that Asio's coroutines cost.

Usage: compile_time.py [--remember FILE] [COMPILER [FLAG...]]
Compiles a program that does one GET, and one that spawns an empty coroutine, at -O0; prints
the ratio of the processor times (medians) and fails if it is over the budget. With --remember,
programs that are still the same after preprocessing are not measured again.
"""

import hashlib
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

BUDGET = 1.5
ROUNDS = 5

BASELINE = """
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

boost::asio::awaitable<void> amain() { co_return; }

int main() {
    boost::asio::io_context context;
    boost::asio::co_spawn(context, amain(), boost::asio::detached);
    context.run();
}
"""

ONE_GET = """
#include <aiohttp/aiohttp.hpp>

boost::asio::awaitable<void> amain() {
    aiohttp::ClientSession session;
    auto response = co_await session.get("http://localhost:8080/get");
    co_await response.text();
}

int main() { aiohttp::run(amain()); }
"""


def seconds(command):
    """The processor time that the command takes in user space."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def digest(command, sources):
    """Names what would be compiled: the command and the preprocessed programs."""
    total = hashlib.sha256(repr(command).encode())
    for source in sources.values():
        total.update(subprocess.check_output([*command, "-E", "-P", str(source)]))
    return total.hexdigest()


def measure(command, sources):
    """The median times, taken in turns so that a busy machine disturbs all of them alike."""
    times = {name: [] for name in sources}
    for _ in range(ROUNDS):
        for name, source in sources.items():
            times[name].append(seconds([*command, "-c", "-o", "/dev/null", str(source)]))
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    arguments = sys.argv[1:]
    memory = None
    if arguments[:1] == ["--remember"]:
        memory = pathlib.Path(arguments[1])
        arguments = arguments[2:]
    root = pathlib.Path(__file__).resolve().parents[1]
    default = ["g++", "-std=c++20", f"-I{root}/include", "-DAIOHTTP_SEPARATE_COMPILATION"]
    command = [*(arguments or default), "-O0"]

    with tempfile.TemporaryDirectory() as folder:
        sources = {}
        for name, text in {"baseline": BASELINE, "one GET": ONE_GET}.items():
            sources[name] = pathlib.Path(folder) / f"{name.replace(' ', '_')}.cpp"
            sources[name].write_text(text)
        key = digest(command, sources)
        remembered = json.loads(memory.read_text()) if memory and memory.exists() else {}
        medians = remembered.get(key) or measure(command, sources)

    for name, median in medians.items():
        print(f"{name}: {median:.2f} s")
    ratio = medians["one GET"] / medians["baseline"]
    print(f"ratio: {ratio:.2f}, budget {BUDGET}")
    if memory and ratio <= BUDGET:
        memory.write_text(json.dumps({key: medians}))
    return ratio > BUDGET


if __name__ == "__main__":
    sys.exit(main())
