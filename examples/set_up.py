"""Create repositories or change their settings: `python examples/set_up.py team/app team/web --apply`."""

from __future__ import annotations

import sys

from ecr_typed import EcrClient, ImageScanningConfiguration, ImageTagMutability, Repository
from ecr_typed.documents import LifecyclePolicy, LifecycleRule
from ecr_typed.jobs import Ensured, RepositorySettings, each, ensure_repository, progress_bar

names = [name for name in sys.argv[1:] if name != "--apply"]
dry = "--apply" not in sys.argv
settings = RepositorySettings(
    image_tag_mutability=ImageTagMutability.IMMUTABLE,
    image_scanning_configuration=ImageScanningConfiguration(scan_on_push=True),
    lifecycle_policy=LifecyclePolicy([LifecycleRule.expire_untagged(days=14)]),
)


def set_up(name: str) -> Ensured[Repository]:
    """Create a repository, or change the settings that differ."""
    return ensure_repository(ecr, name, settings, dry_run=dry)


with EcrClient() as ecr:
    for outcome in each(set_up, names, on_progress=progress_bar("Setting up")):
        done = outcome.value
        print(outcome if done is None else (outcome.item, str(done.status), *done.differences))
