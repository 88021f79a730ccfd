"""What a service responds with: pages as large as they get, and small responses."""

from __future__ import annotations

import json
from typing import Any, Final

ACCOUNT: Final = "123456789012"
ARN: Final = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/team/app"
FULL: Final = "team/app"
"""The repository that has a full page of images; all others have three."""


def _repository(number: int) -> dict[str, Any]:
    name = f"team-{number % 20}/service-{number:05}"
    return {
        "repositoryArn": f"arn:aws:ecr:us-east-1:123456789012:repository/{name}",
        "registryId": "123456789012",
        "repositoryName": name,
        "repositoryUri": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}",
        "createdAt": 1700000000.123 + number,
        "imageTagMutability": "IMMUTABLE" if number % 3 else "MUTABLE",
        "imageScanningConfiguration": {"scanOnPush": bool(number % 2)},
        "encryptionConfiguration": {
            "encryptionType": "KMS",
            "kmsKey": f"arn:aws:kms:us-east-1:123456789012:key/{number % 4:08}-0a1b-2c3d-4e5f-0123456789ab",
        },
    }


def _image(number: int) -> dict[str, Any]:
    return {
        "registryId": "123456789012",
        "repositoryName": "team/app",
        "imageDigest": f"sha256:{number:064x}",
        "imageTags": [f"1.{number}", f"build-{number}"],
        "imageSizeInBytes": 50_000_000 + number,
        "imagePushedAt": 1700000000.5 + number,
        "imageScanStatus": {"status": "COMPLETE", "description": "The scan is done."},
        "imageScanFindingsSummary": {
            "imageScanCompletedAt": 1700000100.0 + number,
            "vulnerabilitySourceUpdatedAt": 1700000000.0,
            "findingSeverityCounts": {"HIGH": number % 5, "MEDIUM": number % 7, "LOW": 9},
        },
        "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactMediaType": "application/vnd.oci.image.config.v1+json",
        "lastRecordedPullTime": 1700086400.0 + number,
        "imageStatus": "ACTIVE",
    }


REPOSITORIES: Final = json.dumps({"repositories": [_repository(n) for n in range(1000)]}).encode()
IMAGES: Final = json.dumps({"imageDetails": [_image(n) for n in range(1000)]}).encode()
_FEW_IMAGES: Final = json.dumps({"imageDetails": [_image(n) for n in range(3)]}).encode()
TAGS: Final = json.dumps({"tags": [{"Key": "team", "Value": "payments"}]}).encode()
_PUT: Final = {
    "registryId": ACCOUNT,
    "repositoryName": FULL,
    "imageId": {"imageDigest": f"sha256:{0:064x}", "imageTag": "v1"},
    "imageManifest": "{}",
}
_SMALL: Final = {
    "ListTagsForResource": TAGS,
    "PutImage": json.dumps({"image": _PUT}).encode(),
    "TagResource": b"{}",
}


def body(operation_name: str, request: bytes, *, pages: int) -> bytes:
    """Return the body of a response. Repositories have so many pages, each of a thousand."""
    if operation_name == "DescribeRepositories":
        # Each page but the last has the number of the next for a token, as long as ECR's.
        number = int(json.loads(request).get("nextToken", "0")) + 1
        token = b'"nextToken": "%0200d", ' % number if number < pages else b""
        return b"{%b%b" % (token, REPOSITORIES[1:])
    if operation_name == "DescribeImages":
        is_full = json.loads(request)["repositoryName"] == FULL
        return IMAGES if is_full else _FEW_IMAGES
    return _SMALL[operation_name]
