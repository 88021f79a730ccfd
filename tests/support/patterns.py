"""Matches texts that are meant to hang against each pattern; run in a process that can be killed."""

from __future__ import annotations

import re

from ecr_typed._conversion.shapes import String
from ecr_typed._wire import _scalars

PIECES = [
    "a",
    "0",
    "A",
    ".",
    "_",
    "-",
    "/",
    ":",
    "*",
    "a-",
    "a_",
    "a__",
    "a/",
    "a.",
    "a-b/",
    "aa0",
    " ",
]
BEGINNINGS = ["", "a", "arn:aws:kms:", "arn:aws:iam::123456789012:role/", "ecr-pullthroughcache/"]
ENDS = ["", "!", "\n", "-", "/", "Ω"]
LENGTHS = [20, 40, 256, 4096]


def patterns() -> dict[str, str]:
    """The patterns of the package, by their shapes' names."""
    return {
        name: shape.pattern
        for name, shape in vars(_scalars).items()
        if isinstance(shape, String) and shape.pattern is not None
    }


def main() -> None:
    """Match them all, and name each pattern before and after."""
    for name, pattern in patterns().items():
        print("begins", name, flush=True)
        compiled = re.compile(pattern)
        for beginning in BEGINNINGS:
            for piece in PIECES:
                for length in LENGTHS:
                    for end in ENDS:
                        compiled.fullmatch(beginning + piece * (length // len(piece)) + end)
    print("done", flush=True)


if __name__ == "__main__":
    main()
