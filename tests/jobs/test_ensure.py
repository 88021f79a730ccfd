"""Setting up: described first, created once, changed only where it differs, and tried before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import attrs
import pytest

from ecr_typed import (
    AccessDeniedException,
    CallEvent,
    EcrClient,
    EcrServiceError,
    EncryptionConfiguration,
    EncryptionType,
    ImageScanningConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
    RCTAppliedFor,
    RepositoryNotFoundException,
    UpstreamRegistry,
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
from ecr_typed.testing.faults import ErrorResponse, LateResponse

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
    denied = ErrorResponse("AccessDeniedException", "no")
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


def test_exclusion_filters_of_a_template_go_with_their_mutability(
    app: EcrClient, told: list[CallEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service takes the two together: what differs is sent with what belongs to it."""
    sent: list[dict[str, Any]] = []
    update = EcrClient.update_repository_creation_template

    def watched(ecr: EcrClient, prefix: str, **changes: Any) -> Any:
        sent.append(changes)
        return update(ecr, prefix, **changes)

    monkeypatch.setattr(EcrClient, "update_repository_creation_template", watched)
    wildcard = ImageTagMutabilityExclusionFilterType.WILDCARD
    exclusion = ImageTagMutability.IMMUTABLE_WITH_EXCLUSION
    ensure = partial(ensure_creation_template, app, "team", [RCTAppliedFor.REPLICATION])
    old, new = ([ImageTagMutabilityExclusionFilter(filter_type=wildcard, filter=f)] for f in "ab")
    ensure(image_tag_mutability=exclusion, image_tag_mutability_exclusion_filters=old)

    found = ensure(image_tag_mutability_exclusion_filters=new)
    assert found.differences == ("image_tag_mutability_exclusion_filters",)
    assert sent.pop() == {
        "image_tag_mutability": exclusion,
        "image_tag_mutability_exclusion_filters": new,
    }
    found = ensure(image_tag_mutability=ImageTagMutability.MUTABLE_WITH_EXCLUSION)
    assert found.differences == ("image_tag_mutability",)
    assert sent.pop()["image_tag_mutability_exclusion_filters"] == tuple(new)
    ensure(image_tag_mutability=ImageTagMutability.MUTABLE)
    assert sent.pop() == {"image_tag_mutability": ImageTagMutability.MUTABLE}


def test_error_after_a_rule_was_written_says_so(emulator: EcrEmulator, app: EcrClient) -> None:
    """It is read again after it was written, which may fail."""
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/a"
    ensure = partial(ensure_pull_through_cache_rule, app, "mirror", "ghcr.io")
    denied = ErrorResponse("AccessDeniedException", "no")
    for number, said in enumerate(
        ("the rule for mirror: it was created", "the rule for mirror: its credential_arn was set")
    ):
        arn = f"{secret}-{number}"
        emulator.faults.inject(LateResponse(), operation_name="DescribePullThroughCacheRules")
        emulator.faults.inject(denied, operation_name="DescribePullThroughCacheRules")
        with pytest.raises(AccessDeniedException) as caught:
            ensure(credential_arn=arn)
        text = f"Before this call, {said}. Run it again to do what is left."
        assert text in caught.value.explanations
        assert ensure(credential_arn=arn).status is EnsureStatus.UNCHANGED


def test_other_upstream_is_unfixable(app: EcrClient) -> None:
    ensure_pull_through_cache_rule(app, "mirror", "quay.io")
    found = ensure_pull_through_cache_rule(app, "mirror", "public.ecr.aws")
    assert found.status is EnsureStatus.UNCHANGED
    assert found.unfixable == ("the rule's upstream registry is quay.io, which can't be changed",)


def test_what_was_created_lists_what_its_dry_run_did(app: EcrClient) -> None:
    planned = ensure_repository(app, "team/app", SETTINGS, dry_run=True)
    made = ensure_repository(app, "team/app", SETTINGS)
    assert (
        made.differences
        == planned.differences
        == tuple(
            name
            for name in attrs.fields_dict(RepositorySettings)
            if getattr(SETTINGS, name) is not None
        )
    )


def test_role_that_may_not_create_is_told_so(emulator: EcrEmulator, app: EcrClient) -> None:
    denied = ErrorResponse("AccessDeniedException", "not yours")
    emulator.faults.inject(denied, operation_name="CreateRepository")
    with pytest.raises(AccessDeniedException, match="CreateRepository: not yours") as caught:
        ensure_repository(app, "team/app", SETTINGS)
    assert not caught.value.maybe_applied
    assert app.describe_repositories().to_list() == []


