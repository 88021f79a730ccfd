"""Signatures of the jobs: names, order, kinds and defaults, as they were promised."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from ecr_typed import jobs
from ecr_typed.documents import LifecyclePolicy, LifecycleRule, Platform, PolicyDocument
from ecr_typed.jobs import Outcome, Progress, Registry, Retention, RetentionAction, Status

LINUX = Platform(os="linux", architecture="amd64")
PLACE = {"registry_id": None}
REPORT = {"on_progress": None}
IN_PARALLEL = {"executor": None, **REPORT}

PROMISED: dict[Callable[..., Any], tuple[str, dict[str, Any]]] = {
    jobs.raise_failures: ("outcomes", {}),
    jobs.login: ("ecr", {}),
    jobs.Logins: ("ecr", {"margin": timedelta(minutes=30)}),
    jobs.newest_images: ("ecr repository_name", {"limit": 1, "tags": (), **PLACE}),
    jobs.read_manifest: ("ecr repository_name image", PLACE),
    jobs.read_config: ("ecr repository_name image", {"platform": LINUX, **PLACE}),
    jobs.read_blob: ("ecr repository_name digest", PLACE),
    jobs.referrers: (
        "ecr repository_name image",
        {"artifact_types": (), "recursive": False, **PLACE},
    ),
    jobs.tag_image: (
        "ecr repository_name image tag",
        {"expect": None, "dry_run": False, **PLACE},
    ),
    jobs.copy_image: (
        "source source_repository image target target_repository",
        {
            "tags": None,
            "referrers": True,
            "overwrite": True,
            "threads": 4,
            "dry_run": False,
            **REPORT,
            "source_registry_id": None,
            "target_registry_id": None,
        },
    ),
    jobs.push_layer: ("ecr repository_name source", {"media_type": None, **PLACE}),
    jobs.push_image: (
        "ecr repository_name config layers",
        {"tags": (), "annotations": None, "artifact_type": None, "subject": None, **PLACE},
    ),
    jobs.read_image_graph: ("ecr repository_name", PLACE),
    jobs.plan_retention: ("graph retention", {"now": inspect.Parameter.empty}),
    jobs.apply_retention: (
        "ecr plan",
        {"dry_run": True, "action": RetentionAction.DELETE, **REPORT},
    ),
    jobs.delete_images: (
        "ecr repository_name images",
        {"with_children": False, "dry_run": True, **REPORT, **PLACE},
    ),
    jobs.read_scan: ("ecr repository_name image", PLACE),
    jobs.scan_image: (
        "ecr repository_name image",
        {"start": True, "timeout": 300.0, **PLACE},
    ),
    jobs.ensure_repository: ("ecr repository_name settings", {"dry_run": False}),
    jobs.ensure_lifecycle_policy: ("ecr repository_name policy", {"dry_run": False}),
    jobs.ensure_repository_policy: ("ecr repository_name policy", {"dry_run": False}),
    jobs.ensure_registry_policy_statement: ("ecr statement", {"dry_run": False}),
    jobs.registries: (
        "",
        {
            "regions": inspect.Parameter.empty,
            "accounts": (),
            "role_name": None,
            "partition": "aws",
        },
    ),
    jobs.each: ("function items", {"threads": 16, "executor": None, "ordered": False, **REPORT}),
    jobs.each_registry: ("function registries", {"threads": 8, **IN_PARALLEL}),
    jobs.each_repository: ("function ecr", {"select": None, "threads": 8, **IN_PARALLEL}),
    LifecycleRule.keep_newest: ("count", {"tags": ()}),
    LifecycleRule.expire_untagged: ("", {"days": inspect.Parameter.empty}),
    LifecycleRule.expire_older: ("", {"days": inspect.Parameter.empty, "tags": ()}),
    LifecycleRule.expire_unpulled: ("", {"days": inspect.Parameter.empty}),
    LifecycleRule.archive_unpulled: ("", {"days": inspect.Parameter.empty}),
    LifecycleRule.protect: ("", {"tags": inspect.Parameter.empty}),
    LifecyclePolicy.decide: ("self images", {"indexes": (), "now": None}),
    PolicyDocument.with_statement: ("self statement", {}),
    PolicyDocument.without: ("self sid", {}),
    Registry: (
        "region_name",
        dict.fromkeys(("account_id", "profile_name", "role_arn", "external_id", "endpoint_url")),
    ),
}
"""The names of the arguments that may be given by position, and the defaults of the others."""


@pytest.mark.parametrize("function", PROMISED, ids=lambda function: function.__qualname__)
def test_signature_is_as_promised(function: Callable[..., Any]) -> None:
    positional, options = PROMISED[function]
    parameters = inspect.signature(function).parameters.values()
    by_name = [one for one in parameters if one.kind is one.KEYWORD_ONLY]
    first = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert len(by_name) + len(first) == len(parameters)
    assert [one.name for one in first] == positional.split()
    assert all(one.default is one.empty for one in first)
    assert {one.name: one.default for one in by_name} == options
    # Equal is not enough: 1 == True.
    assert all(type(one.default) is type(options[one.name]) for one in by_name)


@pytest.mark.parametrize("job", ["ensure_creation_template", "ensure_pull_through_cache_rule"])
def test_set_up_writes_unless_told_otherwise(job: str) -> None:
    assert inspect.signature(getattr(jobs, job)).parameters["dry_run"].default is False


def test_retention_has_the_defaults_that_were_promised() -> None:
    rules = Retention(keep_newest=1)
    assert {field.name: getattr(rules, field.name) for field in attrs.fields(Retention)} == {
        "keep_newest": 1,
        "group_by": None,
        "keep_tags": (),
        "keep": (),
        "pushed_within": None,
        "pulled_within": None,
        "grace": timedelta(days=1),
        "least_left": 1,
        "most_deleted": 0.9,
    }


def test_outcomes_and_progress_have_what_was_promised() -> None:
    assert [field.name for field in attrs.fields(Outcome)] == [
        *("item", "status", "value", "error", "registry"),
    ]
    assert [field.name for field in attrs.fields(Progress)] == [
        *("done", "total", "failed", "bytes_done", "item"),
    ]
    assert {*Status} == {"DONE", "UNCHANGED", "PLANNED", "SKIPPED", "FAILED", "UNKNOWN"}
