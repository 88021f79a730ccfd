"""Delete old images: `python examples/clean.py team/app`, with `--delete` it deletes them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from ecr_typed import EcrClient
from ecr_typed.jobs import (
    JobFailedError,
    Retention,
    apply_retention,
    plan_retention,
    progress_bar,
    raise_failures,
    read_image_graph,
)

retention = Retention(keep_newest=20, keep_tags="release-*", pushed_within=timedelta(days=7))
with EcrClient() as ecr:
    graph = read_image_graph(ecr, sys.argv[1])
    plan = plan_retention(graph, retention, now=datetime.now(UTC))
    print(plan)
    bar = progress_bar("Deleting")
    is_dry = "--delete" not in sys.argv
    try:
        raise_failures(apply_retention(ecr, plan, dry_run=is_dry, on_progress=bar))
    except JobFailedError as error:
        sys.exit(str(error))
