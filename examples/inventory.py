"""Count the repositories of a registry by encryption: `python examples/inventory.py`."""

from __future__ import annotations

from collections import Counter

from ecr_typed import EcrClient, Repository


def encryption_of(repository: Repository) -> str:
    """Return the kind of a repository's encryption, which a response may lack."""
    encryption = repository.encryption_configuration
    return encryption.encryption_type if encryption else "unknown"


def main() -> None:
    """Print how many repositories there are of each kind."""
    with EcrClient() as ecr:
        kinds = Counter(map(encryption_of, ecr.describe_repositories()))
    for kind, count in kinds.most_common():
        print(f"{kind:<10} {count:>6}")


if __name__ == "__main__":
    main()
