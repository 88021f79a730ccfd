"""Draws the pictures: `python docs/pictures.py` writes them to `docs/pictures/`.

They take the colours of the page that they are in, light or dark; on their own, those of the system.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ecr_typed import _errors as errors
from ecr_typed import _service_errors as service_errors
from ecr_typed._calls.retry import delay

HERE = Path(__file__).parent

STYLE = """
svg:root { color: #1f2328; background: #ffffff; }
@media (prefers-color-scheme: dark) { svg:root { color: #e6e6e6; background: #16181c; } }
.pic text { fill: currentColor; font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
.pic .name { font: 600 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.pic .small { font-size: 12px; opacity: 0.75; }
.pic .code { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.pic .tiny { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.pic .middle { text-anchor: middle; }
.pic .end { text-anchor: end; }
.pic .box { fill: currentColor; fill-opacity: 0.05; stroke: currentColor; stroke-opacity: 0.35; }
.pic .own { fill: #2a9aa2; fill-opacity: 0.16; stroke: #2a9aa2; stroke-opacity: 0.9; }
.pic .line { fill: none; stroke: currentColor; stroke-opacity: 0.55; stroke-width: 1.3; }
.pic .faint { fill: none; stroke: currentColor; stroke-opacity: 0.22; }
.pic .dashed { stroke-dasharray: 4 3; }
.pic .head { fill: currentColor; fill-opacity: 0.65; }
.pic .bar { fill: #2a9aa2; fill-opacity: 0.85; }
.pic .wait { fill: #2a9aa2; fill-opacity: 0.28; }
.pic .fails { fill: #c2543a; }
.pic .goes { fill: #2a9aa2; }
""".strip()


class Drawing:
    """The lines of an SVG."""

    def __init__(self, title: str, description: str, width: int) -> None:
        self._title, self._description, self._width = title, description, width
        self._lines: list[str] = []

    def text(self, x: float, y: float, text: str, kind: str = "") -> None:
        """Write at a place; `kind` are classes of the style."""
        self._lines.append(
            f'<text x="{x:g}" y="{y:g}"{_class(kind)}>{escape(text)}</text>'
        )

    def box(
        self, x: float, y: float, width: float, height: float, kind: str = "box"
    ) -> None:
        """Draw a box."""
        radius = 6 if height > 20 else 2
        self._lines.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}"'
            f"{_class(kind)}/>"
        )

    def line(self, path: str, kind: str = "line") -> None:
        """Draw along a path."""
        self._lines.append(f'<path d="{path}"{_class(kind)}/>')

    def arrow(self, x: float, y: float, end: float) -> None:
        """Draw an arrow, downwards or upwards."""
        back = -6 if end > y else 6
        self.line(f"M{x:g} {y:g}V{end + back / 2:g}")
        self.line(f"M{x:g} {end:g}l-4 {back}h8z", "head")

    def dot(self, x: float, y: float, kind: str) -> None:
        """Draw a dot."""
        self._lines.append(f'<circle cx="{x:g}" cy="{y:g}" r="5"{_class(kind)}/>')

    def svg(self, height: int) -> str:
        """Give the whole file."""
        return "\n".join(
            [
                '<svg xmlns="http://www.w3.org/2000/svg" class="pic" role="img"',
                f'viewBox="0 0 {self._width} {height}" width="{self._width}" height="{height}"',
                f'aria-label="{escape(self._description)}">',
                f"<title>{escape(self._title)}</title>",
                f"<style>\n{STYLE}\n</style>",
                *self._lines,
                "</svg>\n",
            ]
        )


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def call() -> str:
    """The way of a call through the modules."""
    drawing = Drawing(
        "The way of a call",
        "A call goes from a method through request, calls, retry and connection to boto3, and its "
        "answer back through conversion to a model.",
        700,
    )
    left, right, width, half, height, step = 20, 360, 660, 320, 46, 68

    def room(x: float, row: int, name: str, words: str, kind: str = "own") -> None:
        y = 10 + row * step
        wide = half if x == right or row in {1, 2} else width
        drawing.box(x, y, wide, height, kind)
        drawing.text(x + wide / 2, y + 19, name, "name middle")
        drawing.text(x + wide / 2, y + 36, words, "small middle")

    room(
        left,
        0,
        "your code",
        "arguments in snake_case, models, an error to catch",
        "box",
    )
    room(left, 1, "operations", "a signature, a docstring, one expression")
    room(left, 2, "request · checks", "what can't be sent is refused here")
    room(right, 1, "models", "frozen, with open enums")
    room(right, 2, "conversion", "JSON fills slots; a misfit says where")
    room(
        left,
        3,
        "calls · pagination",
        "leads the way from here on; follows tokens; tells on_call",
    )
    room(
        left,
        4,
        "retry",
        "attempts, backoff, quota, deadline; settling looks after lost answers",
    )
    room(
        left,
        5,
        "connection · exchange · sockets · translation",
        "the only ones that know botocore",
    )
    room(
        left,
        6,
        "boto3",
        "signs, sends, reads errors; a good answer's body is taken unparsed",
        "box",
    )
    room(left, 7, "Amazon ECR", "over HTTPS", "box")
    for row in range(7):
        end = 10 + row * step + height
        drawing.arrow(left + half / 2, end + 3, end + step - height - 3)
        drawing.arrow(right + half / 2, end + step - height - 3, end + 3)
    return drawing.svg(10 + 7 * step + height + 10)


NOTES = {
    "EcrServiceError": "the service refused or failed",
    "EcrConnectionError": "no answer came",
    "EcrCredentialsError": "no usable credentials",
    "EcrConfigurationError": "no region, no such profile",
    "EcrRequestError": "the arguments can't be sent",
    "EcrResponseError": "the answer does not fit the model",
    "OutcomeUnknownError": "an attempt before may have done it",
    "PaginationError": "the service repeats a token",
    "WaiterError": "what was waited for can't come",
    "ClientClosedError": "the client was closed",
}
"""A few words on each direct heir of `EcrError`."""


def error_tree() -> str:
    """The classes of errors, as they are."""
    drawing = Drawing(
        "The errors",
        "EcrError and its subclasses, with those of EcrServiceError for the codes of the service.",
        700,
    )
    row = 26
    drawing.text(20, 26, "EcrError", "name")
    drawing.text(96, 26, "every error that a call raises", "small")
    direct = [
        cls
        for cls in vars(errors).values()
        if isinstance(cls, type) and errors.EcrError in cls.__bases__
    ]
    # The largest family comes last, with its members below it.
    direct.sort(key=lambda cls: cls is errors.EcrServiceError)
    y = 26
    for cls in direct:
        y += row
        _branch(drawing, 28, y, 26 + 8 if cls is direct[0] else y - row - 4)
        drawing.text(48, y, cls.__name__, "name")
        others = [
            base.__name__ for base in cls.__bases__ if base is not errors.EcrError
        ]
        also = f"; also a {' and '.join(others)}" if others else ""
        drawing.text(225, y, NOTES[cls.__name__] + also, "small")
    names = [
        name
        for name in vars(service_errors)["__all__"]
        if issubclass(getattr(service_errors, name), errors.EcrServiceError)
    ]
    per_column = -(-len(names) // 2)
    line = 18
    top = y + 8
    for index, name in enumerate(names):
        column, place = divmod(index, per_column)
        x, its_y = 56 + column * 324, y + row + place * line
        _branch(drawing, x, its_y, top if place == 0 else its_y - line - 4)
        drawing.text(x + 18, its_y, name, "tiny")
    drawing.line(f"M56 {top}H{56 + 324}", "faint")
    return drawing.svg(int(y + row + per_column * line))


def _branch(drawing: Drawing, x: float, y: float, above: float) -> None:
    drawing.line(f"M{x:g} {above:g}V{y - 4:g}h14", "faint")


def retries() -> str:
    """When attempts follow each other: the longest waits, and the mean ones."""
    drawing = Drawing(
        "When a failed attempt is followed by another",
        "The waits between attempts: transient errors up to 0.05, 0.1, 0.2, 0.4 seconds; throttling "
        "up to 1, 2, 4, 8 seconds.",
        700,
    )
    transient, throttled, asked = (errors.EcrError() for _ in range(3))
    throttled.is_throttling = asked.is_throttling = True
    asked.retry_after = 3.0
    y = 30
    y = _lane(
        drawing,
        y,
        "A transient error: 5xx, a lost connection",
        transient,
        5,
        0.8,
        None,
    )
    y = _lane(drawing, y, "ThrottlingException", throttled, 5, 16, None)
    y = _lane(
        drawing,
        y,
        "The same, and the service asks for 3 s (x-amz-retry-after)",
        asked,
        4,
        16,
        None,
    )
    y = _lane(
        drawing, y, "ThrottlingException, with deadline=6", throttled, 5, 16, 6
    )
    drawing.dot(26, y - 4, "fails")
    drawing.text(38, y, "an attempt that fails", "small")
    drawing.dot(186, y - 4, "goes")
    drawing.text(198, y, "the last one", "small")
    drawing.box(292, y - 11, 26, 14, "wait")
    drawing.text(326, y, "the longest wait", "small")
    return drawing.svg(y + 18)


def _lane(
    drawing: Drawing,
    y: int,
    title: str,
    error: errors.EcrError,
    attempts: int,
    seconds: float,
    deadline: float | None,
) -> int:
    left, width = 26.0, 640.0
    drawing.text(left - 6, y, title)
    base = y + 34
    drawing.line(f"M{left:g} {base}H{left + width:g}", "faint")
    now = 0.0
    for attempt in range(1, attempts + 1):
        x = left + width * now / seconds
        longest = delay(error, attempt, jitter=1)
        is_over_time = deadline is not None and now + longest > deadline
        is_last = attempt == attempts
        if not is_last and not is_over_time:
            length = width * longest / seconds
            drawing.box(x, base - 8, length, 16, "wait")
            if length > 30:
                drawing.text(
                    x + length / 2, base - 13, f"{longest:g} s", "small middle"
                )
        drawing.dot(x, base, "goes" if is_last and deadline is None else "fails")
        if is_over_time:
            drawing.text(x + 10, base - 13, f"{longest:g} s: not begun", "small")
            break
        now += longest
    if deadline is not None:
        x = left + width * deadline / seconds
        drawing.line(f"M{x:g} {base - 24}V{base + 14}", "line dashed")
        drawing.text(x + 6, base - 13, "deadline", "small")
    drawing.text(left - 4, base + 26, "0", "small")
    drawing.text(left + width, base + 26, f"{seconds:g} s", "small end")
    return base + 58


def bench(results: Any) -> str:
    """The measures as bars, boto3 being 1."""
    versions = ", ".join(
        f"{name} {version}" for name, version in results["versions"].items()
    )
    drawing = Drawing(
        "What it costs, against boto3",
        "Ratios to boto3: "
        + "; ".join(f"{n}: {r:.2f}" for n, r in _bars(results["measures"])),
        700,
    )
    left, width, most = 20, 520, 1.3
    drawing.text(left, 24, "Ratio to boto3; shorter is better")
    one, y = left + width / most, 56
    drawing.text(one, 24, "boto3 = 1", "small middle")
    for name, ratio in _bars(results["measures"]):
        drawing.text(left, y, name, "small")
        drawing.box(left, y + 7, width * min(ratio, most) / most, 14, "bar")
        drawing.text(
            left + width * min(ratio, most) / most + 8,
            y + 19,
            f"{ratio:.2f}",
            "code",
        )
        y += 42
    drawing.line(f"M{one:g} 32V{y - 18}", "line dashed")
    drawing.text(left, y + 2, versions, "small")
    return drawing.svg(y + 16)


def _bars(measures: Sequence[Any]) -> Iterator[tuple[str, float]]:
    for measure in measures:
        # The others are not against boto3: that nothing is left behind, what a retry costs.
        if (
            "to a call without" not in measure["name"]
            and "to before" not in measure["name"]
            and not measure["name"].startswith(("objects", "seconds"))
        ):
            yield measure["name"], measure["value"]


def peers(results: Any) -> str:
    """Each measure with a bar for each library, boto3 being 1; in two columns."""
    measures = results["measures"]
    said = (
        f"{measure['name']}: " + ", ".join(f"{n} {_ratio(r)}" for n, r in bars)
        for measure in measures
        if (bars := measure["ratios"].items())
    )
    title = "What each library costs, against boto3"
    drawing = Drawing(title, f"Ratios to boto3. {'; '.join(said)}", 700)
    drawing.text(20, 24, "Ratio to boto3; shorter is better")
    width, most = 170, 2.0
    rows, height = -(-len(measures) // 2), 40 + 17 * len(results["versions"])
    for index, measure in enumerate(measures):
        column, row = divmod(index, rows)
        x, y = 112 + 350 * column, 56 + row * height
        one = x + width / most
        drawing.text(x - 92, y, measure["name"], "small")
        drawing.line(f"M{one:g} {y + 5}V{y + height - 36}", "line dashed")
        if row == 0:
            drawing.text(one, 40, "boto3 = 1", "small middle")
        for name, ratio in measure["ratios"].items():
            y += 17
            length = width * min(ratio or 0, most) / most
            drawing.text(x - 8, y, name, "small end")
            kind = "bar" if name == "ecr_typed" else "wait"
            drawing.box(x, y - 10, length, 12, kind)
            cut = "… " if (ratio or 0) > most else ""
            drawing.text(x + width + 52, y, cut + _ratio(ratio), "code end")
    return drawing.svg(32 + rows * height)


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return "-"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def pictures() -> dict[str, str]:
    """All pictures, by the names of their files."""
    results = json.loads((HERE / "bench.json").read_text("utf-8"))
    return {
        "bench.svg": bench(results),
        "call.svg": call(),
        "error-tree.svg": error_tree(),
        "peers.svg": peers(json.loads((HERE / "peers.json").read_text("utf-8"))),
        "retries.svg": retries(),
    }


if __name__ == "__main__":
    for name, svg in pictures().items():
        (HERE / "pictures" / name).write_text(svg, "utf-8")
