"""Move a tag to the newest release: `python examples/promote.py 'team/*' 'v*' stable --yes`."""

from __future__ import annotations

import sys

from ecr_typed import EcrClient, Repository
from ecr_typed.jobs import each_repository, newest_images, progress_bar, tag_image

select, releases, tag = sys.argv[1:4]
dry = "--yes" not in sys.argv


def promote(ecr: EcrClient, repository: Repository) -> str:
    """Move the tag to the newest release, and return what that did."""
    name = repository.repository_name
    for newest in newest_images(ecr, name, tags=[releases]):
        done = tag_image(ecr, name, newest.image_digest, tag, dry_run=dry)
        return f"{done.status}: {done.previous_digest} -> {done.digest}"
    return "no release"


with EcrClient() as ecr:
    bar = progress_bar("Promoting")
    for outcome in each_repository(promote, ecr, select=select, on_progress=bar):
        print(outcome.item.repository_name, outcome.value or outcome.error)
