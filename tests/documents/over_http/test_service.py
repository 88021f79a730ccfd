"""Documents that the service takes, refuses and gives back."""

from __future__ import annotations

import itertools
import json
from typing import Any

import attrs
import pytest
from hypothesis import given

from ecr_typed import EcrClient, EcrServiceError, ImageIdentifier
from ecr_typed.documents import (
    ImageReference,
    LifecyclePolicy,
    LifecycleRule,
    PolicyDocument,
    Statement,
    parse_manifest,
)
from tests.documents.indexes import index_of
from tests.documents.strategies import damaged, lifecycle_policies, repository_policies

_numbers = itertools.count()


def test_a_lifecycle_policy_comes_back_the_same(app: EcrClient) -> None:
    policy = LifecyclePolicy(
        [
            LifecycleRule.keep_newest(50),
            LifecycleRule.protect(tags=["release-*"]),
            attrs.evolve(LifecycleRule.expire_untagged(days=7), description="Übrige"),
            LifecycleRule.expire_older(days=30, tags=["dev*"]),
            LifecycleRule.expire_archived(days=90),
        ]
    )
    assert policy.problems() == ()

    app.put_lifecycle_policy("app", str(policy))
    text = app.get_lifecycle_policy("app").lifecycle_policy_text

    assert text is not None
    assert policy.is_same(text)


def test_a_repository_policy_comes_back_the_same(app: EcrClient) -> None:
    policy = PolicyDocument(
        [
            Statement(sid="Pull", principal={"AWS": "111122223333"}, action="ecr:BatchGetImage"),
            Statement(
                sid="Nobody else",
                effect="Deny",
                principal="*",
                action="ecr:PutImage",
                condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            ),
        ]
    )

    app.set_repository_policy("app", policy)
    text = app.get_repository_policy("app").policy_text

    assert text is not None
    assert policy.is_same(text)
    # Its denial holds for the owner, whom no organization has.
    app.delete_repository_policy("app")


def test_a_registry_policy_comes_back_the_same(app: EcrClient) -> None:
    policy = PolicyDocument(
        [
            Statement(
                sid="Replicate",
                principal={"AWS": "111122223333"},
                action=["ecr:CreateRepository", "ecr:ReplicateImage"],
                resource="arn:aws:ecr:us-east-1:123456789012:repository/*",
            )
        ]
    )

    app.put_registry_policy(policy)
    assert policy.is_same(app.boto3_client.get_registry_policy()["policyText"])


def test_the_digest_is_that_of_the_text_as_it_came(app: EcrClient) -> None:
    text = index_of("digest").text + "\n"

    read = parse_manifest(text)
    put = app.put_image("app", str(read), image_tag="index")

    assert read.text == text == str(read)
    assert put.image_id is not None
    assert put.image_id.image_digest == read.digest
    (image,) = app.batch_get_image("app", [ImageIdentifier(image_tag="index")]).images
    assert image.image_manifest is not None
    assert parse_manifest(image.image_manifest, image.image_manifest_media_type) == read


def test_a_repository_uri_names_no_image(app: EcrClient) -> None:
    repository = app.create_repository("team/app")

    reference = ImageReference.parse(repository.repository_uri)

    assert reference.repository_name == "team/app"
    assert reference.registry_id == repository.registry_id
    assert reference.image_id is None


@given(document=damaged(lifecycle_policies()))
def test_lifecycle_policies_that_are_refused_have_problems_and_no_others(
    app: EcrClient, document: dict[str, Any]
) -> None:
    policy = LifecyclePolicy.from_text(json.dumps(document))
    # The text is made long enough below.
    known = [each for each in policy.problems() if "characters" not in each.message]

    def put() -> None:
        app.put_lifecycle_policy("app", str(policy).ljust(100))

    if known:
        with pytest.raises(EcrServiceError):
            put()
    else:
        put()


@given(document=damaged(repository_policies()))
def test_policies_that_are_refused_have_problems(app: EcrClient, document: dict[str, Any]) -> None:
    policy = PolicyDocument.from_text(json.dumps(document))
    if policy.problems():
        return
    # A policy may deny its own author to replace it, so each has a repository of its own.
    name = f"policies/{next(_numbers)}"
    app.create_repository(name)

    try:
        app.set_repository_policy(name, str(policy), force=True)
    except EcrServiceError as error:
        pytest.fail(f"no problem is known, but: {error}")
