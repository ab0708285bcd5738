"""Runs clients: once for time and memory, or twice under valgrind and strace to count."""

import json
import os
import re
import shutil
import subprocess

from . import servers


# What is counted, the program that does it, and where it says so. Counts hardly depend on the load.
COUNTING_SECONDS = 300
COUNTERS = [
    (
        "instructions",
        ["valgrind", "--tool=callgrind", "--log-fd=2", "--callgrind-out-file=/dev/null"],
        r"Collected *: *(\d+)",
    ),
    (
        "allocations",
        ["valgrind", "--tool=memcheck", "--log-fd=2", "--undef-value-errors=no"],
        r"total heap usage: ([\d,]+) allocs",
    ),
    ("system calls", ["strace", "-f", "-c"], r"^ *100\.00 +\S+ +\S+ +(\d+)"),
]


class Failed(Exception):
    """A client did not do its work; the text says how."""


class Unsupported(Exception):
    """A client has no such work."""


class Runner:
    def __init__(self, programs, sources, running, mode):
        self.programs = programs
        self.sources = sources
        self.servers = running
        self.mode = mode
        self.cpu = servers.processors()[0]

    def missing(self, client):
        """Why a client cannot run; None when it can."""
        command = client.command(self.programs, self.sources)
        if not os.access(command[0], os.X_OK):
            return "it was not built"
        if client.name == "python_aiohttp":
            found = subprocess.run([command[0], "-c", "import aiohttp"], capture_output=True)
            if found.returncode != 0:
                return "Python's aiohttp is not installed"
        return None

    def run(self, workload, client):
        """What the client reports, with the share of resumed TLS sessions."""
        count = self.mode.count(workload, client)
        before = self.servers.resumed()
        output = self.execute([], workload, client, count, self.mode.seconds)
        result = json.loads(output.stdout)
        if result["errors"] or result["requests"] != count:
            raise Failed(f"{result['errors']} errors: {result['note']}")
        if workload.server == "tls_resumed":
            after = self.servers.resumed()
            result["resumed"] = (after[1] - before[1]) / max(1, after[0] - before[0])
        return result

    def count(self, workload, client):
        """Instructions, allocations and system calls a request, free of what happens once."""
        few, many = workload.counted
        counts = {}
        for what, prefix, pattern in COUNTERS:
            if shutil.which(prefix[0]) is not None:
                found = []
                for count in (few, many):
                    said = self.execute(prefix, workload, client, count, COUNTING_SECONDS).stderr
                    number = re.search(pattern, said, re.MULTILINE).group(1)
                    found.append(int(number.replace(",", "")))
                counts[what] = (found[1] - found[0]) / (many - few)
        return counts

    def command(self, workload, client, count):
        command = [
            *client.command(self.programs, self.sources),
            workload.work,
            self.servers.url(workload),
            str(count),
            str(self.mode.concurrency(workload)),
            "--length",
            str(self.mode.length(workload)),
            "--cookies",
            str(self.mode.cookies(workload)),
        ]
        if workload.server.startswith("tls"):
            command += ["--ca", str(self.servers.ca_file)]
        return command

    def execute(self, prefix, workload, client, count, seconds):
        command = [*prefix, *self.command(workload, client, count)]
        environment = dict(os.environ, GOMAXPROCS="1")
        try:
            output = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=seconds,
                env=environment,
                preexec_fn=servers.child(self.cpu),
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {seconds} seconds") from None
        if output.returncode == 3 and '"unsupported"' in output.stdout:
            raise Unsupported
        if output.returncode != 0:
            raise Failed(reason(output))
        return output


def reason(output):
    """What a client that failed said last."""
    try:
        result = json.loads(output.stdout)
        return f"{result['errors']} errors: {result['note']}"
    except (ValueError, KeyError):
        said = (output.stderr or output.stdout).strip().splitlines()
        return f"exit code {output.returncode}: {said[-1] if said else 'no output'}"
