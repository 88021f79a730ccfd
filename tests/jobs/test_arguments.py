"""Arguments that can't be right: each is refused by name, and nothing is sent."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ecr_typed import CallEvent, EcrClient, EcrRequestError, ImageIdentifier, RCTAppliedFor
from ecr_typed import jobs as public
from ecr_typed.aio import AsyncEcrClient
from ecr_typed.documents import LifecyclePolicy, LifecycleRule, PolicyDocument, Statement
from ecr_typed.jobs import (
    Logins,
    RepositorySettings,
    copy_image,
    delete_images,
    each_repository,
    ensure_creation_template,
    ensure_lifecycle_policy,
    ensure_pull_through_cache_rule,
    ensure_registry_policy_statement,
    ensure_repository,
    ensure_repository_policy,
    login,
    newest_images,
    push_image,
    push_layer,
    read_blob,
    read_config,
    read_image_graph,
    read_manifest,
    read_scan,
    referrers,
    scan_image,
    tag_image,
)
from ecr_typed.testing import EcrEmulator
from tests.support.untyped import untyped

DIGEST = f"sha256:{'0' * 64}"
STATEMENT = Statement(sid="pull", principal="*", action=["ecr:BatchGetImage"])
NAMED = {"repository_name": "team/app"}
IMAGE = {**NAMED, "image": "v1"}

GOOD: dict[Callable[..., Any], dict[str, Any]] = {
    login: {},
    Logins: {},
    newest_images: NAMED,
    read_manifest: IMAGE,
    read_config: IMAGE,
    read_blob: {**NAMED, "digest": DIGEST},
    referrers: IMAGE,
    tag_image: {**IMAGE, "tag": "v2"},
    copy_image: {"source_repository": "team/app", "image": "v1", "target_repository": "copies/app"},
    push_layer: {**NAMED, "source": b"layer"},
    push_image: {**NAMED, "config": None, "layers": [b"layer"]},
    read_image_graph: NAMED,
    delete_images: {**NAMED, "images": ["v1"], "dry_run": False},
    read_scan: IMAGE,
    scan_image: {**IMAGE, "timeout": 0},
    ensure_repository: {**NAMED, "settings": RepositorySettings()},
    ensure_lifecycle_policy: {**NAMED, "policy": LifecyclePolicy([LifecycleRule.keep_newest(3)])},
    ensure_repository_policy: {**NAMED, "policy": PolicyDocument([STATEMENT])},
    ensure_registry_policy_statement: {"statement": STATEMENT},
    ensure_creation_template: {"prefix": "team", "applied_for": [RCTAppliedFor.REPLICATION]},
    ensure_pull_through_cache_rule: {
        "ecr_repository_prefix": "quay",
        "upstream_registry_url": "quay.io",
    },
}
"""Each job with arguments that are right; clients are added."""

CLIENTS = ("ecr", "source", "target")
NOT_TEXT = (5, b"team", "")
NAMES = (None, *NOT_TEXT, "team/app:v1", "team app")
IMAGES = (None, 5, "", ["v1"], "v 1", "sha256:00", "team/app:v1", ImageIdentifier())
TAGS = (None, 5, "", "v 1", DIGEST, "team/app:v1")

WRONG: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(CLIENTS, (None, "ecr", 5)),
    **dict.fromkeys(("repository_name", "source_repository", "target_repository"), NAMES),
    "image": IMAGES,
    "images": ("v1", None, 5, *([image] for image in IMAGES)),
    "tag": TAGS,
    "tags": ("v1", 5, *([tag] for tag in TAGS)),
    "expect": (5, "", "v1"),
    "digest": (None, 5, "v1", "sha256:00", DIGEST.upper()),
    "limit": (0, -1, 1.5, "3", None, True),
    "platform": (None, "linux/amd64"),
    "artifact_types": ("application/spdx+json", 5, [5], [""]),
    "source": ("layer", None, 5),
    "media_type": NOT_TEXT,
    "config": ("{}", 5, {"created": object()}, {"size": float("nan")}),
    "layers": (b"layer", "layer", None, 5, [5]),
    "annotations": ("x", 5, {"key": 5}, {5: "value"}),
    "artifact_type": NOT_TEXT,
    "subject": (DIGEST, 5),
    "threads": (0, "4", None, True),
    "timeout": (-1, "5", None, float("nan")),
    "margin": (5, None, timedelta(days=1)),
    "settings": (None, {"tags": {}}),
    "policy": (None, 5, "x", "[]"),
    "statement": (None, "x", {"Sid": "pull"}, Statement(principal="*", action=["ecr:*"])),
    "prefix": (None, *NOT_TEXT),
    "applied_for": ("REPLICATION", None, 5, [5]),
    "description": (5,),
    "encryption_configuration": ("KMS",),
    "image_tag_mutability": (5,),
    "image_tag_mutability_exclusion_filters": ("latest", 5),
    "repository_policy": (5, "x"),
    "lifecycle_policy": (5, "x"),
    "resource_tags": ("x", [("a", "b")], {"a": 5}),
    "custom_role_arn": (5,),
    "credential_arn": NOT_TEXT,
    "upstream_registry": NOT_TEXT,
    "upstream_registry_url": (None, *NOT_TEXT),
    "upstream_repository_prefix": NOT_TEXT,
    "ecr_repository_prefix": (None, *NOT_TEXT),
    # What is None or 0 by mistake must not delete.
    **dict.fromkeys(
        ("dry_run", "with_children", "start", "overwrite", "referrers"), (None, 0, "no")
    ),
    "on_progress": (5,),
    **dict.fromkeys(("registry_id", "source_registry_id", "target_registry_id"), (5, "abc", "")),
}
UNCHECKED = {"recursive": "whatever it is, it does no harm"}


def parameters(job: Callable[..., Any]) -> list[str]:
    """Return the names of a job's parameters."""
    return list(inspect.signature(job).parameters)


