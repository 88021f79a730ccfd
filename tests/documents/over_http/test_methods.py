"""Methods take a document where they take its text."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from ecr_typed import EcrClient, EcrRequestError, ImageIdentifier, RCTAppliedFor
from ecr_typed.documents import (
    ImageIndex,
    LifecyclePolicy,
    LifecycleRule,
    PolicyDocument,
    Statement,
    UnknownManifest,
    parse_manifest,
)

INDEX = "application/vnd.oci.image.index.v1+json"
LIFECYCLE = LifecyclePolicy([LifecycleRule.expire_untagged(days=7)])
POLICY = PolicyDocument([Statement(sid="a", principal="*", action="ecr:BatchGetImage")])
REGISTRY = PolicyDocument(
    [
        Statement(
            sid="a",
            principal={"AWS": "111122223333"},
            action="ecr:ReplicateImage",
            resource="arn:aws:ecr:us-east-1:123456789012:repository/*",
        )
    ]
)


def test_lifecycle_policies(app: EcrClient) -> None:
    put = app.put_lifecycle_policy("app", LIFECYCLE)
    started = app.start_lifecycle_policy_preview("app", lifecycle_policy_text=LIFECYCLE)

    assert put.lifecycle_policy_text is not None
    assert LIFECYCLE.is_same(put.lifecycle_policy_text)
    assert started.lifecycle_policy_text == str(LIFECYCLE)


def test_policies_of_repositories_and_of_the_registry(app: EcrClient) -> None:
    app.set_repository_policy("app", POLICY)
    app.put_registry_policy(REGISTRY)

    assert POLICY.is_same(
        app.boto3_client.get_repository_policy(repositoryName="app")["policyText"]
    )
    assert REGISTRY.is_same(app.boto3_client.get_registry_policy()["policyText"])


def test_policies_of_templates(app: EcrClient) -> None:
    created = app.create_repository_creation_template(
        "documents",
        [RCTAppliedFor.REPLICATION],
        lifecycle_policy=LIFECYCLE,
        repository_policy=POLICY,
    )

    assert LIFECYCLE.is_same(created.lifecycle_policy or "")
    assert POLICY.is_same(created.repository_policy or "")
    other = LifecyclePolicy([LifecycleRule.keep_newest(3)])
    updated = app.update_repository_creation_template("documents", lifecycle_policy=other)
    assert other.is_same(updated.lifecycle_policy or "")


@pytest.mark.parametrize("media_type", [INDEX, None])
def test_a_manifest_brings_its_media_type_along(app: EcrClient, media_type: str | None) -> None:
    text = json.dumps(
        {
            "schemaVersion": 2,
            "manifests": [],
            "annotations": {"given": str(media_type)},
            **({} if media_type else {"mediaType": INDEX}),
        },
        indent=3,
    )
    manifest = parse_manifest(text, media_type)
    assert isinstance(manifest, ImageIndex)

    image = app.put_image("app", manifest, image_tag="document")

    assert image.image_id == ImageIdentifier(image_tag="document", image_digest=manifest.digest)
    assert image.image_manifest == text
    assert image.image_manifest_media_type == INDEX


def test_a_media_type_that_is_given_counts(app: EcrClient) -> None:
    manifest = parse_manifest('{"schemaVersion": 2, "manifests": []}', "application/x")
    assert isinstance(manifest, UnknownManifest)

    image = app.put_image("app", manifest, image_manifest_media_type=INDEX, image_tag="given")

    assert image.image_manifest_media_type == INDEX


def test_another_document_is_refused(app: EcrClient) -> None:
    put: Any = app.put_lifecycle_policy
    with pytest.raises(EcrRequestError, match="lifecycle_policy_text: expected text of 100"):
        put("app", POLICY)
    with pytest.raises(EcrRequestError, match=r"expected text of 100.*json\.dumps"):
        put("app", {"rules": []})


def test_a_text_loads_no_documents() -> None:
    program = (
        "import sys\n"
        "from ecr_typed import EcrClient, EcrError\n"
        "with EcrClient(region_name='us-east-1', endpoint_url='http://127.0.0.1:9') as ecr:\n"
        "    try:\n"
        "        ecr.put_lifecycle_policy('app', 200 * ' ')\n"
        "    except EcrError as error:\n"
        "        print(type(error).__name__)\n"
        "print('ecr_typed.documents' in sys.modules)\n"
    )

    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout.split() == ["EcrConnectionError", "False"]
