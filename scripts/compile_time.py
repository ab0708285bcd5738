#!/usr/bin/env python3
"""What compiling costs, against the least that Asio's coroutines cost.

Usage: compile_time.py [--remember FILE] [--library SOURCE...] [-- COMPILER [FLAG...]]
Compiles a program that spawns an empty coroutine, and two that do one GET, at -O0; or, with
--library, the library's sources at -O2, each once. Prints the ratio of the processor times (of
programs the medians) and fails if it is over the budget. With --remember, what is still the same
after preprocessing is not measured again.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

# One GET to an empty coroutine.
BUDGET = 1.5
# The whole library to an empty coroutine, both at -O2: when set it was 36, 73 s of processor time
# and so less than 40 s on two processors. 3 minutes there would be 175.
LIBRARY_BUDGET = 60
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

# The same on an event loop of the program's own, so everything that the baseline has.
SPAWNED = (
    BASELINE.split("boost::asio::awaitable<void> amain()")[0]
    + ONE_GET.split("int main()")[0]
    + BASELINE[BASELINE.index("int main()") :]
)
PROGRAMS = {"baseline": BASELINE, "one GET": ONE_GET, "one GET, spawned": SPAWNED}


def seconds(command):
    """The processor time that the command takes in user space."""
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return usage.ru_utime


def compiling(command, source):
    return seconds([*command, "-c", "-o", "/dev/null", str(source)])


def digest(command, sources):
    """Names what would be compiled: the command and the preprocessed sources."""
    total = hashlib.sha256(repr(command).encode())
    for source in sources:
        total.update(subprocess.check_output([*command, "-E", "-P", str(source)]))
    return total.hexdigest()


def measure_programs(command, sources):
    """The median times, taken in turns so that a busy machine disturbs all of them alike."""
    times = {name: [] for name in sources}
    for _ in range(ROUNDS):
        for name, source in sources.items():
            times[name].append(compiling(command, source))
    return {name: statistics.median(values) for name, values in times.items()}


def measure_library(command, baseline, sources):
    """The time of each source to the baseline's. Each once: there are many of them."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        times = list(pool.map(lambda source: compiling(command, source), sources))
        bases = pool.map(lambda _: compiling(command, baseline), range(ROUNDS))
        base = statistics.median(bases)
    return [time / base for time in times]


def check(ratio, budget):
    print(f"ratio: {ratio:.2f}, budget {budget}")
    return ratio <= budget


def check_programs(command, programs, remembered):
    key = digest(command, programs.values())
    times = remembered.get(key) or measure_programs(command, programs)
    for name, time in times.items():
        print(f"{name}: {time:.2f} s")
    right = [check(times[name] / times["baseline"], BUDGET) for name in list(PROGRAMS)[1:]]
    return all(right), {key: times}


def check_library(command, baseline, sources, remembered):
    """Only what has changed is measured again."""
    keys = {source: digest(command, [source]) for source in sources}
    changed = [source for source in sources if keys[source] not in remembered]
    if changed:
        measured = measure_library(command, baseline, changed)
        remembered.update((keys[source], units) for source, units in zip(changed, measured))
    units = {source: remembered[keys[source]] for source in sources}
    for source in sorted(sources, key=units.get, reverse=True):
        print(f"{pathlib.Path(source).name}: {units[source]:.2f} baselines")
    right = check(sum(units.values()), LIBRARY_BUDGET)
    return right, {keys[source]: units[source] for source in sources}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--remember", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--library", nargs="+", default=[], metavar="SOURCE")
    own, command = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, command = own[:at], own[at + 1 :]
    options = parser.parse_args(own)
    root = pathlib.Path(__file__).resolve().parents[1]
    options.command = command or [
        "g++", "-std=c++20", f"-I{root}/include", "-DAIOHTTP_SEPARATE_COMPILATION"
    ]
    return options


def main():
    options = arguments()
    memory, library = options.remember, options.library
    remembered = json.loads(memory.read_text()) if memory and memory.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        programs = {}
        for name, text in PROGRAMS.items():
            programs[name] = pathlib.Path(folder) / f"{len(programs)}.cpp"
            programs[name].write_text(text)
        if library:
            command = [*options.command, "-O2", "-DNDEBUG", "-w"]
            right, known = check_library(command, programs["baseline"], library, remembered)
        else:
            right, known = check_programs([*options.command, "-O0"], programs, remembered)
    if memory and right:
        memory.write_text(json.dumps(known))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
