"""Set a lifecycle policy in a namespace: `python examples/lifecycle_everywhere.py 'team/*'`.

With `--apply` it is set, but where it would expire more than half of the images.
"""

from __future__ import annotations

import sys

from ecr_typed import EcrClient, Repository
from ecr_typed.documents import LifecyclePolicy, LifecycleRule
from ecr_typed.jobs import each_repository, ensure_lifecycle_policy, progress_bar

policy = LifecyclePolicy([LifecycleRule.expire_untagged(days=14), LifecycleRule.keep_newest(100)])


def set_policy(ecr: EcrClient, repository: Repository) -> str:
    """Set the policy where it expires at most half of the images."""
    images = ecr.describe_images(repository.repository_name).to_list()
    expiring = len(policy.decide(images))
    if expiring > len(images) / 2:
        return f"left: {expiring} of {len(images)} images would expire"
    is_dry = "--apply" not in sys.argv
    done = ensure_lifecycle_policy(ecr, repository.repository_name, policy, dry_run=is_dry)
    return f"{done.status.lower()}: {expiring} of {len(images)} images expire"


with EcrClient() as ecr:
    bar = progress_bar("Setting")
    for outcome in each_repository(set_policy, ecr, select=sys.argv[1], on_progress=bar):
        print(outcome.item.repository_name, outcome.value or outcome.error)
