"""ListImageReferrers: artifacts by the image that they are about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of
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
def ecr(ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app, that holds an image, v1."""
    ecr.create_repository(repositoryName="app")
    push(ecr, "v1")
    return ecr


def referrers(ecr: ECRClient, subject: str = SUBJECT, **chosen: Any) -> list[Any]:
    """List the artifacts that are about an image."""
    arguments: Any = {"filter": chosen} if chosen else {}
    answer: Any = ecr.list_image_referrers(
        repositoryName="app", subjectId={"imageDigest": digest_of(subject)}, **arguments
    )
    return list(answer["referrers"])


def test_an_artifact_is_listed_by_its_subject(ecr: ECRClient) -> None:
    """A manifest with a subject is a referrer of it (API ListImageReferrers)."""
    assert referrers(ecr) == []
    manifest = signature_of(SUBJECT, annotations={"signer": "me"})
    digest = push_signature(ecr, SUBJECT, annotations={"signer": "me"})
    assert referrers(ecr) == [
        {
            "digest": digest,
            "mediaType": OCI_MANIFEST,
            "artifactType": SIGNATURE,
            "size": len(manifest),
            "annotations": {"signer": "me"},
            "artifactStatus": "ACTIVE",
        }
    ]
    assert referrers(ecr, manifest) == []
    details: Any = ecr.describe_images(repositoryName="app")["imageDetails"]
    (artifact,) = (each for each in details if each["imageDigest"] == digest)
    assert artifact["subjectManifestDigest"] == digest_of(SUBJECT)
    assert artifact["artifactMediaType"] == SIGNATURE


def test_the_artifact_type_without_one(ecr: ECRClient) -> None:
    """It is then the configuration's media type (OCI distribution specification 1.1)."""
    upload_layers(ecr, "note")
    push(ecr, manifest=manifest_of("note", subject=descriptor(SUBJECT, OCI_MANIFEST)))
    assert referrers(ecr)[0]["artifactType"] == OCI_CONFIG


def test_an_index_can_be_a_referrer(ecr: ECRClient) -> None:
    """An index has no configuration; without artifactType there is none in the answer."""
    index = {**json.loads(index_of(SUBJECT)), "subject": descriptor(SUBJECT, OCI_MANIFEST)}
    push(ecr, manifest=json.dumps(index))
    (referrer,) = referrers(ecr)
    assert referrer["mediaType"] == OCI_INDEX
    assert "artifactType" not in referrer


def test_a_subject_that_is_not_there(ecr: ECRClient) -> None:
    """Its artifacts are listed all the same (OCI distribution specification 1.1)."""
    push_signature(ecr, manifest_of("absent"))
    assert len(referrers(ecr, manifest_of("absent"))) == 1


def test_artifacts_are_chosen_by_type(ecr: ECRClient) -> None:
    """The filter names up to five types; none at all choose everything (API reference)."""
    push_signature(ecr, SUBJECT)
    push_signature(ecr, SUBJECT, "bill", artifactType="application/spdx+json")
    assert len(referrers(ecr)) == 2
    assert len(referrers(ecr, artifactTypes=[])) == 2
    assert [each["artifactType"] for each in referrers(ecr, artifactTypes=[SIGNATURE])] == [
        SIGNATURE
    ]
    assert len(referrers(ecr, artifactTypes=[SIGNATURE, "application/spdx+json"])) == 2
    message = message_of(
        ecr.list_image_referrers,
        repositoryName="app",
        subjectId={"imageDigest": digest_of(SUBJECT)},
        filter={"artifactTypes": ["a/b"] * 6},
    )
    assert "'filter.artifactTypes'" in message


def test_artifacts_are_chosen_by_status(ecr: ECRClient) -> None:
    """Without artifactStatus only ACTIVE ones are listed (API ListImageReferrers)."""
    digest = push_signature(ecr, SUBJECT)
    ecr.update_image_storage_class(
        repositoryName="app", imageId={"imageDigest": digest}, targetStorageClass="ARCHIVE"
    )
    assert referrers(ecr) == []
    for status in ("ARCHIVED", "ANY"):
        (referrer,) = referrers(ecr, artifactStatus=status)
        assert referrer["artifactStatus"] == "ARCHIVED"


def test_referrers_have_pages(ecr: ECRClient) -> None:
    """A page holds 20, and 50 at most (API ListImageReferrers)."""
    upload_layers(ecr, "signature")
    for number in range(51):
        push(ecr, manifest=signature_of(SUBJECT, annotations={"number": str(number)}))
    call: Any = ecr.list_image_referrers
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


def test_referrers_need_a_repository(ecr: ECRClient) -> None:
    """An unknown repository is RepositoryNotFoundException (API reference)."""
    code = code_of(
        ecr.list_image_referrers,
        repositoryName="absent",
        subjectId={"imageDigest": digest_of(SUBJECT)},
    )
    assert code == "RepositoryNotFoundException"
