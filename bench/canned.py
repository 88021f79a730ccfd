"""Clients whose answers are canned bytes, and the bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse

from ecr_typed import EcrClient

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class _Body:
    """What botocore takes for urllib3's answer."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body


Answer = bytes | Callable[[bytes], bytes]
"""The body of every response, or what returns it for the body of a request."""


def _answer_with(client: ECRClient, body: Answer) -> None:
    headers: Any = {"x-amzn-requestid": "canned", "content-type": "application/x-amz-json-1.1"}

    def answer(request: Any, **_: object) -> AWSResponse:
        raw: Any = _Body(body if isinstance(body, bytes) else body(request.body))
        return AWSResponse(request.url, 200, headers, raw)

    # The stubs know no handler that answers.
    events: Any = client.meta.events
    events.register("before-send.ecr", answer)


def _session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name="us-east-1")


def plain_client(body: Answer) -> ECRClient:
    """boto3's own client."""
    # The stubs of `client` name every service of AWS, most of them not installed.
    session: Any = _session()
    client: ECRClient = session.client("ecr")
    _answer_with(client, body)
    return client


def typed_client(body: Answer) -> EcrClient:
    """Ours."""
    client = EcrClient(session=_session())
    _answer_with(client.boto3_client, body)
    return client


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


IMAGES = json.dumps({"imageDetails": [_image(n) for n in range(1000)]}).encode()
REPOSITORIES = json.dumps({"repositories": [_repository(n) for n in range(1000)]}).encode()
TAGS = json.dumps({"tags": [{"Key": "team", "Value": "payments"}]}).encode()
ARN = "arn:aws:ecr:us-east-1:123456789012:repository/team/app"
