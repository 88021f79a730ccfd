"""Stop a deployment with severe vulnerabilities: `python examples/scan_gate.py team/app v1`."""

from __future__ import annotations

import sys

from ecr_typed import EcrClient
from ecr_typed.jobs import Severity, scan_image

with EcrClient() as ecr:
    report = scan_image(ecr, sys.argv[1], sys.argv[2], timeout=600)
    if not report.is_conclusive:
        sys.exit(f"{report.status}: nobody can say whether the image is vulnerable")
    severe = [one for one in report.vulnerabilities if one.severity >= Severity.HIGH]
    for found in severe:
        print(found.severity, found.name, found.package_name, found.fixed_in or "no fix")
    sys.exit(f"{len(severe)} severe vulnerabilities" if severe else 0)
