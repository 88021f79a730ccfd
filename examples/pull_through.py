"""Cache a registry's images: `python examples/pull_through.py quay quay.io --apply`."""

from __future__ import annotations

import sys

from ecr_typed import EcrClient, RCTAppliedFor
from ecr_typed.documents import LifecyclePolicy, LifecycleRule
from ecr_typed.jobs import ensure_creation_template, ensure_pull_through_cache_rule

prefix, upstream = sys.argv[1:3]
dry = "--apply" not in sys.argv
policy = LifecyclePolicy([LifecycleRule.expire_older(days=90)])
with EcrClient() as ecr:
    rule = ensure_pull_through_cache_rule(ecr, prefix, upstream, dry_run=dry)
    template = ensure_creation_template(
        ecr, prefix, [RCTAppliedFor.PULL_THROUGH_CACHE], lifecycle_policy=policy, dry_run=dry
    )
    print(f"rule {rule.status}, template {template.status}", *rule.unfixable, sep="\n")
