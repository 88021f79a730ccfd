"""What is wrong with lifecycle policies, in the words of the validator that ECR uses."""

from __future__ import annotations

from typing import Final

from ecr_typed.testing._emulator.texts.text import Text, captured, ours

ANY_IS_NOT_LAST: Final[Text] = captured(
    "Rule for tagStatus=ANY must have the lowest priority per storage class",
    "quoted from PutLifecyclePolicy in several public repositories",
)
ARCHIVE_TOO_SHORT: Final[Text] = ours("Images stay in the archive for {days} days at least")
EMPTY_ARRAY: Final[Text] = captured(
    "array is too short: must have at least 1 elements but instance has 0",
    "java-json-tools/json-schema-validator, the validator that ECR's texts come from",
)
EMPTY_STRING: Final[Text] = captured(
    'string "" is too short (length: 0, required minimum: 1)',
    "java-json-tools/json-schema-validator, the validator that ECR's texts come from",
)
LIST_WITHOUT_TAGGED: Final[Text] = ours("{name} can only be specified when tagStatus=TAGGED")
MISSING_PROPERTIES: Final[Text] = captured(
    "object has missing required properties ({names})", "getmoto/moto, ecr/policy_validation.py"
)
NOT_IN_ENUM: Final[Text] = captured(
    "instance value ({found}) not found in enum (possible values: {values})",
    "getmoto/moto, ecr/policy_validation.py",
)
NO_POLICY: Final[Text] = captured(
    "Could not map policyString into LifecyclePolicy.", "getmoto/moto, ecr/policy_validation.py"
)
NO_SCHEMA_MATCHES: Final[Text] = captured(
    "instance failed to match exactly one schema (matched 0 out of {count})",
    "cloudposse/terraform-aws-ecr#158, hashicorp/terraform-provider-aws#45909",
)
NUMBER_TOO_LOW: Final[Text] = captured(
    "numeric instance is lower than the required minimum (minimum: 1, found: {value})",
    "getmoto/moto, ecr/policy_validation.py",
)
PULLED_NEEDS_TRANSITION: Final[Text] = ours(
    "countType=sinceImagePulled can only be used to transition images"
)
REPEATED_PRIORITY: Final[Text] = ours("Each rule must have a unique rulePriority")
REPEATED_TAGS: Final[Text] = ours("Only one rule can select a set of tags per storage class.")
REPEATED_UNTAGGED: Final[Text] = captured(
    "Only one rule can select Untagged images per storage class.",
    "quoted from PutLifecyclePolicy in several public repositories",
)
TAGGED_WITHOUT_LIST: Final[Text] = captured(
    "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED",
    "quoted from PutLifecyclePolicy in several public repositories",
)
TOO_MANY_RULES: Final[Text] = captured(
    "array is too long: must have at most {most} elements but instance has {count}",
    "java-json-tools/json-schema-validator, the validator that ECR's texts come from",
)
TOO_MANY_WILDCARDS: Final[Text] = ours("'{pattern}' has more than {most} wildcards")
TRANSITIONED_NEEDS_EXPIRE: Final[Text] = ours(
    "countType=sinceImageTransitioned can only be used to expire images"
)
TWO_LISTS: Final[Text] = ours("Can't specify both tagPrefixList and tagPatternList")
UNKNOWN_PROPERTIES: Final[Text] = captured(
    "object instance has properties which are not allowed by the schema: ({names})",
    "getmoto/moto, ecr/policy_validation.py",
)
VALIDATION_FAILURE: Final[Text] = captured(
    "Lifecycle policy validation failure: {why}", "cloudposse/terraform-aws-ecr#158"
)
WRONG_TYPE: Final[Text] = captured(
    'instance type ({found}) does not match any allowed primitive type (allowed: ["{due}"])',
    "getmoto/moto, ecr/policy_validation.py",
)
