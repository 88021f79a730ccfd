"""Delete images and their children: `python examples/delete.py team/app v1 v2 --delete`."""

from __future__ import annotations

import sys

from ecr_typed import EcrClient
from ecr_typed.jobs import delete_images, progress_bar

name, *images = [one for one in sys.argv[1:] if one != "--delete"]
dry = "--delete" not in sys.argv
with EcrClient() as ecr:
    bar = progress_bar("Deleting")
    for outcome in delete_images(
        ecr, name, images, with_children=True, dry_run=dry, on_progress=bar
    ):
        print(outcome)
