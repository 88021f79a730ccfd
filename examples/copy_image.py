"""Copy an image to another region: `python examples/copy_image.py team/app v1 eu-west-1 --yes`."""

from __future__ import annotations

import argparse

from ecr_typed import EcrClient
from ecr_typed.jobs import copy_image, progress_bar, raise_failures


def main() -> None:
    """Copy what the command line names, or show what would be copied."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("image", help="a tag or a digest")
    parser.add_argument("region", help="the region to copy to")
    parser.add_argument("--yes", action="store_true", help="copy; default: only show what would be")
    options = parser.parse_args()
    name, is_plan = options.repository, not options.yes
    bar = progress_bar("Copying")
    with EcrClient() as source, EcrClient(region_name=options.region) as target:
        report = copy_image(
            source, name, options.image, target, name, dry_run=is_plan, on_progress=bar
        )
    print(report)
    raise_failures(report.outcomes)


if __name__ == "__main__":
    main()
