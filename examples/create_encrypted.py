"""Create a repository with KMS_DSSE and tags: `python examples/create_encrypted.py team/app`.

Running it again is no error, as long as the repository is encrypted as it should be.
"""

from __future__ import annotations

import argparse

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    ImageTagMutability,
    Repository,
    RepositoryAlreadyExistsException,
)


def create(ecr: EcrClient, name: str, tags: dict[str, str], kms_key: str | None) -> Repository:
    """Create the repository, or return the existing one."""
    try:
        return ecr.create_repository(
            name,
            encryption_configuration=EncryptionConfiguration(
                encryption_type=EncryptionType.KMS_DSSE, kms_key=kms_key
            ),
            image_tag_mutability=ImageTagMutability.IMMUTABLE,
            tags=tags,
        )
    except RepositoryAlreadyExistsException:
        (repository,) = ecr.describe_repositories(repository_names=[name])
        return repository


def main() -> None:
    """Create the repository that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--kms-key", help="default: the key that AWS manages")
    parser.add_argument("--tag", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    tags = dict(tag.partition("=")[::2] for tag in options.tag)
    with EcrClient() as ecr:
        repository = create(ecr, options.name, tags, options.kms_key)
    encryption = repository.encryption_configuration
    if encryption is None or encryption.encryption_type != EncryptionType.KMS_DSSE:
        raise SystemExit(f"{repository.repository_name} exists with other encryption: {encryption}")
    print(f"{repository.repository_uri} is encrypted with {encryption.kms_key}")


if __name__ == "__main__":
    main()
