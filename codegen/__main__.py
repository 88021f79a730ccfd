"""The generator's commands: see `python -m codegen --help`."""

from __future__ import annotations

import argparse
import sys

from codegen.agreement import disagreements
from codegen.decisions import CURATION, CurationError, load_decisions
from codegen.output import differences, write
from codegen.reference import REFERENCE, render_reference
from codegen.render import render
from codegen.source import load_service

_PINNED = CURATION / "botocore-version.txt"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        "--check", action="store_true", help="fail if the generated files are not up to date"
    )
    modes.add_argument(
        "--news",
        action="store_true",
        help="tell what the installed botocore has that the curation has not",
    )
    options = parser.parse_args(arguments)
    try:
        return _news() if options.news else _generate(is_check=options.check)
    except CurationError as error:
        print(error, file=sys.stderr)
        return 1


def pinned_version() -> str:
    """Return the version of botocore that the package is generated from."""
    return _PINNED.read_text("utf-8").strip()


def _news() -> int:
    service = load_service()
    found = disagreements(service, load_decisions())
    print(f"botocore {service.botocore_version}, generated from {pinned_version()}")
    print("\n".join(found) or "nothing new")
    return 0


def _generate(*, is_check: bool) -> int:
    service, pinned = load_service(), pinned_version()
    if service.botocore_version != pinned:
        problem = (
            f"botocore {service.botocore_version} is installed, and the package is generated "
            f"from {pinned}: install that, or write the new version in {_PINNED.name}"
        )
        raise CurationError([problem])
    decisions = load_decisions()
    files, pages = render(service, decisions), render_reference(service, decisions)
    changed = differences(files) + differences(pages, package=REFERENCE)
    if is_check:
        print("\n".join(changed) or f"{len(files) + len(pages)} files are up to date")
        return 1 if changed else 0
    write(files)
    write(pages, package=REFERENCE)
    print("\n".join(changed) or "nothing changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
