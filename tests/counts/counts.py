#!/usr/bin/env python3
"""Guards what a request costs: instructions and allocations, compared with record.txt.

Usage: counts.py PROGRAM [--update | --self-test]; counts.py --skip REASON
PROGRAM is the optimized one of this folder. Fails when a figure is more than 5 % above the record.
What has become better, or is new on purpose, goes into the record with --update.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

RECORD = pathlib.Path(__file__).resolve().parent / "record.txt"
TOLERANCE = 0.05
SKIPPED = 77
KINDS = ("instructions", "allocations", "bytes", "held")
HEADING = """\
# What a request costs: instructions in user space, allocations, the bytes they asked for, and the
# most bytes held at once for a request under way.
# Written by scripts/counts.sh --update; CONTRIBUTING.md says when.
"""

# The same instructions on every processor: the C library and OpenSSL choose between several
# versions of a function by what the processor can do. OpenSSL gets SSE2, SSSE3, AES and PCLMUL,
# the C library what every x86-64 has.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps="
    + ",".join(
        "-" + feature
        for feature in (
            "AVX512F,AVX512VL,AVX512BW,AVX2,AVX,AVX_Fast_Unaligned_Load,BMI1,BMI2,ERMS,FSRM,FMA,"
            "FMA4,LZCNT,MOVBE,POPCNT,RTM,SSE3,SSSE3,SSE4_1,SSE4_2,XSAVE,XSAVEC,"
            "Fast_Unaligned_Copy,Slow_BSF"
        ).split(",")
    ),
    "OPENSSL_ia32cap": "0x0200020307808111:0",
}
CALLGRIND = [
    "valgrind",
    "--tool=callgrind",
    "--callgrind-out-file=/dev/null",
    "--collect-atstart=no",
]


def run(command):
    """What it printed, and what it said beside."""
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=240)
    if done.returncode != 0:
        sys.exit(f"counts: {command[-1]}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout, done.stderr


def count(program, case, *options):
    """A request's figures: allocations as the program counts them, instructions as valgrind does."""
    figures = json.loads(run([program, case, *options])[0])
    said = run([*CALLGRIND, program, case, *options])[1]
    collected = int(re.search(r"Collected *: *(\d+)", said).group(1))
    figures["instructions"] = round(collected / figures.pop("requests"))
    return figures


def count_all(program, cases):
    with concurrent.futures.ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
        return dict(zip(cases, pool.map(lambda case: count(program, case), cases)))


def compare(record, counted):
    """What has become worse, and what better, by more than is tolerated."""
    worse, better = [], []
    for case in sorted(record.keys() | counted.keys()):
        if case not in record or case not in counted:
            worse.append(f"{case}: only {'in the record' if case in record else 'in the program'}")
            continue
        for kind in KINDS:
            was, now = record[case][kind], counted[case][kind]
            rise = f"{(now / was - 1) * 100:+.1f} %" if was else "from nothing"
            text = f"{case}: {kind} {shown(was)} -> {shown(now)} ({rise})"
            if now > was * (1 + TOLERANCE):
                worse.append(text)
            elif now < was * (1 - TOLERANCE):
                better.append(text)
    return worse, better


def shown(figure):
    """Allocations to the hundredth, the rest whole."""
    return f"{figure:.2f}".removesuffix(".00") if figure < 1000 else f"{figure:.0f}"


def write(platform, counted):
    width = max(map(len, counted))
    lines = [f"{platform}\n", f"{'case'.ljust(width)} {' '.join(k.rjust(12) for k in KINDS)}\n"]
    for case, figures in sorted(counted.items()):
        lines.append(f"{case.ljust(width)} {' '.join(shown(figures[k]).rjust(12) for k in KINDS)}\n")
    return HEADING + "".join(lines)


def read(text):
    """The platform and the figures."""
    platform, _, *rows = [line for line in text.splitlines() if not line.startswith("#")]
    split = [row.split() for row in rows]
    return platform, {row[0]: dict(zip(KINDS, map(float, row[1:]))) for row in split}


def self_test(program):
    """Work that is added must be noticed, and nothing else; the same program counts the same."""
    plain, again = (count(program, "get") for _ in range(2))
    assert plain == again, f"counted {plain} and {again} for the same"
    wasteful = count(program, "get", "--waste")
    worse, better = compare({"get": plain}, {"get": wasteful})
    kinds = {"instructions", "allocations", "bytes"}  # and perhaps held
    assert kinds <= {text.split()[1] for text in worse} and not better, (worse, better)
    worse, better = compare({"get": wasteful}, {"get": plain})
    assert kinds <= {text.split()[1] for text in better} and not worse, (worse, better)
    assert compare({"get": plain}, {}) != ([], []) and compare({}, {"get": plain}) != ([], [])
    assert read(write("platform: x", {"get": plain})) == ("platform: x", {"get": plain})
    print(f"ok: {plain}, with --waste {wasteful}")
    return 0


def skip(why):
    print(f"SKIPPED: nothing is counted: {why}")
    return SKIPPED


def main():
    program, *options = sys.argv[1:]
    if program == "--skip":
        return skip(options[0])
    if shutil.which("valgrind") is None:
        return skip("valgrind is not installed")
    if options == ["--self-test"]:
        return self_test(program)
    platform, *cases = run([program, "--list"])[0].splitlines()
    if options == ["--update"]:
        RECORD.write_text(write(platform, count_all(program, cases)))
        print(RECORD.read_text(), end="")
        return 0
    recorded, record = read(RECORD.read_text())
    if recorded != platform:
        return skip(f"this is {platform}, the record was made with {recorded}")
    counted = count_all(program, cases)
    print(write(platform, counted), end="")
    worse, better = compare(record, counted)
    for text in better:
        print(f"NOTICE: better than recorded: {text}; scripts/counts.sh --update keeps it so")
    for text in worse:
        print(f"WORSE: {text}")
    if worse:
        print("If that is meant: scripts/counts.sh --update, and say why in the commit.")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
