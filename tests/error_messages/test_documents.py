"""Refused documents are explained by place, and names that are something else are recognized."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ecr_typed import EcrClient, ImageIdentifier, RCTAppliedFor
from tests.support.errors import error_of
from tests.support.wire import Wire, refusal

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}
SELECTION = {"tagStatus": "any", "countType": "sinceImagePush", "countNumber": 9}
POLICY = {"rules": [{"rulePriority": 1, "selection": SELECTION, "action": {"type": "expire"}}]}
URI = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app"
TEMPLATE = ("team", [RCTAppliedFor.REPLICATION])

Call = Callable[[EcrClient], object]


REFUSED: list[tuple[Call, str]] = [
    (
        lambda ecr: ecr.set_repository_policy(
            "team/app", json.dumps({"Statement": [{**STATEMENT, "Resource": "*"}]})
        ),
        "policy_text: Statement[0].Resource: ",
    ),
    (
        lambda ecr: ecr.put_registry_policy(json.dumps({"Statement": [STATEMENT]})),
        "policy_text: Statement[0].Resource: ",
    ),
    (
        lambda ecr: ecr.put_lifecycle_policy("team/app", json.dumps(POLICY)),
        "lifecycle_policy_text: rules[0].selection.countType: ",
    ),
    (
        lambda ecr: ecr.start_lifecycle_policy_preview(
            "team/app", lifecycle_policy_text=json.dumps(POLICY)
        ),
        "lifecycle_policy_text: rules[0].selection.countType: ",
    ),
    (
        lambda ecr: ecr.create_repository_creation_template(
            *TEMPLATE, lifecycle_policy=json.dumps(POLICY)
        ),
        "lifecycle_policy: rules[0].selection.countType: ",
    ),
    (
        lambda ecr: ecr.update_repository_creation_template(
            "team", repository_policy=json.dumps({"Statement": [{"Effect": "Allow"}]})
        ),
        "repository_policy: Statement[0].Principal: ",
    ),
    (
        lambda ecr: ecr.put_image("team/app", '{"schemaVersion": 2}', image_tag="v1"),
        "image_manifest: mediaType: ",
    ),
    (
        lambda ecr: ecr.set_repository_policy("team/app", "not JSON"),
        "policy_text: ",
    ),
]


@pytest.mark.parametrize(("call", "place"), REFUSED)
def test_refused_document_is_explained_by_place(
    once: EcrClient, wire: Wire, call: Call, place: str
) -> None:
    """What is known to be wrong in a policy or a manifest is named where it stands."""
    wire.will(refusal("InvalidParameterException", "Invalid parameter"))

    error = error_of(call, once)

    assert [line for line in error.explanations if line.startswith(place)]


URIS: list[tuple[Call, str]] = [
    (lambda ecr: ecr.delete_repository(URI), "repository_name"),
    (
        lambda ecr: ecr.describe_repositories(repository_names=["a/b", URI]).first(),
        "repository_names[1]",
    ),
    (
        lambda ecr: ecr.start_image_scan("team/app", ImageIdentifier(image_tag=f"{URI}:v1")),
        "image_id.image_tag",
    ),
    (
        lambda ecr: ecr.batch_get_image("team/app", [ImageIdentifier(image_tag=f"{URI}:v1")]),
        "image_ids[0].image_tag",
    ),
]


@pytest.mark.parametrize(("call", "argument"), URIS)
@pytest.mark.parametrize("code", ["InvalidParameterException", "RepositoryNotFoundException"])
def test_uri_in_the_place_of_a_name_is_recognized(
    once: EcrClient, wire: Wire, call: Call, argument: str, code: str
) -> None:
    """The error says that it is a URI, how to parse it, and what is in it."""
    wire.will(refusal(code))

    last = error_of(call, once).explanations[-1]

    assert last.startswith(f"{argument} is an image's URI: ImageReference.parse(")
    assert "registry_id='123456789012', repository_name='team/app'" in last
    assert last.endswith("in region eu-west-1.")


MISTAKEN: list[tuple[Call, str]] = [
    (
        lambda ecr: ecr.put_image("arn:aws:ecr:eu-west-1:123456789012:repository/team/app", "{}"),
        "repository_name is an ARN. Pass the repository's name: 'team/app'.",
    ),
    (
        lambda ecr: ecr.describe_repositories(repository_names=["team/app:v1"]).to_list(),
        "repository_names[0] has a tag or a digest. The repository's name is 'team/app'.",
    ),
    (
        lambda ecr: ecr.delete_repository("team/app@sha256:0f0f"),
        "repository_name has a tag or a digest. The repository's name is 'team/app'.",
    ),
    (
        lambda ecr: ecr.tag_resource("team/app", {"team": "a"}),
        (
            "resource_arn is no ARN. Pass the `repository_arn` of the repository, which "
            "describe_repositories and create_repository return."
        ),
    ),
]


@pytest.mark.parametrize(("call", "expected"), MISTAKEN)
def test_names_and_arns_are_told_apart(
    once: EcrClient, wire: Wire, call: Call, expected: str
) -> None:
    """Where a name is due and an ARN or an image is passed, or a name for an ARN, the error says it."""
    wire.will(refusal("InvalidParameterException"))
    assert error_of(call, once).explanations[-1] == expected


def test_refused_document_may_be_nested_deeply(once: EcrClient, wire: Wire) -> None:
    """What the service said is told, whatever it refused."""
    wire.will(refusal("InvalidParameterException", "Invalid parameter"))
    text = '{"rules": ' + "[" * 700 + "]" * 700 + "}"
    error = error_of(once.put_lifecycle_policy, "team/app", text)
    assert str(error).startswith("PutLifecyclePolicy: Invalid parameter")
    assert error.explanations[-1].endswith("it is nested too deeply")


def test_disabled_scan_says_who_scans(once: EcrClient, wire: Wire) -> None:
    """With enhanced scanning, a scan can't be started by hand."""
    wire.will(refusal("ValidationException", "This feature is disabled"))
    image: Any = ImageIdentifier(image_tag="v1")
    last = error_of(once.start_image_scan, "team/app", image).explanations[-1]
    assert last.startswith("Enhanced scanning is on in the registry")
