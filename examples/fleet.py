"""Count the images of all repositories in some regions: `python examples/fleet.py us-east-1`."""

from __future__ import annotations

import csv
import sys

from ecr_typed import EcrClient, Repository, to_row
from ecr_typed.jobs import each_repository, progress_bar, registries


def count_images(ecr: EcrClient, repository: Repository) -> int:
    """Return the number of images in a repository."""
    return len(ecr.list_images(repository.repository_name).to_list())


def main() -> int:
    """Write a table to standard output; the status is 1 if something is missing in it."""
    fleet = registries(regions=sys.argv[1:])
    writer = csv.DictWriter(sys.stdout, ["registry", "item", "status", "value", "error"])
    writer.writeheader()
    is_complete = True
    for outcome in each_repository(count_images, fleet, on_progress=progress_bar("Counting")):
        writer.writerow(to_row(outcome))
        is_complete = is_complete and outcome.error is None
    return 0 if is_complete else 1


if __name__ == "__main__":
    sys.exit(main())
