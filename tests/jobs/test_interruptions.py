"""The sweep: any request of a job fails, and to run it again ends as if none had failed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, TypeVar

import attrs
import pytest

from ecr_typed import (
    CallEvent,
    CompleteLayerUploadResponse,
    EcrClient,
    EcrError,
    ImageScanningConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
    RCTAppliedFor,
    RetryPolicy,
    to_row,
)
from ecr_typed.documents import (
    Descriptor,
    LifecyclePolicy,
    LifecycleRule,
    PolicyDocument,
    Statement,
)
from ecr_typed.jobs import (
    Ensured,
    EnsureStatus,
    RepositorySettings,
    Status,
    TaggedImage,
    ensure_creation_template,
    ensure_lifecycle_policy,
    ensure_pull_through_cache_rule,
    ensure_registry_policy_statement,
    ensure_repository,
    ensure_repository_policy,
    push_image,
    push_layer,
    tag_image,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, RESET, THROTTLED, Fault, LateResponse

Value = TypeVar("Value")

PULL = Statement(sid="pull", principal={"AWS": "123456789012"}, action=["ecr:BatchGetImage"])
REPLICATE = Statement(
    sid="replicate",
    principal={"AWS": "arn:aws:iam::123456789012:root"},
    action=["ecr:ReplicateImage"],
    resource=["arn:aws:ecr:us-east-1:123456789012:repository/*"],
)
OTHER = Statement(
    sid="other",
    principal={"AWS": "arn:aws:iam::210987654321:root"},
    action=["ecr:ReplicateImage"],
    resource=["arn:aws:ecr:us-east-1:123456789012:repository/*"],
)
POLICY = PolicyDocument([PULL])
LIFECYCLE = LifecyclePolicy([LifecycleRule.keep_newest(30), LifecycleRule.expire_untagged(days=7)])
SETTINGS = RepositorySettings(
    tags={"team": "payments"},
    image_tag_mutability=ImageTagMutability.IMMUTABLE,
    image_scanning_configuration=ImageScanningConfiguration(scan_on_push=True),
    lifecycle_policy=LIFECYCLE,
    repository_policy=POLICY,
)
LATEST = ImageTagMutabilityExclusionFilter(
    filter_type=ImageTagMutabilityExclusionFilterType.WILDCARD, filter="latest"
)
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/"

FAULTS = pytest.mark.parametrize(
    ("fault", "attempts"),
    # The repetition of what was throttled would wait.
    [(DROPPED, 1), (DROPPED, 2), (RESET, 1), (THROTTLED, 1)],
    ids=["dropped", "dropped-repeated", "reset", "throttled"],
)


def sweep(
    emulator: EcrEmulator,
    fault: Fault,
    attempts: int,
    prepare: Callable[[EcrClient], object],
    job: Callable[[EcrClient], Value],
) -> Iterator[tuple[EcrClient, list[CallEvent], Value]]:
    """Let one request of a job fail, run the job again, and yield how that ended; for each request.

    What is yielded is a client, the calls of both runs, and what the second returned.
    """
    told: list[CallEvent] = []
    retry = RetryPolicy(max_attempts=attempts, pace=False)
    number, is_met = 0, True
    with emulator.client(retry=retry, on_call=told.append) as ecr:
        while is_met:
            emulator.reset()
            prepare(ecr)
            told.clear()
            if number:
                emulator.faults.inject(LateResponse(), times=number)
            emulator.faults.inject(fault)
            with suppress(EcrError):
                job(ecr)
            is_met = fault in [one.fault for one in emulator.faults.injected]
            emulator.faults.reset()
            result = job(ecr)
            yield ecr, told, result
            number += 1
    assert number > 1, "the job sent nothing"


def without_times(value: Any) -> dict[str, Any]:
    """Return the members of a model but for the times of its creation and change."""
    return {name: member for name, member in to_row(value).items() if not name.endswith("_at")}


def repository(ecr: EcrClient, *, dry_run: bool = False) -> Ensured[Any]:
    return ensure_repository(ecr, "team/app", SETTINGS, dry_run=dry_run)


def lifecycle_policy(ecr: EcrClient, *, dry_run: bool = False) -> Ensured[Any]:
    return ensure_lifecycle_policy(ecr, "team/app", LIFECYCLE, dry_run=dry_run)


def repository_policy(ecr: EcrClient, *, dry_run: bool = False) -> Ensured[Any]:
    return ensure_repository_policy(ecr, "team/app", POLICY, dry_run=dry_run)


def statement(ecr: EcrClient, *, dry_run: bool = False) -> Ensured[Any]:
    return ensure_registry_policy_statement(ecr, REPLICATE, dry_run=dry_run)


def template(ecr: EcrClient, *, dry_run: bool = False) -> Ensured[Any]:
    return ensure_creation_template(
        ecr,
        "team",
        [RCTAppliedFor.REPLICATION],
        description="new",
        image_tag_mutability=ImageTagMutability.IMMUTABLE_WITH_EXCLUSION,
        image_tag_mutability_exclusion_filters=[LATEST],
        lifecycle_policy=LIFECYCLE,
        dry_run=dry_run,
    )


def rule(ecr: EcrClient, *, dry_run: bool = False) -> Ensured[Any]:
    return ensure_pull_through_cache_rule(
        ecr,
        "docker-hub",
        "registry-1.docker.io",
        credential_arn=f"{SECRET}new-AbCdEf",
        dry_run=dry_run,
    )


def plain_repository(ecr: EcrClient) -> None:
    ecr.create_repository("team/app", tags={"team": "other", "own": "yes"})


def other_policies(ecr: EcrClient) -> None:
    plain_repository(ecr)
    ecr.put_lifecycle_policy("team/app", LifecyclePolicy([LifecycleRule.keep_newest(5)]))
    ecr.set_repository_policy("team/app", PolicyDocument([attrs.evolve(PULL, sid="other")]))


def other_statement(ecr: EcrClient) -> None:
    ecr.put_registry_policy(PolicyDocument([OTHER]))


def other_template(ecr: EcrClient) -> None:
    ensure_creation_template(ecr, "team", [RCTAppliedFor.CREATE_ON_PUSH], description="old")


def other_rule(ecr: EcrClient) -> None:
    ecr.create_pull_through_cache_rule(
        "docker-hub", "registry-1.docker.io", credential_arn=f"{SECRET}old-AbCdEf"
    )


def nothing(_: EcrClient) -> None:
    """Prepare nothing: what is to be set up is missing."""


@FAULTS
@pytest.mark.parametrize(
    ("ensure", "prepare"),
    [
        (repository, nothing),
        (repository, other_policies),
        (lifecycle_policy, plain_repository),
        (lifecycle_policy, other_policies),
        (repository_policy, plain_repository),
        (repository_policy, other_policies),
        (statement, nothing),
        (statement, other_statement),
        (template, nothing),
        (template, other_template),
        (rule, nothing),
        (rule, other_rule),
    ],
    ids=lambda function: function.__name__,
)
def test_set_up_ends_the_same_whichever_request_fails(
    emulator: EcrEmulator,
    fault: Fault,
    attempts: int,
    ensure: Callable[..., Ensured[Any]],
    prepare: Callable[[EcrClient], None],
) -> None:
    with emulator.client() as ecr:
        prepare(ecr)
        # As nothing failed, there is one answer to what there has to be.
        assert ensure(ecr).status in {EnsureStatus.CREATED, EnsureStatus.CHANGED}
        expected = ensure(ecr, dry_run=True)
    for again, _, ensured in sweep(emulator, fault, attempts, prepare, ensure):
        assert ensured.unfixable == ()
        left = ensure(again, dry_run=True)
        assert (left.status, left.differences) == (EnsureStatus.UNCHANGED, ())
        assert without_times(left.value) == without_times(expected.value)


@FAULTS
def test_tag_is_set_whichever_request_fails(
    emulator: EcrEmulator, fault: Fault, attempts: int
) -> None:
    pushed: list[str] = []

    def prepare(ecr: EcrClient) -> None:
        ecr.create_repository("team/app")
        images = [emulator.push_image("team/app", tags=[tag]) for tag in ("v1", "v2")]
        pushed[:] = [image.image_digest for image in images]

    def move(ecr: EcrClient) -> TaggedImage:
        return tag_image(ecr, "team/app", "v2", "v1")

    for ecr, _, done in sweep(emulator, fault, attempts, prepare, move):
        assert (done.digest, done.status in {Status.DONE, Status.UNCHANGED}) == (pushed[1], True)
        tags = {image.image_digest: image.image_tags for image in ecr.describe_images("team/app")}
        assert set(tags[pushed[1]] or ()) == {"v1", "v2"}


def create(ecr: EcrClient) -> None:
    ecr.create_repository("team/app")


@FAULTS
def test_layer_is_pushed_whichever_request_fails(
    emulator: EcrEmulator, fault: Fault, attempts: int
) -> None:
    content = bytes(range(256)) * 50

    def push(ecr: EcrClient) -> Descriptor:
        return push_layer(ecr, "team/app", BytesIO(content))

    for ecr, told, layer in sweep(emulator, fault, attempts, create, push):
        assert (layer.digest, layer.size) == (digest_of(content), len(content))
        (there,) = ecr.batch_check_layer_availability("team/app", [layer.digest]).layers
        assert there.layer_size == len(content)
        assert_nothing_is_completed_twice(told)


@FAULTS
def test_image_is_pushed_whichever_request_fails(
    emulator: EcrEmulator, fault: Fault, attempts: int
) -> None:
    def push(ecr: EcrClient) -> str:
        return push_image(ecr, "team/app", {"os": "linux"}, [b"one", b"two"], tags=["v1", "v2"])

    with emulator.client() as ecr:
        create(ecr)
        expected = push(ecr)
    for ecr, told, digest in sweep(emulator, fault, attempts, create, push):
        assert digest == expected
        (image,) = ecr.describe_images("team/app")
        assert (image.image_digest, set(image.image_tags or ())) == (digest, {"v1", "v2"})
        assert_nothing_is_completed_twice(told)


def assert_nothing_is_completed_twice(told: list[CallEvent]) -> None:
    """Check that no layer was sent twice: one that a lost response hides is found by its digest."""
    completed = [
        event.response.layer_digest
        for event in told
        if isinstance(event.response, CompleteLayerUploadResponse)
    ]
    assert len(completed) == len(set(completed))


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
