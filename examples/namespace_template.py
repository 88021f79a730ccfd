"""Give a namespace a creation template: `python examples/namespace_template.py team ROLE_ARN`."""

from __future__ import annotations

import argparse

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    RCTAppliedFor,
    RepositoryCreationTemplate,
    TemplateAlreadyExistsException,
)


def ensure_template(
    ecr: EcrClient, prefix: str, role_arn: str, tags: dict[str, str]
) -> RepositoryCreationTemplate:
    """Create the namespace's template, or update the existing one."""
    encryption = EncryptionConfiguration(encryption_type=EncryptionType.KMS_DSSE)
    scenarios = [RCTAppliedFor.PULL_THROUGH_CACHE, RCTAppliedFor.CREATE_ON_PUSH]
    try:
        return ecr.create_repository_creation_template(
            prefix,
            scenarios,
            encryption_configuration=encryption,
            custom_role_arn=role_arn,
            resource_tags=tags,
        )
    except TemplateAlreadyExistsException:
        return ecr.update_repository_creation_template(
            prefix,
            applied_for=scenarios,
            encryption_configuration=encryption,
            custom_role_arn=role_arn,
            resource_tags=tags,
        )


def main() -> None:
    """Set the template that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", help="the namespace, or ROOT")
    parser.add_argument("role_arn", help="the role that ECR takes on to create repositories")
    options = parser.parse_args()
    with EcrClient() as ecr:
        template = ensure_template(
            ecr, options.prefix, options.role_arn, {"namespace": options.prefix}
        )
    scenarios = ", ".join(template.applied_for or ())
    print(f"{template.prefix}: {template.encryption_configuration}, for {scenarios}")


if __name__ == "__main__":
    main()
