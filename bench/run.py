#!/usr/bin/env python3
"""Runs the clients through the workloads, interleaved, and reports.

Needs what scripts/bench.sh builds. Servers and clients talk over the loopback interface only, and
everything is bounded in count and time. Exits with 1 when a client gave a wrong answer.
"""

import argparse
import dataclasses
import json
import pathlib
import re
import shlex
import shutil
import signal
import sys

sys.dont_write_bytecode = True

from driver import measure, plot, publish, report, servers, workloads  # noqa: E402

SOURCES = pathlib.Path(__file__).resolve().parent


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, help="where the clients were built",
                        default=SOURCES.parent / "build/bench/bench")
    parser.add_argument("--quick", action="store_const", const="quick", dest="mode",
                        help="one round of little; shows that it works, its figures mean nothing")
    parser.add_argument("--smoke", action="store_const", const="smoke", dest="mode",
                        help="only whether every client does every workload")
    parser.add_argument("--rounds", type=int, help="default 5")
    parser.add_argument("--workload", action="append", default=[], help="W1, 'W4 plain' ...")
    parser.add_argument("--client", action="append", default=[], help="aiohttp, curl ...")
    parser.add_argument("--no-counts", action="store_true",
                        help="nothing under valgrind and strace")
    parser.add_argument("--only-counts", action="store_true", help="nothing else")
    parser.add_argument("--serve", action="store_true",
                        help="only starts the servers and prints how to run each client by hand")
    parser.add_argument("--publish", action="store_true",
                        help="write tables and picture into docs/ and the README, too")
    parser.add_argument("--again", type=pathlib.Path, metavar="FILE",
                        help="run nothing, report once more what a results.json has")
    parser.add_argument("--output", type=pathlib.Path, help="a folder for results.{md,json,svg}")
    options = parser.parse_args()
    options.mode = workloads.MODES[options.mode or "full"]
    options.rounds = options.rounds or options.mode.rounds
    if options.only_counts:
        options.rounds = 0
    return options


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run_rounds(options, runner, results, chosen, clients):
    """Interleaved: every client once a round, each round begun by another one."""
    for round_number in range(options.rounds):
        for workload in chosen:
            turn = round_number % max(1, len(clients))
            for client in clients[turn:] + clients[:turn]:
                key = (workload.name, client.name)
                if key in results.unsupported or key in results.failures:
                    continue
                try:
                    results.add(workload, client, runner.run(workload, client))
                except measure.Unsupported:
                    results.unsupported.add(key)
                except measure.Failed as why:
                    results.fail(workload, client, why)
                    say(f"FAILED: {workload.name}, {client.name}: {why}")
            say(f"round {round_number + 1} of {options.rounds}, {workload.name}")


def run_counts(options, runner, results, chosen, clients):
    """What can be counted; with --quick only for the first workload."""
    if options.mode.name == "smoke" or options.no_counts:
        return
    for program in ("valgrind", "strace"):
        if shutil.which(program) is None:
            say(f"LEFT OUT: what {program} counts: it is not installed")
    counted = [w for w in chosen if w.counted]
    for workload in counted[:1] if options.mode.name == "quick" else counted:
        for client in clients:
            key = (workload.name, client.name)
            if client.native and key not in results.failures and key not in results.unsupported:
                try:
                    results.counts[key] = runner.count(workload, client)
                except measure.Unsupported:
                    results.unsupported.add(key)
                except measure.Failed as why:
                    results.fail(workload, client, why)
                    say(f"FAILED to count: {workload.name}, {client.name}: {why}")
        say(f"counted {workload.name}")


# Where a wrong length shows. In the other workloads the reply's contents are compared.
STRICT = ("W1 C=1", "W1 C=64", "W2 C=1", "W3 plain", "W3 TLS", "W4 plain", "W4 TLS full", "W6",
          "W7 1 000", "W9", "W10 10")


def check_strictness(runner, results, clients):
    """A client that takes a wrong answer for a right one would be fast for nothing."""
    named = {workload.name: workload for workload in workloads.WORKLOADS}
    wrong = [dataclasses.replace(named[name], length=named[name].length + 256) for name in STRICT]
    # An error page as long as it should be, and one for a reply that is compared.
    missing = dataclasses.replace(named["W1 C=1"], path="/missing")
    length = runner.servers.length_of(missing)
    wrong += [dataclasses.replace(named[name], path="/missing", length=length)
              for name in ("W1 C=1", "W1 C=64", "W2 C=1", "W4 plain", "W7 1 000")]
    wrong += [dataclasses.replace(named[name], server="plain", path="/missing")
              for name in ("W5", "W8")]
    for workload in wrong:
        for client in clients:
            try:
                runner.run(workload, client)
                results.fail(workload, client, "it takes a wrong answer for a right one")
            except (measure.Failed, measure.Unsupported):
                pass


def serve(runner, chosen, clients, mode):
    """For profilers and debuggers: the servers, until standard input ends."""
    for workload in chosen:
        for client in clients:
            command = runner.command(workload, client, mode.count(workload, client))
            print(shlex.join(command))
    print("The servers run until standard input ends.", flush=True)
    sys.stdin.read()


def choose_clients(options, runner, results):
    clients = []
    for client in workloads.CLIENTS:
        if options.client and client.name not in options.client:
            continue
        why = runner.missing(client)
        if why is None:
            clients.append(client)
        else:
            results.left_out[client.name] = why
            say(f"LEFT OUT: {client.name}: {why}")
    return clients


def heading(options):
    command = " ".join(["./scripts/bench.sh", *map(shlex.quote, sys.argv[1:])])
    command = re.sub(r" --((programs|output) \S+|publish)", "", command)
    quick = ""
    if options.mode.name == "quick":
        quick = " It made few requests, of less: its figures mean little."
    rounds = {0: "no rounds", 1: "1 round"}.get(options.rounds, f"{options.rounds} rounds")
    return f"Made by `{command}`: {rounds}.{quick}"


def main():
    # Ended from outside, the servers end as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse()
    chosen = workloads.chosen(options.workload)
    if options.again:
        results = report.Results.from_json(json.loads(options.again.read_text()))
        return tell(options, results, chosen)
    results = report.Results()
    results.machine = report.machine()
    results.heading = heading(options)
    with servers.Servers(options.programs, SOURCES, options.mode) as running:
        runner = measure.Runner(options.programs, SOURCES, running, options.mode)
        clients = choose_clients(options, runner, results)
        if options.serve:
            serve(runner, chosen, clients, options.mode)
            return 0
        run_rounds(options, runner, results, chosen, clients)
        if options.mode.name == "smoke":
            check_strictness(runner, results, clients)
        run_counts(options, runner, results, chosen, clients)
    if options.mode.name == "smoke":
        print(report.summary(results))
        return 1 if results.failures else 0
    return tell(options, results, chosen)


def tell(options, results, chosen):
    """Prints the report, and writes what is asked for."""
    text = report.whole(results, chosen)
    print(text)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "results.md").write_text(text)
        (options.output / "results.json").write_text(json.dumps(results.as_json(), indent=1) + "\n")
        (options.output / "results.svg").write_text(plot.svg(results, chosen))
        say(f"wrote {options.output}/results.md, .json and .svg")
    if options.publish and not results.failures:
        publish.publish(SOURCES.parent, text, results, chosen)
        say("wrote docs/performance.md, docs/performance.svg and README.md")
    return 1 if results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
