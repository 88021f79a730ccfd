"""Checks the type tests of an earlier state against the package as it is: what held must hold.

Exits with 1 if something that is not accepted broke, with 2 if the reference or an entry is wrong, and
with 3 if there is no earlier state here to compare with.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from tests.typing.checkers import ROOT, CheckerError

from .acceptance import BREAKS, AcceptanceError, acceptances
from .differences import new_differences
from .history import (
    NothingEarlierError,
    Reference,
    UnusableReferenceError,
    check_out,
    default_reference,
)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.typing.earlier", description=__doc__)
    parser.add_argument(
        "--ref", help="what git knows the state as (the latest release, else the commit before)"
    )
    name = parser.parse_args(arguments).ref
    try:
        reference = Reference(name, "as asked for") if name else default_reference(root)
        return _compare(reference, root)
    except NothingEarlierError as error:
        print(f"TYPES NOT COMPARED with an earlier state: {error}", file=sys.stderr)
        return 3
    except (AcceptanceError, CheckerError, UnusableReferenceError) as error:
        print(error, file=sys.stderr)
        return 2


def _compare(reference: Reference, root: Path) -> int:
    print(f"Comparing types with {reference.name}: {reference.reason}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder).resolve()
        check_out(root, reference.name, earlier)
        accepted, spent = acceptances(earlier, root)
        found = new_differences(earlier, root)
    broken = [new for new in found if not any(entry.covers(new) for entry in accepted)]
    unused = [(entry.program, part) for entry in accepted for part in entry.unused(found)]
    for place, group in groupby(broken, attrgetter("place")):
        print(place, *(difference.words for difference in group), sep="\n    ")
    if broken:
        print(f"Take this back or, if it is meant, accept it in {BREAKS}, which says how.")
    for program, part in unused:
        print(f"{BREAKS}: nothing that broke in {program} is about {part!r}: remove it.")
    if spent:
        print(f"{BREAKS}: {reference.name} has {spent} of the entries already: they may go.")
    print(f"{len(broken)} broken, {len(found) - len(broken)} accepted")
    return 1 if broken or unused else 0


if __name__ == "__main__":
    sys.exit(main())
