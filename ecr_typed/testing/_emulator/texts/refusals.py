"""Why operations are refused: what exists, what does not, what is full."""

from __future__ import annotations

from typing import Final

from ecr_typed.testing._emulator.texts.text import Text, captured, ours

BACKFILL_HAS_ENDED: Final[Text] = ours("The replication backfill '{backfill_id}' is {status}")
BACKFILL_IN_PROGRESS: Final[Text] = ours(
    "A replication backfill for the Region '{region}' is in progress in the registry with id '{registry_id}'"
)
BACKFILL_NOT_FOUND: Final[Text] = ours(
    "The replication backfill '{backfill_id}' does not exist in the registry with id '{registry_id}'"
)
DIGEST_DOES_NOT_MATCH: Final[Text] = ours(
    "The specified image digest '{digest}' does not match the digest of the manifest, '{actual}'"
)
EMPTY_UPLOAD: Final[Text] = ours("The upload with id '{upload_id}' in the {place} has no parts")
EXCLUSION_EXISTS: Final[Text] = ours(
    "The pull time update exclusion for '{principal}' already exists in the registry with id '{registry_id}'"
)
EXCLUSION_NOT_FOUND: Final[Text] = ours(
    "The pull time update exclusion for '{principal}' does not exist in the registry with id '{registry_id}'"
)
FEATURE_DISABLED: Final[Text] = captured(
    "This feature is disabled", "alexjurkiewicz/ecr-scan-image#44"
)
IMAGE_EXISTS: Final[Text] = captured(
    "Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' in registry with id '{registry_id}'",
    "buildkite-plugins/ecr-buildkite-plugin#111, CircleCI-Public/aws-ecr-orb#261",
)
IMAGE_IS_ARCHIVED: Final[Text] = ours(
    "The image with digest '{digest}' is archived and cannot be scanned"
)
IMAGE_NOT_FOUND: Final[Text] = captured(
    "The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within the {place}",
    "hashicorp/terraform-provider-aws#35268",
)
INVALID_LAYER_PART: Final[Text] = captured(
    "Invalid layer part upload for upload with id '{upload_id}' in the {place}",
    "getmoto/moto, ecr/exceptions.py",
)
LAYER_EXISTS: Final[Text] = ours("The layer with digest '{digest}' already exists in the {place}")
LAYER_INACCESSIBLE: Final[Text] = ours(
    "No image in the {place} that can be pulled refers to the layer with digest '{digest}'"
)
LAYER_NOT_FOUND: Final[Text] = captured(
    "The layer with digest '{digest}' does not exist within the {place}", "monken/aws-ecr-public#11"
)
LAYER_PART_TOO_SMALL: Final[Text] = captured(
    "All layer parts except the last part should be at least 5MB", "dotnet/sdk-container-builds#424"
)
LAYER_TOO_LARGE: Final[Text] = ours("A layer has {parts} parts and {size} bytes at most")
LIFECYCLE_POLICY_NOT_FOUND: Final[Text] = captured(
    "Lifecycle policy does not exist for the {place}", "iann0036/former2#16"
)
NO_CREDENTIALS_TO_UPDATE: Final[Text] = captured(
    "Invalid input: Please set either credential arn or role arn to update the credentials",
    "pulumi/pulumi-aws#5714",
)
OTHER_LAYER_DIGEST: Final[Text] = ours(
    "The digest of the layer is '{digest}', and '{given}' was given"
)
PARTS_NOT_FOUND: Final[Text] = captured(
    "{what} with digests '[{digests}]' required for pushing image into {place} do not exist",
    "oras-project/oras-py#54",
)
PREVIEW_IN_PROGRESS: Final[Text] = ours("A lifecycle policy preview for the {place} is in progress")
PREVIEW_NOT_FOUND: Final[Text] = ours("There is no lifecycle policy preview for the {place}")
RATE_EXCEEDED: Final[Text] = captured(
    "Rate exceeded", "aws/containers-roadmap#1226, concourse/docker-image-resource#115"
)
REGISTRY_POLICY_NOT_FOUND: Final[Text] = captured(
    "Registry policy does not exist in the registry with id '{registry_id}'",
    "getmoto/moto, ecr/exceptions.py",
)
REPOSITORY_EXISTS: Final[Text] = captured(
    "The repository with name '{name}' already exists in the registry with id '{registry_id}'",
    "testground/testground#536",
)
REPOSITORY_IS_FULL: Final[Text] = ours("The maximum of {most} {what} in the {place} is reached")
REPOSITORY_NOT_EMPTY: Final[Text] = captured(
    "The repository with name '{name}' in registry with id '{registry_id}' cannot be deleted because it still contains images",
    "nitrictech/cli#273",
)
REPOSITORY_NOT_FOUND: Final[Text] = captured(
    "The repository with name '{name}' does not exist in the registry with id '{registry_id}'",
    "turbot/steampipe-plugin-aws#1938",
)
REPOSITORY_POLICY_NOT_FOUND: Final[Text] = captured(
    "Repository policy does not exist for the {place}", "snyk/driftctl#1549"
)
RULE_EXISTS: Final[Text] = ours(
    "The pull through cache rule with prefix '{prefix}' already exists in the registry with id '{registry_id}'"
)
RULE_NOT_FOUND: Final[Text] = ours(
    "The pull through cache rule with prefix '{prefix}' does not exist in the registry with id '{registry_id}'"
)
SCAN_NOT_FOUND: Final[Text] = captured(
    "Image scan does not exist for the image with '{{imageDigest:'{digest}', imageTag:'{tag}'}}' in the {place}",
    "getmoto/moto, ecr/exceptions.py",
)
SCAN_QUOTA_EXCEEDED: Final[Text] = captured(
    "The scan quota per image has been exceeded. Wait and try again.",
    "getmoto/moto, ecr/exceptions.py",
)
SECRET_IS_DELETED: Final[Text] = ours("The secret '{arn}' is scheduled for deletion")
SECRET_NOT_FOUND: Final[Text] = ours("The secret '{arn}' does not exist")
SIGNING_CONFIGURATION_NOT_FOUND: Final[Text] = ours(
    "Signing configuration does not exist in the registry with id '{registry_id}'"
)
STORAGE_CLASS_IS_FIXED: Final[Text] = ours(
    "The storage class of the image with digest '{digest}' in the repository with name '{name}' cannot be changed: {why}"
)
TAG_IS_IMMUTABLE: Final[Text] = captured(
    "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the repository is immutable.",
    "aws/containers-roadmap#862, moby/buildkit#3776",
)
TEMPLATE_EXISTS: Final[Text] = ours(
    "The repository creation template with prefix '{prefix}' already exists in the registry with id '{registry_id}'"
)
TEMPLATE_NOT_FOUND: Final[Text] = ours(
    "The repository creation template with prefix '{prefix}' does not exist in the registry with id '{registry_id}'"
)
TOO_MANY_BACKFILLS: Final[Text] = ours("{most} replication backfills can be in progress at once")
TOO_MANY_EXCLUSIONS: Final[Text] = ours("A registry can have {most} pull time update exclusions")
TOO_MANY_RULES: Final[Text] = ours("A registry can have {most} pull through cache rules")
TOO_MANY_TAGS: Final[Text] = ours("A repository can have {most} tags, and would have {count}")
UNSUPPORTED_IMAGE_TYPE: Final[Text] = captured(
    "An artifact with media type '{media_type}' cannot be scanned. For more information, see the Amazon ECR documentation.",
    "alexjurkiewicz/ecr-scan-image#43",
)
UNSUPPORTED_UPSTREAM: Final[Text] = captured(
    "The upstream registry URL {url} is invalid. Specify a valid upstream registry URL and try again",
    "goharbor/harbor#20174",
)
UPLOAD_NOT_FOUND: Final[Text] = captured(
    "Upload with id '{upload_id}' could not be found for the {place}",
    "getmoto/moto, ecr/exceptions.py",
)
UPSTREAM_NEEDS_SECRET: Final[Text] = captured(
    "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN",
    "aws-controllers-k8s/community#2589",
)
PLACE: Final[Text] = captured(
    "repository with name '{name}' in the registry with id '{registry_id}'",
    "hashicorp/terraform-provider-aws#35268",
)
NO_DIGEST_AND_TAG: Final[Text] = captured(
    "Invalid request parameters: both tag and digest cannot be null", "getmoto/moto, ecr/models.py"
)
INVALID_DIGEST: Final[Text] = captured(
    "Invalid request parameters: image digest should satisfy the regex '{pattern}'",
    "getmoto/moto, ecr/models.py",
)
INVALID_TAG: Final[Text] = captured(
    "Invalid request parameters: image tag should satisfy the regex '{pattern}'", "aws/aws-cli#6424"
)
TAG_OF_ANOTHER_IMAGE: Final[Text] = ours("Requested image has the tag with another digest")
REQUESTED_IMAGE_NOT_FOUND: Final[Text] = captured(
    "Requested image not found", "getmoto/moto, ecr/models.py"
)
REQUESTED_IMAGE_IS_ARCHIVED: Final[Text] = ours("Requested image is archived")
BEING_RESTORED: Final[Text] = ours("it is being restored")
REFERENCED_BY_LIST: Final[Text] = captured(
    "Requested image referenced by manifest list: [{digests}]",
    "Amazon ECR user guide, images that were pushed before OCI 1.1",
)
INVALID_LAYER_DIGEST: Final[Text] = ours("The layer digest '{digest}' is not valid")
EMPTY_LAYER_DIGEST: Final[Text] = ours("The layer digest is empty")
KEY_ELSEWHERE: Final[Text] = ours("Key '{name}' is not in this region")
KEY_NOT_FOUND: Final[Text] = ours("Key '{name}' does not exist")
KEY_IS_DISABLED: Final[Text] = captured(
    "{arn} is disabled.", "AWS KMS, DisabledException (getmoto/moto, kms/responses.py)"
)
KEY_HAS_STATE: Final[Text] = ours("{arn} is {state}.")
SECRET_UNREADABLE: Final[Text] = ours(
    "The secret '{arn}' is no JSON object with 'username' and 'accessToken'"
)
IMAGES: Final[Text] = ours("images")
TAGS_OF_IMAGE: Final[Text] = ours("tags of the image")
SCAN_COMPLETE: Final[Text] = captured("The scan was completed successfully.", "aws/aws-sdk#289")
SCAN_CONTINUOUS: Final[Text] = captured(
    "Continuous scan is selected for image.", "aws/aws-cli#6759"
)
SCAN_UNSUPPORTED: Final[Text] = ours("The image type is not supported: it is no container image.")
SCAN_PENDING: Final[Text] = captured(
    "Pending start of the image scan.", "alexjurkiewicz/ecr-scan-image#51"
)
