"""From what was measured to tables, ratios and targets."""

import os
import platform
import re
import shutil
import statistics
import subprocess

from .workloads import CLIENTS, OURS, WORKLOADS

# A target: what it says, the workload, how it is reckoned, and the limit.
TARGETS = [
    ("instructions a request", "W1 C=1", "instructions", 10_000),
    ("allocations a request", "W1 C=1", "allocations", 4),
    ("CPU to the bare Asio loop", "W1 C=64", "asio", 1.25),
    ("CPU to the best peer", "W1 C=64", "peers", 1.0),
    ("instructions a request", "W2 C=1", "instructions", 38_000),
    ("CPU to the bare Asio loop over TLS", "W2 C=64", "asio", 1.25),
    ("CPU to libcurl", "W3 plain", "curl", 1.05),
    ("CPU to libcurl", "W3 TLS", "curl", 1.05),
    ("CPU to the bare epoll loop", "W4 plain", "epoll", 1.2),
    ("CPU to the bare Asio loop", "W4 TLS full", "asio", 1.1),
    ("CPU to the bare Asio loop", "W4 TLS resumed", "asio", 1.15),
    ("full handshakes of all", "W4 TLS resumed", "not resumed", 0.04),
    ("CPU to the best C++ peer", "W5", "C++ peers", 1.0),
    ("MiB at most", "W6", "rss", 45),
    ("MiB at most", "W7 100 000", "rss", 45),
    ("CPU to the bare Asio loop", "W7 100 000", "asio", 1.5),
    ("places out of turn, to the pool's size", "W7 100 000", "order", 2),
    ("CPU a request to that of 1 000", "W7 100 000", "W7 1 000", 1.25),
    ("places out of turn, to the pool's size", "W7 begun", "order", 2),
    ("instructions to those with 10 cookies", "W10 10 000", "instructions of W10 10", 1.05),
]


INTRODUCTION = """\
CPU is what one request took of the client's process, user and system; wall is the time of all
requests divided by their number; MiB is the most memory that was resident. Ratios are of medians
of the CPU, to the two bare loops.
"""


class Results:
    """What every client did in every workload, in all rounds."""

    def __init__(self):
        self.runs = {}  # (workload, client) -> a list, a round each
        self.counts = {}  # the same -> instructions and allocations
        self.failures = {}  # the same -> why
        self.left_out = {}  # client -> why
        self.unsupported = set()  # (workload, client)
        self.machine = {}
        self.heading = ""

    @staticmethod
    def from_json(found):
        """What as_json() gave."""
        made = Results()
        key = lambda name: tuple(name.split(" | "))
        for name in ("runs", "counts", "failures"):
            setattr(made, name, {key(k): value for k, value in found[name].items()})
        made.unsupported = {key(name) for name in found.get("unsupported", [])}
        made.left_out = found["left_out"]
        made.machine = found["machine"]
        made.heading = found.get("heading", "")
        return made

    def add(self, workload, client, run):
        self.runs.setdefault((workload.name, client.name), []).append(run)

    def fail(self, workload, client, why):
        self.failures.setdefault((workload.name, client.name), str(why))

    def ran(self, workload, client):
        key = (workload, client)
        return key in self.runs and key not in self.failures

    def values(self, workload, client, what):
        """One figure a round: cpu and wall in seconds a request, rss in MiB, and others."""
        runs = self.runs[workload, client]
        if what in ("cpu", "wall"):
            return [run[what] / run["requests"] for run in runs]
        if what == "rss":
            return [run["rss_kib"] / 1024 for run in runs]
        return [run[what] for run in runs]

    def median(self, workload, client, what):
        return statistics.median(self.values(workload, client, what))

    def minimum(self, workload, client, what):
        return min(self.values(workload, client, what))

    def ratio(self, workload, client, other):
        """Of the medians of the CPU; None when one of them did not run."""
        if not (self.ran(workload, client) and self.ran(workload, other)):
            return None
        base = self.median(workload, other, "cpu")
        return self.median(workload, client, "cpu") / max(1e-12, base)

    def as_json(self):
        name = lambda key: f"{key[0]} | {key[1]}"
        return {
            "heading": self.heading,
            "machine": self.machine,
            "runs": {name(key): runs for key, runs in self.runs.items()},
            "counts": {name(key): counts for key, counts in self.counts.items()},
            "failures": {name(key): why for key, why in self.failures.items()},
            "unsupported": sorted(name(key) for key in self.unsupported),
            "left_out": self.left_out,
        }


