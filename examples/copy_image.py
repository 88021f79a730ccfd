"""Copy an image: `python examples/copy_image.py team/app v1 eu-west-1 [ROLE ARN] --yes`.

Without `--yes` it only shows what would be copied; without a role it stays in your account.
"""

from __future__ import annotations

import sys

from ecr_typed import EcrClient
from ecr_typed.jobs import (
    Registry,
    RepositorySettings,
    copy_image,
    ensure_repository,
    progress_bar,
    raise_failures,
)

name, image, region, *role = [one for one in sys.argv[1:] if one != "--yes"]
dry = "--yes" not in sys.argv
target = Registry(region, role_arn=role[0] if role else None)
with EcrClient() as ours, target.connect() as theirs:
    there = ensure_repository(theirs, name, RepositorySettings(), dry_run=dry)
    if there.value is None:
        sys.exit(f"{name} would be created in {target}: run it again with --yes")
    bar = progress_bar("Copying")
    report = copy_image(ours, name, image, theirs, name, dry_run=dry, on_progress=bar)
print(report)
raise_failures(report.outcomes)
