"""Setting up: described first, created once, changed only where it differs, and tried before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    ImageScanningConfiguration,
    ImageTagMutability,
    RCTAppliedFor,
)
from ecr_typed.documents import LifecyclePolicy, LifecycleRule, PolicyDocument, Statement
from ecr_typed.jobs import (
    EnsureStatus,
    RepositorySettings,
    ensure_creation_template,
    ensure_lifecycle_policy,
    ensure_pull_through_cache_rule,
    ensure_registry_policy_statement,
    ensure_repository,
    ensure_repository_policy,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, ErrorAnswer

STATEMENT = Statement(
    sid="Pull",
    effect="Allow",
    principal={"AWS": ["123456789012"]},
    action=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
)
POLICY = PolicyDocument(statements=[STATEMENT])
LIFECYCLE = LifecyclePolicy([LifecycleRule.keep_newest(30), LifecycleRule.expire_untagged(days=7)])
SETTINGS = RepositorySettings(
    tags={"team": "payments"},
    image_tag_mutability=ImageTagMutability.IMMUTABLE,
    image_scanning_configuration=ImageScanningConfiguration(scan_on_push=True),
    lifecycle_policy=LIFECYCLE,
    repository_policy=POLICY,
)
REGISTRY_STATEMENT = Statement(
    sid="Replicate",
    effect="Allow",
    principal={"AWS": "arn:aws:iam::123456789012:root"},
    action=["ecr:ReplicateImage"],
    resource=["arn:aws:ecr:us-east-1:123456789012:repository/*"],
)
READS = ("Describe", "Get", "List", "BatchGet")


@pytest.fixture
def told() -> list[CallEvent]:
    return []


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def app(emulator: EcrEmulator, told: list[CallEvent]) -> Iterator[EcrClient]:
    with emulator.client(on_call=told.append) as ecr:
        yield ecr


def writes(told: list[CallEvent]) -> list[str]:
    """The operations of calls that write."""
    names = [event.operation_name for event in told]
    return [name for name in names if not name.startswith(READS)]


def test_repository_is_created_once(app: EcrClient, told: list[CallEvent]) -> None:
    planned = ensure_repository(app, "team/app", SETTINGS, dry_run=True)
    assert (planned.status, planned.value) == (EnsureStatus.CREATED, None)
    assert writes(told) == []

    made = ensure_repository(app, "team/app", SETTINGS)
    assert made.status is EnsureStatus.CREATED
    told.clear()
    again = ensure_repository(app, "team/app", SETTINGS)
    assert (again.status, again.differences, again.unfixable) == (EnsureStatus.UNCHANGED, (), ())
    assert writes(told) == []
    assert again.value == made.value


def test_only_differences_are_changed(app: EcrClient, told: list[CallEvent]) -> None:
    app.create_repository("team/app", tags={"team": "payments", "own": "yes"})
    told.clear()
    changed = ensure_repository(app, "team/app", SETTINGS)
    assert changed.status is EnsureStatus.CHANGED
    assert set(changed.differences) == {
        "image_tag_mutability",
        "image_scanning_configuration",
        "lifecycle_policy",
        "repository_policy",
    }
    assert len(writes(told)) == 4
    assert changed.value is not None
    assert changed.value.image_tag_mutability == ImageTagMutability.IMMUTABLE
    assert len(app.list_tags_for_resource(changed.value.repository_arn)) == 2


def test_encryption_is_unfixable(app: EcrClient) -> None:
    app.create_repository("team/app")
    kms = EncryptionConfiguration(encryption_type=EncryptionType.KMS)
    found = ensure_repository(app, "team/app", RepositorySettings(encryption_configuration=kms))
    assert found.status is EnsureStatus.UNCHANGED
    assert found.unfixable == ("the repository is encrypted with AES256, which can't be changed",)


def test_whoever_may_not_create_uses_what_is_there(emulator: EcrEmulator, app: EcrClient) -> None:
    app.create_repository("team/app")
    denied = ErrorAnswer("AccessDeniedException", "no")
    emulator.faults.inject(denied, operation_name="CreateRepository", share=1.0)
    assert ensure_repository(app, "team/app", RepositorySettings()).value is not None


def test_documents_are_compared_by_meaning(app: EcrClient, told: list[CallEvent]) -> None:
    app.create_repository("team/app")
    assert ensure_lifecycle_policy(app, "team/app", LIFECYCLE).status is EnsureStatus.CREATED
    assert ensure_repository_policy(app, "team/app", POLICY).status is EnsureStatus.CREATED
    told.clear()
    indented = json.dumps(json.loads(str(LIFECYCLE)), indent=4, sort_keys=True)
    assert ensure_lifecycle_policy(app, "team/app", indented).status is EnsureStatus.UNCHANGED
    assert ensure_repository_policy(app, "team/app", POLICY).status is EnsureStatus.UNCHANGED
    assert writes(told) == []
    other = LifecyclePolicy([LifecycleRule.keep_newest(5)])
    assert ensure_lifecycle_policy(app, "team/app", other).status is EnsureStatus.CHANGED


def test_statement_is_added_to_the_registrys_policy(app: EcrClient, told: list[CallEvent]) -> None:
    assert ensure_registry_policy_statement(app, REGISTRY_STATEMENT).status is EnsureStatus.CREATED
    told.clear()
    again = ensure_registry_policy_statement(app, REGISTRY_STATEMENT)
    assert again.status is EnsureStatus.UNCHANGED
    assert writes(told) == []


def ensure_template(ecr: EcrClient, *, dry_run: bool = False) -> EnsureStatus:
    """Let a template exist."""
    scenarios = [RCTAppliedFor.CREATE_ON_PUSH]
    return ensure_creation_template(
        ecr, "team", scenarios, lifecycle_policy=LIFECYCLE, dry_run=dry_run
    ).status


def ensure_rule(ecr: EcrClient, *, dry_run: bool = False) -> EnsureStatus:
    """Let a pull through cache rule exist."""
    return ensure_pull_through_cache_rule(ecr, "quay", "quay.io", dry_run=dry_run).status


@pytest.mark.parametrize("ensure", [ensure_template, ensure_rule])
def test_settings_of_the_registry_are_created_once(
    app: EcrClient, told: list[CallEvent], ensure: Callable[..., Any]
) -> None:
    assert ensure(app, dry_run=True) is EnsureStatus.CREATED
    assert writes(told) == []
    assert ensure(app) is EnsureStatus.CREATED
    told.clear()
    assert ensure(app) is EnsureStatus.UNCHANGED
    assert writes(told) == []


def test_template_is_updated_where_it_differs(app: EcrClient) -> None:
    scenarios = [RCTAppliedFor.REPLICATION]
    ensure_creation_template(app, "team", scenarios, description="old")
    found = ensure_creation_template(
        app, "team", scenarios, description="new", image_tag_mutability=ImageTagMutability.MUTABLE
    )
    assert (found.status, found.differences) == (EnsureStatus.CHANGED, ("description",))
    assert found.value is not None
    assert found.value.description == "new"


def test_other_upstream_is_unfixable(app: EcrClient) -> None:
    ensure_pull_through_cache_rule(app, "mirror", "quay.io")
    found = ensure_pull_through_cache_rule(app, "mirror", "public.ecr.aws")
    assert found.status is EnsureStatus.UNCHANGED
    assert found.unfixable == ("the rule's upstream registry is quay.io, which can't be changed",)


def test_each_lost_response_ends_the_same(emulator: EcrEmulator, app: EcrClient) -> None:
    """The sweep: the k-th write loses its response, for every k; run again, all is as asked for."""
    operations = (
        "CreateRepository",
        "PutLifecyclePolicy",
        "SetRepositoryPolicy",
    )
    for number, operation in enumerate(operations):
        emulator.faults.inject(DROPPED, operation_name=operation)
        name = f"team/app-{number}"
        ensure_repository(app, name, SETTINGS)
        assert ensure_repository(app, name, SETTINGS).status is EnsureStatus.UNCHANGED
