"""The picture for the README, as SVG: a small bar chart a workload, for light and dark pages."""

from xml.sax.saxutils import escape

from .report import duration, machine_line
from .workloads import CLIENTS, OURS

# What a reader of the README sees, by name: the chart's title. All workloads are in the tables.
PLOTTED = {
    "W1 C=64": "GET 1 KiB, 64 at a time",
    "W2 C=64": "GET 1 KiB over TLS, 64 at a time",
    "W4 plain": "GET, a new connection",
    "W4 TLS resumed": "GET, a new resumed TLS connection",
    "W3 plain": "Download of 1 GiB",
    "W3 TLS": "Download of 1 GiB over TLS",
    "W5": "POST of JSON, the reply parsed",
    "W9": "GET of gzip, decoded to 100 KiB",
    "W6": "10 000 requests in flight",
}
MEMORY = {"W6"}  # of these not the CPU but the memory is of interest

WIDTH, COLUMNS, MARGIN, BAR, GAP = 1000, 3, 24, 14, 5
LABEL, VALUE, TITLE, ROW_GAP = 98, 62, 44, 22

STYLE = """
text{font:12px system-ui,sans-serif;fill:#24292f}
.head{font-size:17px;font-weight:600}.title{font-weight:600}.note{font-size:11px;fill:#57606a}
.label{text-anchor:end}.bold{font-weight:600}
.page{fill:#ffffff}.ours{fill:#1a7f37}.peer{fill:#8c959f}.limit{fill:#d0d7de}
.cut{stroke:#ffffff;stroke-width:4}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.note{fill:#9198a1}
.page{fill:#0d1117}.ours{fill:#3fb950}.peer{fill:#6e7681}.limit{fill:#30363d}
.cut{stroke:#0d1117}
}
"""


def text(x, y, words, kind=""):
    of = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y}"{of}>{escape(words)}</text>'


def bar_chart(results, workload, x, y, width):
    """One workload: a bar a client, the shortest first; and its height."""
    name = workload.name
    what, unit = ("rss", "MiB, at most") if name in MEMORY else ("cpu", "CPU a request")
    show = (lambda value: f"{value:.1f} MiB") if name in MEMORY else duration
    bars = [
        (results.median(name, client.name, what), client)
        for client in CLIENTS
        if results.ran(name, client.name)
    ]
    bars.sort(key=lambda bar: bar[0])
    values = [value for value, _ in bars]
    # One that is far behind all others must not make them too small to be seen.
    most = min(values[-1], 1.5 * values[-2]) if len(values) > 1 else values[-1]
    parts = [
        text(x, y + 12, PLOTTED.get(name, workload.title), "title"),
        text(x, y + 28, f"{unit} · {name}", "note"),
    ]
    room = width - LABEL - VALUE
    for i, (value, client) in enumerate(bars):
        top = y + TITLE - 6 + i * (BAR + GAP)
        kind = "ours" if client.name == OURS else "limit" if client.limit else "peer"
        bold = " bold" if client.name == OURS else ""
        length = max(1.0, room * min(1.0, value / max(most, 1e-12)))
        middle = top + BAR - 3
        parts += [
            text(x + LABEL - 8, middle, client.label.strip("*"), "label" + bold),
            f'<rect x="{x + LABEL}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2" '
            f'class="{kind}"/>',
            text(x + LABEL + length + 6, middle, show(value), bold.strip()),
        ]
        if value > most:
            cut = x + LABEL + length - 20
            parts.append(f'<path d="M{cut:.1f} {top + BAR + 2}l6 -{BAR + 4}" class="cut"/>')
    return parts, TITLE + len(bars) * (BAR + GAP) + ROW_GAP


def legend(y):
    parts, x = [], MARGIN
    for kind, words in (
        ("ours", "this library"),
        ("peer", "other clients"),
        ("limit", "bare loops: the system calls and no client"),
    ):
        parts.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" rx="2" class="{kind}"/>')
        parts.append(text(x + 18, y, words))
        x += 40 + 7 * len(words)
    return parts


def svg(results, workloads):
    """The charts of the workloads that were measured, side by side."""
    width = (WIDTH - MARGIN * (COLUMNS + 1)) / COLUMNS
    shown = [w for w in workloads if any(results.ran(w.name, client.name) for client in CLIENTS)]
    order = list(PLOTTED)
    plotted = sorted((w for w in shown if w.name in order), key=lambda w: order.index(w.name))
    shown = plotted or shown
    body, bottom = [], 100
    for row in range(0, len(shown), COLUMNS):
        heights = []
        for column, workload in enumerate(shown[row : row + COLUMNS]):
            x = MARGIN + column * (width + MARGIN)
            parts, height = bar_chart(results, workload, round(x), bottom, width)
            body += parts
            heights.append(height)
        bottom += max(heights)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom}" '
            f'width="{WIDTH}" height="{bottom}" role="img">',
            "<title>What a request costs the client: shorter is better</title>",
            f"<style>{STYLE}</style>",
            '<rect width="100%" height="100%" rx="6" class="page"/>',
            text(MARGIN, 32, "What a request costs the client: shorter is better", "head"),
            text(MARGIN, 50, machine_line(results), "note"),
            *legend(76),
            *body,
            "</svg>",
            "",
        ]
    )
