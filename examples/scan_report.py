"""Report the vulnerabilities of newest images: `python examples/scan_report.py 'team/*' > scans.csv`."""

from __future__ import annotations

import csv
import sys

from ecr_typed import EcrClient, Repository
from ecr_typed.jobs import Severity, each_repository, newest_images, progress_bar, read_scan


def scan(ecr: EcrClient, repository: Repository) -> list[object]:
    """Return what is known of the newest image."""
    for image in newest_images(ecr, repository.repository_name):
        report = read_scan(ecr, repository.repository_name, image.image_digest)
        counts = [report.counts.get(severity, 0) for severity in Severity]
        return [report.status, report.is_conclusive, *counts]
    return ["no image"]


writer = csv.writer(sys.stdout)
writer.writerow(["repository", "status", "conclusive", *(one.name for one in Severity)])
with EcrClient() as ecr:
    bar = progress_bar("Reading scans")
    for outcome in each_repository(scan, ecr, select=sys.argv[1], on_progress=bar):
        writer.writerow([outcome.item.repository_name, *(outcome.value or [outcome.error])])
