"""Count images in accounts and regions: `python examples/fleet.py eu-west-1 111122223333`.

In each account the role `ecr-audit` is assumed. Without accounts, your own is read.
"""

from __future__ import annotations

import csv
import sys

from ecr_typed import EcrClient, Repository, to_row
from ecr_typed.jobs import each_repository, progress_bar, registries


def count_images(ecr: EcrClient, repository: Repository) -> int:
    """Return the number of images in a repository."""
    return len(ecr.list_images(repository.repository_name).to_list())


regions = [name for name in sys.argv[1:] if not name.isdigit()]
accounts = [name for name in sys.argv[1:] if name.isdigit()]
fleet = registries(regions=regions, accounts=accounts, role_name="ecr-audit" if accounts else None)
writer = csv.DictWriter(sys.stdout, ["registry", "item", "status", "value", "error"])
writer.writeheader()
is_complete = True
for outcome in each_repository(count_images, fleet, on_progress=progress_bar("Counting")):
    writer.writerow(to_row(outcome))
    is_complete = is_complete and outcome.error is None
sys.exit(not is_complete)
