"""Measures the libraries that one might use instead, each against boto3: `nox -s bench-peers`.

aiobotocore pins a botocore that is older than ours, so each library has an environment of its own,
and in it the newest boto3 that goes with it: each ratio is to boto3 in the same process, and is made
by none but one botocore. What ecr_typed takes is measured once, by `nox -s bench`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.conditions import conditions, described
from bench.inventory import LATENCY, PAGES
from bench.peers.checkers import checkers
from bench.peers.environment import environment
from bench.peers.programs import CHECKED
from bench.service import service


def _measure(name: str, python: str, url: str, *, kind: str) -> Any:
    command = [python, "-W", "ignore", "-m", "bench.peers.measure", name, kind]
    return json.loads(subprocess.check_output(command, text=True, env=environment(url)))


def _pair(text: str) -> tuple[str, str]:
    name, _, python = text.partition("=")
    if name not in CHECKED or not python:
        raise argparse.ArgumentTypeError(f"one of {', '.join(CHECKED)}, and =PYTHON, not {text!r}")
    return name, python


def main() -> None:
    """Measure each library in its environment, then the checkers, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument(
        *("--peer", "-p"), type=_pair, action="append", metavar="NAME=PYTHON", dest="peers"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all of it there, too")
    options = parser.parse_args()
    if not options.peers:
        parser.error("name at least one --peer")
    pythons: dict[str, str] = dict(options.peers)
    began = conditions("mypy", "pyright", "mypy-boto3-ecr")
    print(", ".join(f"{name} {value}" for name, value in described(began)))
    values: dict[str, dict[str, float | None]] = {}
    versions: dict[str, dict[str, str]] = {}
    with service() as quick, service(latency=LATENCY, pages=PAGES) as late:
        for name, python in pythons.items():
            found = _measure(name, python, quick, kind="calls")
            versions[name] = found["versions"]
            values[name] = found["values"]
            values[name] |= _measure(name, python, late, kind="inventory")["values"]
            print(f"{name}, measured with", ", ".join(map(" ".join, versions[name].items())))
    for title, ratios in checkers(pythons).items():
        for name in pythons:
            values[name][title] = ratios[name]
    measures = {
        title: {name: values[name][title] for name in pythons}
        for title in next(iter(values.values()))
    }
    _print_table(measures, list(pythons))
    if options.json:
        result = {
            "conditions": began,
            "versions": versions,
            "measures": [{"name": title, "ratios": row} for title, row in measures.items()],
        }
        options.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


def _print_table(measures: Mapping[str, Mapping[str, float | None]], names: list[str]) -> None:
    width = max(map(len, measures))
    print(f"{'Ratios to boto3':{width}}", *(f"{name:>12}" for name in names))
    for title, ratios in measures.items():
        values = ["-" if (r := ratios[name]) is None else f"{r:.3g}" for name in names]
        print(f"{title:{width}}", *(f"{value:>12}" for value in values))


if __name__ == "__main__":
    main()
