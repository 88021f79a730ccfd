"""Draws the charts of the benchmarks: `python docs/pictures.py` writes them to `docs/pictures/`.

The charts take the light or dark colours of the page that shows them.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WIDTH, LEFT, BAR, LONGEST = 700, 110, 440, 2.0

STYLE = """
svg { color: #1f2328; background: #ffffff; }
@media (prefers-color-scheme: dark) { svg { color: #e6e6e6; background: #131416; } }
text { fill: currentColor; font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
.title { font-weight: 600; }
.label, .value { font-size: 12px; }
.value { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
@media (prefers-color-scheme: dark) { .value { stroke: #131416; } }
.label { text-anchor: end; }
.bar { fill: #2a9aa2; }
.other { fill: #2a9aa2; fill-opacity: 0.35; }
.line { fill: none; stroke: #2a9aa2; stroke-width: 2; }
.other-line { fill: none; stroke: currentColor; stroke-opacity: 0.5; stroke-width: 1.3; }
.axis { fill: none; stroke: currentColor; stroke-opacity: 0.3; }
.one { fill: none; stroke: currentColor; stroke-opacity: 0.55; stroke-dasharray: 4 3; }
""".strip()


def chart(
    title: str, groups: Mapping[str, Mapping[str, float | None]], note: str
) -> str:
    """Draw a group of bars for each measure: ratios to boto3, by library or by Python."""
    lines = [f'<text x="20" y="24" class="title">{escape(title)}</text>']
    one, y = LEFT + BAR / LONGEST, 40
    for measure, ratios in groups.items():
        y += 26
        lines.append(f'<text x="20" y="{y}">{escape(measure)}</text>')
        bottom = y + 18 * len(ratios) + 5
        lines.append(f'<path d="M{one:g} {y + 4}V{bottom}" class="one"/>')
        for name, ratio in ratios.items():
            y += 18
            length = BAR * min(ratio or 0, LONGEST) / LONGEST
            kind = "bar" if name.startswith(("ecr_typed", "Python")) else "other"
            lines += [
                f'<text x="{LEFT - 8}" y="{y}" class="label">{escape(name)}</text>',
                f'<rect x="{LEFT}" y="{y - 10}" width="{length:g}" height="12" class="{kind}"/>',
                f'<text x="{LEFT + length + 8:g}" y="{y}" class="value">{value(ratio)}</text>',
            ]
    for line in textwrap.wrap(note, 100, break_on_hyphens=False):
        y += 18
        lines.append(
            f'<text x="20" y="{y + 12}" class="value">{escape(line)}</text>'
        )
    spoken = "; ".join(
        f"{measure}: {', '.join(f'{name} {value(ratio)}' for name, ratio in ratios.items())}"
        for measure, ratios in groups.items()
    )
    return document(title, spoken, lines, y + 26)


def document(title: str, spoken: str, lines: Sequence[str], height: float) -> str:
    """Write the file; `spoken` is for those who don't see it."""
    size = f'width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(spoken)}</desc>",
        f"<style>{STYLE}</style>",
    ]
    return "\n".join([*head, *lines, "</svg>", ""])


def over_time(results: Any) -> str:
    """Draw how many calls succeeded in each second, and how many the service let through."""
    title = "Calls that succeed in each second, when the limit changes"
    left, top, height = 50, 40, 200
    runs: dict[str, list[int]] = {
        name: results["courses"][name]["succeeded"]
        for name in ("ecr_typed", "boto3, adaptive mode")
    }
    seconds = max(len(counts) for counts in runs.values())
    most = 50 * math.ceil(max(max(counts) for counts in runs.values()) / 50)

    def x(second: float) -> float:
        return left + (WIDTH - left - 20) * second / seconds

    def y(calls: float) -> float:
        return top + height * (1 - calls / most)

    lines = [f'<text x="20" y="24" class="title">{escape(title)}</text>']
    for calls in range(0, most + 1, 100):
        lines += [
            f'<path d="M{left} {y(calls):g}H{WIDTH - 20}" class="axis"/>',
            f'<text x="{left - 8}" y="{y(calls) + 4:g}" class="label">{calls}</text>',
        ]
    bottom = top + height
    for second in range(0, seconds + 1, 10):
        lines.append(
            f'<text x="{x(second) + 8:g}" y="{bottom + 18}" class="label">{second} s</text>'
        )
    began, limit_path = 0.0, ""
    for limit in results["limits"]:
        ends = began + limit["seconds"]
        command = "L" if limit_path else "M"
        limit_path += (
            f"{command}{x(began):g} {y(limit['per_second']):g}H{x(ends):g}"
        )
        began = ends
    lines.append(f'<path d="{limit_path}" class="one"/>')
    for number, (name, counts) in enumerate(runs.items()):
        kind = "line" if name == "ecr_typed" else "other-line"
        points = " ".join(
            f"{x(second + 0.5):g},{y(calls):g}"
            for second, calls in enumerate(counts)
        )
        lines.append(f'<polyline points="{points}" class="{kind}"/>')
        at = 60 + 150 * number
        lines += [
            f'<path d="M{at} {bottom + 40}h24" class="{kind}"/>',
            f'<text x="{at + 32}" y="{bottom + 44}" class="value">{escape(name)}</text>',
        ]
    at = 60 + 150 * len(runs) + 40
    lines += [
        f'<path d="M{at} {bottom + 40}h24" class="one"/>',
        f'<text x="{at + 32}" y="{bottom + 44}" class="value">what the service lets through</text>',
    ]
    limits = ", ".join(
        f"{limit['per_second']:g} a second for {limit['seconds']:g} seconds"
        for limit in results["limits"]
    )
    spoken = "; ".join(
        f"{name}: {', '.join(map(str, c))}" for name, c in runs.items()
    )
    return document(title, f"The limit: {limits}. {spoken}", lines, bottom + 60)


def by_repositories(results: Any) -> str:
    """Draw time and memory of a long listing, one beside the other."""
    moments: dict[str, list[list[float]]] = results["moments"]
    title = "A million repositories, one page after the other"
    lines = [f'<text x="20" y="24" class="title">{escape(title)}</text>']
    panels = (("CPU time", "s", 1, 5), ("Memory of the process", "MB", 2, 20))
    for number, (name, unit, column, step) in enumerate(panels):
        series = {
            client: [(moment[0], moment[column]) for moment in taken]
            for client, taken in moments.items()
        }
        lines += panel(60 + 340 * number, name, unit, series, step)
    for number, client in enumerate(moments):
        kind = "line" if client == "ecr_typed" else "other-line"
        at = 60 + 150 * number
        lines += [
            f'<path d="M{at} 296h24" class="{kind}"/>',
            f'<text x="{at + 32}" y="300" class="value">{escape(client)}</text>',
        ]
    spoken = "; ".join(
        f"{client}: {taken[-1][0]:,} repositories in {taken[-1][1]:.1f} s of CPU time, "
        f"{taken[0][2]:.0f} MB after the first {taken[0][0]:,} and {taken[-1][2]:.0f} MB at the end"
        for client, taken in moments.items()
    )
    return document(title, spoken, lines, 320)


def panel(
    left: float,
    name: str,
    unit: str,
    series: Mapping[str, Sequence[tuple[float, float]]],
    step: int,
) -> Iterator[str]:
    """Draw lines over the number of repositories, with a grid line at each step of the unit."""
    top, width, height = 64, 260, 190
    farthest = max(at for points in series.values() for at, _ in points)
    highest = max(amount for points in series.values() for _, amount in points)
    most = step * math.ceil(highest / step)

    def x(repositories: float) -> float:
        return left + width * repositories / farthest

    def y(amount: float) -> float:
        return top + height * (1 - amount / most)

    yield f'<text x="{left}" y="{top - 14}">{escape(name)}</text>'
    for amount in range(0, most + 1, step):
        yield f'<path d="M{left:g} {y(amount):g}H{left + width:g}" class="axis"/>'
        yield f'<text x="{left - 8:g}" y="{y(amount) + 4:g}" class="label">{amount} {unit}</text>'
    for share in (0.5, 1):
        text = f"{share * farthest:,.0f}"
        yield f'<text x="{x(share * farthest):g}" y="{top + height + 18}" class="label">{text}</text>'
    for client, points in series.items():
        kind = "line" if client == "ecr_typed" else "other-line"
        path = " ".join(f"{x(at):g},{y(amount):g}" for at, amount in points)
        yield f'<polyline points="{path}" class="{kind}"/>'


def value(ratio: float | None) -> str:
    """Write a ratio; a library that has no such call has a dash."""
    if ratio is None:
        return "-"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def is_compared_with_boto3(name: str) -> bool:
    """Return whether a measure is a ratio to boto3, or to its stubs."""
    others = ("to a call without", "to ThreadPoolExecutor.map")
    return name.startswith(("CPU,", "memory,", "wall time,")) and not any(
        other in name for other in others
    )


def by_python(bench: Any) -> dict[str, dict[str, float]]:
    """Return what was compared with boto3: each measure on each Python."""
    runs = {
        f"Python {python}": {
            m["name"]: m["value"]
            for m in run["measures"]
            if is_compared_with_boto3(m["name"])
        }
        for python, run in bench.items()
    }
    names = next(iter(runs.values()))
    return {
        name: {python: found[name] for python, found in runs.items()}
        for name in names
    }


def by_library(bench: Any, peers: Any) -> dict[str, dict[str, float | None]]:
    """Return the measures of all libraries; what ecr_typed takes is in the bench, and only there."""
    python = ".".join(peers["conditions"]["python"].split(".")[:2])
    ours = {m["name"]: m["value"] for m in bench[python]["measures"]}
    return {
        m["name"]: {"ecr_typed": ours[m["name"]], **m["ratios"]}
        for m in peers["measures"]
    }


def noted(conditions: Any) -> str:
    """Write the conditions under which something was measured."""
    versions = ", ".join(
        f"{name} {version}" for name, version in conditions["versions"].items()
    )
    load = conditions["load"]
    return (
        f"Python {conditions['python']}, {versions}; {conditions['system']}, "
        f"{conditions['cores']} cores"
        + (f", load {load}" if load is not None else "")
    )


def pictures() -> dict[str, str]:
    """Return all charts by their file names."""
    bench = json.loads((HERE / "bench.json").read_text("utf-8"))
    pace = json.loads((HERE / "pace.json").read_text("utf-8"))
    peers = json.loads((HERE / "peers.json").read_text("utf-8"))
    streaming = json.loads((HERE / "streaming.json").read_text("utf-8"))
    title = "Ratio to boto3 (dashed line: boto3 = 1); shorter is better"
    return {
        "bench.svg": chart(
            title,
            by_python(bench),
            "Measured with "
            + ". ".join(noted(run["conditions"]) for run in bench.values()),
        ),
        "peers.svg": chart(
            title,
            by_library(bench, peers),
            f"Bars longer than {LONGEST:g} are cut. Measured with {noted(peers['conditions'])}",
        ),
        "streaming.svg": by_repositories(streaming),
        "throttling.svg": over_time(pace),
    }


if __name__ == "__main__":
    for name, svg in pictures().items():
        (HERE / "pictures" / name).write_text(svg, "utf-8")
