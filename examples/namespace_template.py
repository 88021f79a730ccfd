"""Set the creation template of a namespace: `python examples/namespace_template.py team ROLE_ARN`."""

from __future__ import annotations

import argparse

from ecr_typed import EcrClient, EncryptionConfiguration, EncryptionType, RCTAppliedFor
from ecr_typed.jobs import ensure_creation_template

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("prefix", help="the namespace, or ROOT")
parser.add_argument("role_arn", help="the role that ECR takes on to create repositories")
options = parser.parse_args()
with EcrClient() as ecr:
    done = ensure_creation_template(
        ecr,
        options.prefix,
        [RCTAppliedFor.PULL_THROUGH_CACHE, RCTAppliedFor.CREATE_ON_PUSH],
        encryption_configuration=EncryptionConfiguration(encryption_type=EncryptionType.KMS_DSSE),
        custom_role_arn=options.role_arn,
        resource_tags={"namespace": options.prefix},
    )
print(f"template {options.prefix}: {done.status}", *done.differences)
