"""Find the repositories that are not encrypted as the policy wants.

`python examples/find_unencrypted.py KMS KMS_DSSE` allows two kinds, and exits with 1 if it finds
any other. A kind that AWS adds tomorrow is found by its name today.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator

from ecr_typed import EcrClient, EncryptionType, Repository


def offenders(ecr: EcrClient, allowed: Collection[EncryptionType]) -> Iterator[Repository]:
    """Return the repositories that are encrypted in another way."""
    for repository in ecr.describe_repositories():
        encryption = repository.encryption_configuration
        if encryption is None or encryption.encryption_type not in allowed:
            yield repository


def main() -> None:
    """Print a line for each repository that is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("allowed", nargs="+", type=EncryptionType)
    options = parser.parse_args()
    found = False
    with EcrClient() as ecr:
        for repository in offenders(ecr, options.allowed):
            found = True
            encryption = repository.encryption_configuration
            kind = encryption.encryption_type if encryption else "unknown"
            print(f"{repository.repository_name}\t{kind}\t{repository.created_at:%Y-%m-%d}")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
