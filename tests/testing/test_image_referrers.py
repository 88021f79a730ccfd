"""ListImageReferrers: artifacts by the image that they are about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of, refusal
from .pushing import (
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    descriptor,
    digest_of,
    index_of,
    manifest_of,
    push,
    push_signature,
    signature_of,
    upload_layers,
)

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

SIGNATURE = "application/vnd.cncf.notary.signature"
SUBJECT = manifest_of("v1")


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app, that holds an image, v1."""
    boto3_ecr.create_repository(repositoryName="app")
    push(boto3_ecr, "v1")
    return boto3_ecr


def referrers(boto3_ecr: ECRClient, subject: str = SUBJECT, **chosen: Any) -> list[Any]:
    """List the artifacts that are about an image."""
    arguments: Any = {"filter": chosen} if chosen else {}
    answer: Any = boto3_ecr.list_image_referrers(
        repositoryName="app", subjectId={"imageDigest": digest_of(subject)}, **arguments
    )
    return list(answer["referrers"])


def test_an_artifact_is_listed_by_its_subject(boto3_ecr: ECRClient) -> None:
    """A manifest with a subject is a referrer of it (API ListImageReferrers)."""
    assert referrers(boto3_ecr) == []
    manifest = signature_of(SUBJECT, annotations={"signer": "me"})
    digest = push_signature(boto3_ecr, SUBJECT, annotations={"signer": "me"})
    assert referrers(boto3_ecr) == [
        {
            "digest": digest,
            "mediaType": OCI_MANIFEST,
            "artifactType": SIGNATURE,
            "size": len(manifest),
            "annotations": {"signer": "me"},
            "artifactStatus": "ACTIVE",
        }
    ]
    assert referrers(boto3_ecr, manifest) == []
    details: Any = boto3_ecr.describe_images(repositoryName="app")["imageDetails"]
    (artifact,) = (each for each in details if each["imageDigest"] == digest)
    assert artifact["subjectManifestDigest"] == digest_of(SUBJECT)
    assert artifact["artifactMediaType"] == SIGNATURE


def test_the_artifact_type_without_one(boto3_ecr: ECRClient) -> None:
    """It is then the configuration's media type (OCI distribution specification 1.1)."""
    upload_layers(boto3_ecr, "note")
    push(boto3_ecr, manifest=manifest_of("note", subject=descriptor(SUBJECT, OCI_MANIFEST)))
    assert referrers(boto3_ecr)[0]["artifactType"] == OCI_CONFIG


def test_an_index_can_be_a_referrer(boto3_ecr: ECRClient) -> None:
    """An index has no configuration; without artifactType there is none in the answer."""
    index = {**json.loads(index_of(SUBJECT)), "subject": descriptor(SUBJECT, OCI_MANIFEST)}
    push(boto3_ecr, manifest=json.dumps(index))
    (referrer,) = referrers(boto3_ecr)
    assert referrer["mediaType"] == OCI_INDEX
    assert "artifactType" not in referrer


def test_a_subject_that_is_not_there(boto3_ecr: ECRClient) -> None:
    """Its artifacts are listed all the same (OCI distribution specification 1.1)."""
    push_signature(boto3_ecr, manifest_of("absent"))
    assert len(referrers(boto3_ecr, manifest_of("absent"))) == 1


def test_a_subject_that_is_no_digest(boto3_ecr: ECRClient) -> None:
    """A tag can't be a subject; the wording is that of other operations (prowler#603)."""
    error = refusal(
        boto3_ecr.list_image_referrers, repositoryName="app", subjectId={"imageDigest": "v1"}
    )["Error"]
    assert error["Code"] == "InvalidParameterException"
    assert "'imageDigest'" in error["Message"]


def test_artifacts_are_chosen_by_type(boto3_ecr: ECRClient) -> None:
    """The filter names up to five types; none at all choose everything (API reference)."""
    push_signature(boto3_ecr, SUBJECT)
    push_signature(boto3_ecr, SUBJECT, "bill", artifactType="application/spdx+json")
    assert len(referrers(boto3_ecr)) == 2
    assert len(referrers(boto3_ecr, artifactTypes=[])) == 2
    assert [each["artifactType"] for each in referrers(boto3_ecr, artifactTypes=[SIGNATURE])] == [
        SIGNATURE
    ]
    assert len(referrers(boto3_ecr, artifactTypes=[SIGNATURE, "application/spdx+json"])) == 2
    message = message_of(
        boto3_ecr.list_image_referrers,
        repositoryName="app",
        subjectId={"imageDigest": digest_of(SUBJECT)},
        filter={"artifactTypes": ["a/b"] * 6},
    )
    assert "'filter.artifactTypes'" in message


def test_artifacts_are_chosen_by_status(boto3_ecr: ECRClient) -> None:
    """Without artifactStatus only ACTIVE ones are listed (API ListImageReferrers)."""
    digest = push_signature(boto3_ecr, SUBJECT)
    boto3_ecr.update_image_storage_class(
        repositoryName="app", imageId={"imageDigest": digest}, targetStorageClass="ARCHIVE"
    )
    assert referrers(boto3_ecr) == []
    for status in ("ARCHIVED", "ANY"):
        (referrer,) = referrers(boto3_ecr, artifactStatus=status)
        assert referrer["artifactStatus"] == "ARCHIVED"


def test_referrers_have_pages(boto3_ecr: ECRClient) -> None:
    """A page holds 20, and 50 at most (API ListImageReferrers)."""
    upload_layers(boto3_ecr, "signature")
    for number in range(51):
        push(boto3_ecr, manifest=signature_of(SUBJECT, annotations={"number": str(number)}))
    call: Any = boto3_ecr.list_image_referrers
    arguments: dict[str, Any] = {
        "repositoryName": "app",
        "subjectId": {"imageDigest": digest_of(SUBJECT)},
    }
    digests: list[str] = []
    token: dict[str, str] = {}
    sizes: list[int] = []
    while True:
        page = call(**arguments, **token)
        sizes.append(len(page["referrers"]))
        digests += [each["digest"] for each in page["referrers"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert sizes == [20, 20, 11]
    assert len(set(digests)) == 51
    assert len(call(**arguments, maxResults=50)["referrers"]) == 50
    assert "'maxResults'" in message_of(call, **arguments, maxResults=51)


def test_referrers_need_a_repository(boto3_ecr: ECRClient) -> None:
    """An unknown repository is RepositoryNotFoundException (API reference)."""
    code = code_of(
        boto3_ecr.list_image_referrers,
        repositoryName="absent",
        subjectId={"imageDigest": digest_of(SUBJECT)},
    )
    assert code == "RepositoryNotFoundException"
