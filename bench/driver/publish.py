"""Puts the results into the documentation: tables, picture, and the figures of the README."""

import re

from . import plot, report
from .workloads import CLIENTS, OURS

# What the README says in words: the workload, and what is done there.
FIGURES = [
    ("W1 C=64", "cpu", "A GET of 1 KiB, 64 at a time"),
    ("W2 C=64", "cpu", "The same over TLS"),
    ("W5", "cpu", "A POST of JSON, the reply parsed"),
    ("W6", "rss", "10 000 requests in flight"),
]
IN_README = ("curl", "beast", "net_http", "python_aiohttp", "asio")


def label(client):
    return client.label.strip("*").replace("bare", "a bare")


def figure(results, workload, what, words):
    """One line of the README: ours, and the others."""
    unit = "MiB" if what == "rss" else "µs of CPU"
    shown = {}
    for client in CLIENTS:
        if client.name in (OURS, *IN_README) and results.ran(workload, client.name):
            value = results.median(workload, client.name, what)
            shown[client] = f"{value if what == 'rss' else value * 1e6:.3g}"
    ours = next((text for client, text in shown.items() if client.name == OURS), None)
    if ours is None:
        return []
    others = [f"{label(client)} {text}" for client, text in shown.items() if client.name != OURS]
    return [f"- {words}: **{ours} {unit}**; {', '.join(others)}"]


def counted(results):
    workload = "W1 C=1"
    ours = results.counts.get((workload, OURS), {})
    if not {"instructions", "allocations"} <= ours.keys():
        return []
    others = []
    for client in CLIENTS:
        found = results.counts.get((workload, client.name), {})
        if client.name in IN_README and {"instructions", "allocations"} <= found.keys():
            numbers = f"{report.number(found['instructions'])} and {found['allocations']:.0f}"
            others.append(f"{label(client)} {numbers}")
    return [
        f"- Instructions and allocations for a GET: **{report.number(ours['instructions'])} and "
        f"{ours['allocations']:.0f}**; {', '.join(others)}"
    ]


def readme(results):
    lines = [line for item in FIGURES for line in figure(results, *item)]
    lines += counted(results)
    if "mean little" in results.heading:
        lines.append("\nThese are of a quick run and mean little.")
    return "\n".join(lines)


def replace(path, text):
    """What is between the two markers of a page."""
    page = path.read_text()
    begin, end = "<!-- results: begin -->", "<!-- results: end -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise SystemExit(f"bench: {path} must have {begin} and {end} once")
    before, rest = page.split(begin)
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.split(end)[1]}")


def publish(root, text, results, workloads):
    replace(root / "docs/performance.md", re.sub(r"\n{3,}", "\n\n", text))
    replace(root / "README.md", readme(results))
    (root / "docs/performance.svg").write_text(plot.svg(results, workloads))
