"""Set a lifecycle policy unless it expires much: `lifecycle_everywhere.py 'team/*' --apply`."""

from __future__ import annotations

import sys

from ecr_typed import EcrClient, Repository
from ecr_typed.documents import LifecyclePolicy, LifecycleRule
from ecr_typed.jobs import each_repository, ensure_lifecycle_policy, progress_bar, read_image_graph

policy = LifecyclePolicy([LifecycleRule.expire_untagged(days=14), LifecycleRule.keep_newest(100)])
dry = "--apply" not in sys.argv


def set_policy(ecr: EcrClient, repository: Repository) -> str:
    """Set the policy where it expires at most half of the images."""
    graph = read_image_graph(ecr, repository.repository_name)
    gone = policy.decide(graph.images.values(), indexes=graph.children)
    count = f"{len(gone)} of {len(graph.images)} images"
    if len(gone) > len(graph.images) / 2:
        return f"left: {count} would expire"
    done = ensure_lifecycle_policy(ecr, repository.repository_name, policy, dry_run=dry)
    return f"{done.status.lower()}: {count} expire"


with EcrClient() as ecr:
    bar = progress_bar("Setting")
    for outcome in each_repository(set_policy, ecr, select=sys.argv[1], on_progress=bar):
        print(outcome.item.repository_name, outcome.value or outcome.error)
