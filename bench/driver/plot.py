"""A picture of the CPU a request: one small bar chart a workload, as SVG."""

from xml.sax.saxutils import escape

from .report import duration
from .workloads import CLIENTS, OURS

# What a reader of the README sees; all workloads are in the tables.
PLOTTED = ["W1 C=64", "W2 C=64", "W3 plain", "W3 TLS", "W4 plain", "W4 TLS resumed", "W5", "W9"]

WIDTH, COLUMNS, MARGIN, BAR, GAP = 960, 2, 24, 16, 6
LABEL, VALUE, TITLE = 120, 64, 30


def bar_chart(results, workload, x, y, width):
    """One workload: a bar a client, the shortest first; and its height."""
    name = workload.name
    clients = [client for client in CLIENTS if results.ran(name, client.name)]
    clients.sort(key=lambda client: results.median(name, client.name, "cpu"))
    values = [results.median(name, client.name, "cpu") for client in clients]
    # One that is far behind all others must not make them too small to be seen.
    most = min(values[-1], 2 * values[-2]) if len(values) > 1 else values[-1]
    parts = [
        f'<text x="{x}" y="{y + 14}" class="title">{escape(name)}: {escape(workload.title)}</text>'
    ]
    room = width - LABEL - VALUE
    for i, (client, value) in enumerate(zip(clients, values)):
        top = y + TITLE + i * (BAR + GAP)
        kind = "ours" if client.name == OURS else "limit" if client.limit else "peer"
        label = escape(client.label.strip("*"))
        length = max(1.0, room * min(1.0, value / max(most, 1e-12)))
        middle = top + BAR - 4
        parts += [
            f'<text x="{x + LABEL - 8}" y="{middle}" class="label">{label}</text>',
            f'<rect x="{x + LABEL}" y="{top}" width="{length:.1f}" height="{BAR}" class="{kind}"/>',
            f'<text x="{x + LABEL + length + 6:.1f}" y="{middle}">{duration(value)}</text>',
        ]
        if value > most:
            cut = x + LABEL + length - 24
            parts.append(f'<path d="M{cut:.1f} {top + BAR + 2}l6 -{BAR + 4}" class="cut"/>')
    return parts, TITLE + len(clients) * (BAR + GAP) + 16


def svg(results, workloads):
    """The charts of the workloads that were measured, in two columns."""
    width = (WIDTH - MARGIN * (COLUMNS + 1)) / COLUMNS
    shown = [w for w in workloads if any(results.ran(w.name, client.name) for client in CLIENTS)]
    shown = [w for w in shown if w.name in PLOTTED] or shown
    body, bottom = [], MARGIN + 30
    for row in range(0, len(shown), COLUMNS):
        heights = []
        for column, workload in enumerate(shown[row : row + COLUMNS]):
            x = MARGIN + column * (width + MARGIN)
            parts, height = bar_chart(results, workload, round(x), bottom, width)
            body += parts
            heights.append(height)
        bottom += max(heights)
    style = (
        "text{font:12px sans-serif;fill:#24292f}.title{font-weight:bold}"
        ".label{text-anchor:end}.ours{fill:#1a7f37}.peer{fill:#8c959f}.limit{fill:#d0d7de}"
        ".cut{stroke:#ffffff;stroke-width:4}"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom}" '
            f'width="{WIDTH}" height="{bottom}">',
            f"<style>{style}</style>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="{MARGIN}" y="{MARGIN + 8}" class="title">CPU a request, shorter is better; '
            "pale: the bare loops</text>",
            *body,
            "</svg>",
            "",
        ]
    )
