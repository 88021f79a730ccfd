"""Create a repository with KMS_DSSE and tags: `python examples/create_encrypted.py team/app`.

If it exists, only settings that differ are changed. Other encryption can't be, so that is an error.
"""

from __future__ import annotations

import argparse

from ecr_typed import EcrClient, EncryptionConfiguration, EncryptionType, ImageTagMutability
from ecr_typed.jobs import RepositorySettings, ensure_repository

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("name")
parser.add_argument("--kms-key", help="default: the key that AWS manages")
parser.add_argument("--tag", action="append", default=[], metavar="KEY=VALUE")
options = parser.parse_args()
settings = RepositorySettings(
    encryption_configuration=EncryptionConfiguration(
        encryption_type=EncryptionType.KMS_DSSE, kms_key=options.kms_key
    ),
    image_tag_mutability=ImageTagMutability.IMMUTABLE,
    tags=dict(tag.partition("=")[::2] for tag in options.tag),
)
with EcrClient() as ecr:
    done = ensure_repository(ecr, options.name, settings)
if done.unfixable:
    raise SystemExit(f"{options.name}: {'; '.join(done.unfixable)}")
print(f"{options.name} is encrypted with KMS_DSSE: {done.status}", *done.differences)