def test_error_after_a_write_says_what_was_done(emulator: EcrEmulator, app: EcrClient) -> None:
    denied = ErrorResponse("AccessDeniedException", "not yours")
    emulator.faults.inject(denied, operation_name="SetRepositoryPolicy", times=2)
    with pytest.raises(AccessDeniedException) as caught:
        ensure_repository(app, "team/app", SETTINGS)
    assert caught.value.explanations[-1] == (
        "Before this call, team/app was created, its lifecycle_policy was set. "
        "Run it again to do what is left."
    )
    with pytest.raises(AccessDeniedException) as caught:
        ensure_repository(app, "team/app", SETTINGS)
    assert not any("Before this call" in text for text in caught.value.explanations)
    assert ensure_repository(app, "team/app", SETTINGS).differences == ("repository_policy",)


def test_new_repository_that_is_not_found_yet_is_waited_for(
    emulator: EcrEmulator, app: EcrClient
) -> None:
    """The service is eventually consistent."""
    late = ErrorResponse("RepositoryNotFoundException", "not yet")
    for operation in ("ListTagsForResource", "PutLifecyclePolicy"):
        emulator.faults.inject(late, operation_name=operation)
    made = ensure_repository(app, "team/app", SETTINGS)
    assert made.status is EnsureStatus.CREATED
    assert ensure_repository(app, "team/app", SETTINGS).status is EnsureStatus.UNCHANGED