def duration(seconds):
    """With three digits and a unit that suits."""
    for unit, factor in (("µs", 1e6), ("ms", 1e3)):
        if seconds * factor < 1000:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def number(value):
    return f"{value:,.0f}".replace(",", " ")


def ratio(value):
    return "" if value is None else f"{value:.2f}"


def table(header, rows):
    """A table in Markdown, whose columns stand below each other."""
    cells = [header, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    line = lambda parts: "| " + " | ".join(parts) + " |"
    padded = [line(cell.ljust(width) for cell, width in zip(row, widths)) for row in cells]
    rule = line("-" * (width - 1) + (":" if i else "-") for i, width in enumerate(widths))
    return "\n".join([padded[0], rule, *padded[1:]])


def workload_table(results, workload):
    """The clients of one workload, the least CPU first."""
    rows = []
    name = workload.name
    clients = [client for client in CLIENTS if (name, client.name) in results.runs]
    clients.sort(key=lambda client: results.median(name, client.name, "cpu"))
    extra = "resumed" if workload.server == "tls_resumed" else None
    for client in clients:
        if (name, client.name) in results.failures:
            continue
        wall = results.median(name, client.name, "wall")
        row = [
            client.label,
            duration(results.median(name, client.name, "cpu")),
            duration(results.minimum(name, client.name, "cpu")),
            ratio(results.ratio(name, client.name, "epoll")),
            ratio(results.ratio(name, client.name, "asio")),
            duration(wall),
            f"{results.median(name, client.name, 'rss'):.1f}",
        ]
        if extra:
            row.append(f"{results.median(name, client.name, extra) * 100:.0f} %")
        rows.append(row)
    header = ["client", "CPU, median", "CPU, minimum", "to epoll", "to Asio", "wall, median", "MiB"]
    if extra:
        header.append(extra)
    text = f"### {name}: {workload.title}\n\n" + table(header, rows) + "\n"
    for client in CLIENTS:
        if (name, client.name) in results.failures:
            text += f"\nFAILED: {client.label}: {results.failures[name, client.name]}\n"
    none = [client.label for client in CLIENTS if (name, client.name) in results.unsupported]
    return text + (f"\nNot made for this: {', '.join(none)}.\n" if none else "")


def counts_tables(results):
    """What a request took of what can be counted: a row a client, a column a workload."""
    names = [w.name for w in WORKLOADS if any(key[0] == w.name for key in results.counts)]
    text = ""
    for what in ("instructions", "allocations", "system calls"):
        show = number if what == "instructions" else "{:.1f}".format
        rows = []
        for client in CLIENTS:
            counts = [results.counts.get((name, client.name), {}).get(what) for name in names]
            if any(value is not None for value in counts):
                shown = ("" if value is None else show(value) for value in counts)
                rows.append([client.label, *shown])
        if rows:
            text += f"### {what.capitalize()} a request\n\n"
            text += table(["client", *names], rows) + "\n\n"
    return text.rstrip("\n") + "\n" if text else ""


def reckon(results, workload, how):
    """The figure that a target limits; None when it was not measured."""
    if how in ("instructions", "allocations"):
        return results.counts.get((workload, OURS), {}).get(how)
    if not results.ran(workload, OURS) and not how.startswith("instructions of "):
        return None
    if how == "rss":
        return results.median(workload, OURS, "rss")
    if how == "not resumed":
        return 1 - results.median(workload, OURS, "resumed")
    if how == "order":
        size = next(w.concurrency for w in WORKLOADS if w.name == workload)
        return results.median(workload, OURS, "order_slack") / size
    if how in ("peers", "C++ peers"):
        peers = [
            client.name
            for client in CLIENTS
            if not client.limit and client.name != OURS and (client.native or how == "peers")
        ]
        ratios = [results.ratio(workload, OURS, peer) for peer in peers]
        return max((value for value in ratios if value is not None), default=None)
    if how.startswith("instructions of "):
        other = how.removeprefix("instructions of ")
        pair = [results.counts.get((name, OURS), {}) for name in (workload, other)]
        many, few = (counted.get("instructions") for counted in pair)
        return many / few if many and few else None
    if how.startswith("W"):
        if not results.ran(how, OURS):
            return None
        return results.median(workload, OURS, "cpu") / results.median(how, OURS, "cpu")
    return results.ratio(workload, OURS, how)


def targets_table(results):
    rows = []
    for text, workload, how, limit in TARGETS:
        value = reckon(results, workload, how)
        if value is not None:
            shown = [f"{v:.2f}" if limit < 3 else number(v) for v in (limit, value)]
            rows.append([workload, text, *shown, "yes" if value <= limit else "NO"])
    if not rows:
        return ""
    header = ["workload", "what", "at most", "measured", "met"]
    return f"### Targets\n\n{table(header, rows)}\n"


def first_line(command):
    """Of what a program says about its version; empty when it is not there."""
    program = shutil.which(command[0], path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        return ""
    run = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    lines = (run.stdout + run.stderr).strip().splitlines()
    return lines[0] if lines else ""


def machine():
    """What the figures depend on."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    programs = [["c++", "--version"], ["nginx", "-v"], ["openssl", "version"],
                ["curl-config", "--version"], ["go", "version"], ["valgrind", "--version"],
                ["/usr/bin/python3", "-c", "import aiohttp; print('aiohttp', aiohttp.__version__)"]]
    return {
        "processor": model.group(1) if model else platform.machine(),
        "processors": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load": "%.1f %.1f %.1f" % os.getloadavg(),
        "programs": [line for line in map(first_line, programs) if line and "Error" not in line],
    }


def machine_text(facts):
    return (
        f"{facts['processors']} x {facts['processor']}, Linux {facts['kernel']}, "
        f"load {facts['load']}; {'; '.join(facts['programs'])}\n"
    )


def machine_line(results):
    """What a picture has room for."""
    facts = results.machine
    rounds = max(map(len, results.runs.values()), default=0)
    quick = " of little: the figures mean little" if "mean little" in results.heading else ""
    times = "1 round" if rounds == 1 else f"medians of {rounds} rounds"
    return (
        f"One thread; nginx on the loopback interface; {facts['processors']} x "
        f"{facts['processor']}; {times}{quick}"
    )


def whole(results, workloads):
    """The report in Markdown."""
    measured = {workload for workload, _ in results.runs}
    parts = [
        results.heading + "\n",
        machine_text(results.machine),
        INTRODUCTION,
        *(f"LEFT OUT: {client}: {why}\n" for client, why in results.left_out.items()),
        *(workload_table(results, w) for w in workloads if w.name in measured),
        counts_tables(results),
        targets_table(results),
    ]
    return "\n".join(part for part in parts if part)


def summary(results):
    """What ran and what did not, without figures."""
    lines = [f"{len(results.runs)} runs were right, {len(results.failures)} failed"]
    lines += [f"LEFT OUT: {client}: {why}" for client, why in results.left_out.items()]
    lines += [f"FAILED: {', '.join(key)}: {why}" for key, why in results.failures.items()]
    return "\n".join(lines)