def test_every_parameter_of_every_job_is_tried() -> None:
    names = {name for job in GOOD for name in parameters(job)}
    assert names == WRONG.keys() | UNCHECKED.keys()
    takes_a_client = {
        getattr(public, name)
        for name in public.__all__
        if callable(getattr(public, name))
        and not inspect.isclass(getattr(public, name))
        and {*CLIENTS} & {*parameters(getattr(public, name))}
    }
    assert takes_a_client <= {*GOOD, public.apply_retention, public.each_repository}


@pytest.mark.parametrize("job", GOOD, ids=lambda job: job.__name__)
def test_what_cannot_be_right_is_refused_by_name(job: Callable[..., Any]) -> None:
    told: list[CallEvent] = []
    with EcrEmulator() as emulator, emulator.client(on_call=told.append) as ecr:
        clients = {name: ecr for name in CLIENTS if name in parameters(job)}
        if job is push_layer:
            clients.pop("source")
        good = {**clients, **GOOD[job]}
        for name in parameters(job):
            for value in WRONG.get(name, ()):
                is_default = inspect.signature(job).parameters[name].default is value
                if is_default or (job is copy_image and (name, value) == ("source", "layer")):
                    continue
                with pytest.raises(EcrRequestError) as caught:
                    list(job(**{**good, name: value}) or ())
                assert caught.value.problems[0].argument.startswith(name), (name, value)
                assert told == [], (name, value)


def test_clients_of_other_kinds_are_told_what_to_do(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A boto3 client and an asynchronous one are refused, with the way to an `EcrClient`."""
    boto3_client = emulator.boto3_client()
    for client, hint in (
        (AsyncEcrClient.from_client(ecr), r"AsyncEcrClient.run\(...\) calls a function with one"),
        (boto3_client, r"EcrClient.from_boto3\(...\) makes one of it"),
    ):
        with pytest.raises(EcrRequestError, match=hint):
            untyped(newest_images)(client, "team/app")
        with pytest.raises(EcrRequestError, match=hint):
            untyped(each_repository)(repr, client)
    boto3_client.close()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("tags", {"team": 5}),
        ("tags", "team=payments"),
        ("image_tag_mutability", 5),
        ("image_tag_mutability_exclusion_filters", "latest"),
        ("image_scanning_configuration", True),
        ("encryption_configuration", "KMS"),
        ("lifecycle_policy", "none"),
        ("repository_policy", "[]"),
    ],
)
def test_wrong_settings_are_refused_by_name(setting: str, value: object) -> None:
    with pytest.raises(EcrRequestError) as caught:
        untyped(RepositorySettings)(**{setting: value})
    assert caught.value.problems[0].argument.startswith(setting)