def test_repository_that_vanishes_is_an_error_that_says_so(
    app: EcrClient, emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A new repository is looked for again for some seconds.
    monkeypatch.setattr("ecr_typed.jobs._ensure_repository._PAUSES", (0.01,))
    with emulator.client() as other:

        def vanish(event: CallEvent) -> None:
            if event.operation_name == "CreateRepository":
                other.delete_repository("team/app", force=True)

        with pytest.raises(RepositoryNotFoundException) as caught:
            ensure_repository(app.with_options(on_call=vanish), "team/app", SETTINGS)
    assert "team/app was created" in caught.value.explanations[-1]
    assert ensure_repository(app, "team/app", SETTINGS).status is EnsureStatus.CREATED


def test_repository_that_another_program_creates_is_changed(
    app: EcrClient, emulator: EcrEmulator
) -> None:
    with emulator.client() as other:

        def create(event: CallEvent) -> None:
            if event.operation_name == "DescribeRepositories" and event.error is not None:
                other.create_repository("team/app")

        ensured = ensure_repository(app.with_options(on_call=create), "team/app", SETTINGS)
    assert ensured.status is EnsureStatus.CHANGED
    assert ensure_repository(app, "team/app", SETTINGS).status is EnsureStatus.UNCHANGED


def test_exclusion_filters_go_with_their_mutability(app: EcrClient) -> None:
    latest = ImageTagMutabilityExclusionFilter(
        filter_type=ImageTagMutabilityExclusionFilterType.WILDCARD, filter="latest"
    )
    immutable = ImageTagMutability.IMMUTABLE_WITH_EXCLUSION
    first = RepositorySettings(
        image_tag_mutability=immutable, image_tag_mutability_exclusion_filters=[latest]
    )
    assert ensure_repository(app, "team/app", first).status is EnsureStatus.CREATED
    # The filters are left as they are, whether or not the kind changes.
    alone = RepositorySettings(image_tag_mutability=immutable)
    assert ensure_repository(app, "team/app", alone).status is EnsureStatus.UNCHANGED
    other = RepositorySettings(image_tag_mutability=ImageTagMutability.MUTABLE_WITH_EXCLUSION)
    changed = ensure_repository(app, "team/app", other).value
    assert changed is not None
    assert changed.image_tag_mutability_exclusion_filters == (latest,)
    plain = RepositorySettings(image_tag_mutability=ImageTagMutability.MUTABLE)
    assert ensure_repository(app, "team/app", plain).status is EnsureStatus.CHANGED
    assert ensure_repository(app, "team/app", plain).status is EnsureStatus.UNCHANGED


def test_setting_that_is_removed_from_a_template_is_removed_once(app: EcrClient) -> None:
    scenarios = [RCTAppliedFor.REPLICATION]
    ensure_creation_template(app, "team", scenarios, description="old", lifecycle_policy=LIFECYCLE)
    without = partial(
        ensure_creation_template, app, "team", scenarios, description="", lifecycle_policy=""
    )
    assert without().differences == ("description", "lifecycle_policy")
    assert without().status is EnsureStatus.UNCHANGED


def test_what_another_program_creates_meanwhile_is_taken(
    app: EcrClient, emulator: EcrEmulator
) -> None:
    with emulator.client() as other:

        def create(event: CallEvent) -> None:
            match event.operation_name:
                case "DescribeRepositoryCreationTemplates" if not other_has_template(other):
                    ensure_template(other)
                case "DescribePullThroughCacheRules" if (
                    not other.describe_pull_through_cache_rules().to_list()
                ):
                    ensure_rule(other)
                case _:
                    pass

        late = app.with_options(on_call=create)
        assert ensure_template(late) is EnsureStatus.UNCHANGED
        assert ensure_rule(late) is EnsureStatus.UNCHANGED


def other_has_template(ecr: EcrClient) -> bool:
    """Return whether there is a template."""
    return bool(ecr.describe_repository_creation_templates().to_list())


@pytest.mark.parametrize(
    ("code", "operation", "ensure"),
    [
        (
            "TemplateAlreadyExistsException",
            "CreateRepositoryCreationTemplate",
            ensure_template,
        ),
        (
            "PullThroughCacheRuleAlreadyExistsException",
            "CreatePullThroughCacheRule",
            ensure_rule,
        ),
    ],
)
def test_what_exists_under_another_name_is_an_error(
    emulator: EcrEmulator, app: EcrClient, code: str, operation: str, ensure: Callable[..., Any]
) -> None:
    """A prefix may be taken in another spelling, with a slash: it is not looked for without end."""
    taken = ErrorResponse(code, "it is there")
    emulator.faults.inject(taken, operation_name=operation, times=5)
    with pytest.raises(EcrServiceError, match="it is there"):
        ensure(app)


def test_rule_for_an_upstream_that_is_ecr(app: EcrClient) -> None:
    upstream = "210987654321.dkr.ecr.us-east-1.amazonaws.com"
    role = "arn:aws:iam::123456789012:role/cache"
    cache = partial(
        ensure_pull_through_cache_rule,
        app,
        "shared",
        upstream,
        upstream_registry=UpstreamRegistry.ECR,
        upstream_repository_prefix="base",
    )
    made = cache(custom_role_arn=role)
    assert (made.status, made.unfixable) == (EnsureStatus.CREATED, ())
    assert cache(custom_role_arn=role).status is EnsureStatus.UNCHANGED
    moved = cache(custom_role_arn=f"{role}-2")
    assert (moved.status, moved.differences) == (EnsureStatus.CHANGED, ("custom_role_arn",))
    other = cache(upstream_repository_prefix="team")
    assert other.unfixable == ("the rule's prefix at the upstream is base, which can't be changed",)


def test_tags_may_be_those_of_another_repository(app: EcrClient, told: list[CallEvent]) -> None:
    """What `list_tags_for_resource` returns is taken as it is."""
    other = app.create_repository("team/other", tags={"team": "payments", "stage": "test"})
    tags = app.list_tags_for_resource(other.repository_arn)
    settings = RepositorySettings(tags=tags)

    made = ensure_repository(app, "team/app", settings).value
    assert made is not None
    assert set(app.list_tags_for_resource(made.repository_arn)) == set(tags)
    assert settings == RepositorySettings(tags={"team": "payments", "stage": "test"})

    ensure_creation_template(app, "team", [RCTAppliedFor.REPLICATION], resource_tags=tags)
    told.clear()
    again = ensure_creation_template(app, "team", [RCTAppliedFor.REPLICATION], resource_tags=tags)
    assert (again.status, writes(told)) == (EnsureStatus.UNCHANGED, [])


def test_settings_are_immutable() -> None:
    """What they were made of may change afterwards, and they can be keys."""
    tags = {"team": "payments"}
    settings = RepositorySettings(tags=tags)
    tags["team"] = "other"

    assert settings == RepositorySettings(tags={"team": "payments"})
    assert hash(settings) == hash(RepositorySettings(tags={"team": "payments"}))
