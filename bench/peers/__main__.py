"""Measures the libraries that one might use instead, each against boto3: `nox -s bench-peers`.

aiobotocore pins a botocore that is older than ours, so each library has an environment of its own,
and in it the newest boto3 that goes with it: each ratio is to boto3 in the same process, and is made
by none but one botocore.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.peers.checkers import checkers
from bench.peers.programs import CHECKED
from bench.peers.server import canned_service


def _measure(name: str, python: str, environment: Mapping[str, str]) -> Any:
    command = [python, "-W", "ignore", "-m", "bench.peers.measure", name]
    return json.loads(subprocess.check_output(command, text=True, env=environment))


def _pair(text: str) -> tuple[str, str]:
    name, _, python = text.partition("=")
    if name not in CHECKED or not python:
        raise argparse.ArgumentTypeError(f"one of {', '.join(CHECKED)}, and =PYTHON, not {text!r}")
    return name, python


def main() -> None:
    """Measure each library in its environment, then the checkers, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument(
        "--peer", type=_pair, action="append", default=[], metavar="NAME=PYTHON", dest="peers"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all of it there, too")
    options = parser.parse_args()
    pythons: dict[str, str] = {"ecr_typed": sys.executable, **dict(options.peers)}
    found: dict[str, Any] = {}
    with canned_service() as environment:
        for name, python in pythons.items():
            found[name] = _measure(name, python, environment)
            versions = ", ".join(f"{k} {v}" for k, v in found[name]["versions"].items())
            print(f"{name}, measured with {versions}\n", flush=True)
    measures: dict[str, dict[str, float | None]] = {
        title: {name: found[name]["values"][title] for name in pythons}
        for title in found["ecr_typed"]["values"]
    }
    for title, ratios in checkers(pythons).items():
        measures[title] = {name: ratios[name] for name in pythons}
    _print_table(measures, list(pythons))
    if options.json:
        result = {
            "python": platform.python_version(),
            "checkers": {name: version(name) for name in ("mypy", "pyright", "mypy-boto3-ecr")},
            "versions": {name: found[name]["versions"] for name in pythons},
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
