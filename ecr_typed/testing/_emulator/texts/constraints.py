"""What parameters break: the constraints that refusals of parameters name."""

from __future__ import annotations

from typing import Final

from ecr_typed.testing._emulator.texts.text import Text, captured, ours

DESTINATION_IS_SOURCE: Final[Text] = captured(
    "Replication destination cannot be the same as the source registry",
    "getmoto/moto, ecr/models.py",
)
EXCLUSION_FILTERS: Final[Text] = ours(
    "must not be specified when imageTagMutability is {mutability}"
)
INVALID_ARN: Final[Text] = captured("Invalid ARN", "getmoto/moto, ecr/models.py")
INVALID_JSON: Final[Text] = captured(
    "Invalid JSON syntax", "chainguard-dev/apko#450, aws/aws-sdk#193"
)
INVALID_PAGE_TOKEN: Final[Text] = ours("must be a token of this operation with the same arguments")
INVALID_PARAMETER: Final[Text] = captured(
    "Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'",
    "awslabs/ecr-cleanup-lambda#11",
)
INVALID_POLICY: Final[Text] = captured(
    "Invalid {kind} policy provided",
    "terraform-aws-modules/terraform-aws-ecr#19, pulumi/pulumi-aws#2326",
)
INVALID_REGION: Final[Text] = ours("Replication destination has an invalid region '{region}'")
KEY_WITHOUT_KMS: Final[Text] = ours("must not be specified when encryptionType is AES256")
LOCKOUT: Final[Text] = ours("must not keep you from setting another policy, unless 'force' is set")
NOT_IN_ENUM: Final[Text] = captured(
    "must satisfy enum value set: [{values}]", "getmoto/moto, ecr/models.py"
)
NOT_NULL: Final[Text] = ours("Member must not be null")
NOT_WITH: Final[Text] = ours("must not be specified with '{choice}'")
NO_DESTINATION: Final[Text] = ours("must be a destination of the replication configuration")
NO_EXCLUSION_FILTERS: Final[Text] = captured(
    "ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as {mutability}",
    "getmoto/moto, ecr/models.py",
)
NO_MATCH: Final[Text] = captured(
    "must satisfy regular expression '{pattern}'",
    "int128/create-ecr-repository-action#231, prowler-cloud/prowler#603, alexjurkiewicz/ecr-scan-image#40",
)
NO_ROLE: Final[Text] = ours("must be specified for a registry of another account")
OTHER_FREQUENCY: Final[Text] = ours("must be one of [{allowed}] when scanType is {scan_type}")
OTHER_MEDIA_TYPE: Final[Text] = ours("must be the mediaType of the manifest")
OTHER_PARTITION: Final[Text] = ours(
    "Replication destination must be in the partition of the source registry"
)
OTHER_UPSTREAM: Final[Text] = ours("must be {name} for {url}")
PREFIX_NOT_ROOT: Final[Text] = ours("must be ROOT if ecrRepositoryPrefix is")
PRINCIPAL_NOT_FOUND: Final[Text] = captured(
    "Principal not found", "hashicorp/terraform-provider-aws#39064"
)
REPEATED_TAG_KEY: Final[Text] = ours("must not occur twice")
RESERVED_TAG_KEY: Final[Text] = ours("must not begin with 'aws:'")
SECRET_ELSEWHERE: Final[Text] = ours("must be in the account and Region of the rule")
TAG_KEY_LENGTH: Final[Text] = ours("must have length 1 to {most}")
TAG_VALUE_LENGTH: Final[Text] = ours("must have length 0 to {most}")
TOO_LARGE: Final[Text] = captured(
    "{must} less than or equal to {most}",
    "awslabs/ecr-cleanup-lambda#11, andrey-pohilko/registry-cli#79",
)
TOO_SMALL: Final[Text] = captured(
    "{must} greater than or equal to {least}",
    "puemos/aws-lambda-ecr-cleaner#3, aws/aws-dotnet-deploy#549",
)
UNSUPPORTED_MEDIA_TYPE: Final[Text] = ours("'{media_type}' is not supported")
WILDCARDS_IN_FILTER: Final[Text] = ours("must not have more than {most} wildcards")
MEMBER_LENGTH: Final[Text] = captured("Member must have length", "awslabs/ecr-cleanup-lambda#11")
MEMBER_VALUE: Final[Text] = captured("Member must have value", "andrey-pohilko/registry-cli#79")
LENGTH: Final[Text] = captured("must have length", "aws/aws-dotnet-deploy#549")
