"""Writes whose answer was lost end with the truth."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import formatdate
from typing import Any

import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    EcrConnectionError,
    EncryptionConfiguration,
    EncryptionType,
    ImageIdentifier,
    ImageScanningConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
    InvalidLayerPartException,
    OutcomeUnknownError,
    RCTAppliedFor,
    RepositoryAlreadyExistsException,
    RepositoryNotFoundException,
    RetryPolicy,
    TemplateAlreadyExistsException,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, SERVER_EXCEPTION, UNAVAILABLE, ErrorResponse
from tests.support.clients import MakeEcr
from tests.support.samples import repository
from tests.support.wire import Sent, Wire, refusal, reply

ROLE = "arn:aws:iam::123456789012:role/ecr-templates"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
APPLIED_ANYWAY = ErrorResponse("ServerException", "after the fact", status=500, is_applied=True)


@pytest.fixture(scope="module")
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def ecr(emulator: EcrEmulator) -> Iterator[EcrClient]:
    emulator.reset()
    with emulator.client() as ecr:
        yield ecr


FILTER = ImageTagMutabilityExclusionFilter(
    filter_type=ImageTagMutabilityExclusionFilterType.WILDCARD, filter="release-*"
)
REPOSITORY_ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"tags": {"team": "payments", "empty": ""}},
    {"image_tag_mutability": ImageTagMutability.IMMUTABLE},
    {
        "image_tag_mutability": ImageTagMutability.MUTABLE_WITH_EXCLUSION,
        "image_tag_mutability_exclusion_filters": [FILTER],
    },
    {"image_scanning_configuration": ImageScanningConfiguration(scan_on_push=True)},
    {"image_scanning_configuration": ImageScanningConfiguration()},
    {"encryption_configuration": EncryptionConfiguration(encryption_type=EncryptionType.KMS)},
    {
        "encryption_configuration": EncryptionConfiguration(
            encryption_type=EncryptionType.KMS_DSSE, kms_key=KEY
        )
    },
    {
        "encryption_configuration": EncryptionConfiguration(
            encryption_type=EncryptionType.KMS, kms_key="alias/aws/ecr"
        )
    },
]


@pytest.mark.parametrize("fault", [DROPPED, APPLIED_ANYWAY], ids=["dropped", "500"])
@pytest.mark.parametrize("arguments", REPOSITORY_ARGUMENTS, ids=str)
def test_own_repository_is_recognised(
    emulator: EcrEmulator, ecr: EcrClient, arguments: dict[str, Any], fault: Any
) -> None:
    """A repository that the lost attempt made is returned, whatever was asked for."""
    # The key of the alias is made by the first repository that needs it.
    ecr.create_repository(
        "key/maker",
        encryption_configuration=EncryptionConfiguration(encryption_type=EncryptionType.KMS),
    )
    emulator.faults.inject(fault, operation_name="CreateRepository")
    created = ecr.create_repository("team/app", **arguments)
    assert created == ecr.describe_repositories(repository_names=["team/app"]).first()


CHANGEABLE: list[dict[str, Any]] = [
    {"tags": {"team": "others"}},
    {"image_tag_mutability": ImageTagMutability.IMMUTABLE},
    {"image_scanning_configuration": ImageScanningConfiguration(scan_on_push=True)},
]
ENCRYPTED: dict[str, Any] = {
    "encryption_configuration": EncryptionConfiguration(encryption_type=EncryptionType.KMS)
}


@pytest.mark.parametrize("different", [*CHANGEABLE, ENCRYPTED, {}], ids=str)
def test_older_repository_is_not_this_calls(
    emulator: EcrEmulator, ecr: EcrClient, different: dict[str, Any]
) -> None:
    """A repository from before the call was not created by it, even if it is equal."""
    ecr.create_repository("team/app")
    emulator.clock.advance(timedelta(days=1))
    emulator.faults.inject(SERVER_EXCEPTION, operation_name="CreateRepository")
    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        ecr.create_repository("team/app", **different)
    assert not caught.value.maybe_applied
    assert caught.value.attempts == 2
    assert "was created at" in caught.value.explanations[-1]
    assert "this call did not make it" in caught.value.explanations[-1]


@pytest.mark.parametrize("different", CHANGEABLE, ids=str)
def test_difference_in_what_others_may_change_proves_nothing(
    emulator: EcrEmulator, ecr: EcrClient, different: dict[str, Any]
) -> None:
    """A young repository with other settings may be this call's, changed by somebody since."""
    ecr.create_repository("team/app")
    emulator.faults.inject(SERVER_EXCEPTION, operation_name="CreateRepository")
    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        ecr.create_repository("team/app", **different)
    assert caught.value.maybe_applied
    assert "which others may have changed since" in caught.value.explanations[-1]


def test_difference_in_what_can_not_change_is_proof(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A young repository with another encryption was not created by this call."""
    ecr.create_repository("team/app")
    emulator.faults.inject(SERVER_EXCEPTION, operation_name="CreateRepository")
    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        ecr.create_repository("team/app", **ENCRYPTED)
    assert not caught.value.maybe_applied


def test_foreign_key_is_an_error(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A repository with another KMS key was not made by this call."""

    def encryption(key: str) -> EncryptionConfiguration:
        return EncryptionConfiguration(encryption_type=EncryptionType.KMS, kms_key=key)

    ecr.create_repository("team/app", encryption_configuration=encryption(KEY))
    other = KEY.replace("0a1b2c3d", "ffffffff")
    emulator.faults.inject(UNAVAILABLE, operation_name="CreateRepository")
    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        ecr.create_repository("team/app", encryption_configuration=encryption(other))
    assert not caught.value.maybe_applied


def test_without_a_lost_attempt_nothing_is_looked_up(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A repository that was there before the only attempt is the service's plain error."""
    ecr.create_repository("team/app")
    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        ecr.create_repository("team/app")
    assert (caught.value.maybe_applied, caught.value.attempts) == (False, 1)
    assert "earlier attempt" not in "".join(caught.value.explanations)


def test_a_read_that_is_not_yet_consistent_is_repeated(make: MakeEcr, wire: Wire) -> None:
    """The read after the create may not see the repository at once: it is tried again."""
    there = {
        "repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/team/app",
        "registryId": "123456789012",
        "repositoryName": "team/app",
        "repositoryUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app",
        "createdAt": time.time(),
    }
    wire.will(
        reply(b"", status=503),
        refusal("RepositoryAlreadyExistsException"),
        refusal("RepositoryNotFoundException"),
        {"repositories": []},
        {"repositories": [there]},
        {"tags": []},
    )
    events: list[CallEvent] = []
    created = make(on_call=events.append).create_repository("team/app")
    assert created.repository_arn == there["repositoryArn"]
    # The last answer that the call itself got was the refusal.
    assert (events[-1].operation_name, events[-1].http_status) == ("CreateRepository", 400)


class Clocks:
    """The clocks of this machine and of the service, while a call loses a response."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of_the_service = 1_800_000_000.0
        self._here = self.of_the_service
        self._counted = 0.0
        monkeypatch.setattr(time, "time", lambda: self._here)
        monkeypatch.setattr(time, "perf_counter", lambda: self._counted)

    def advance(self, seconds: float) -> None:
        """Let time pass, while this machine is awake."""
        self.sleep(seconds)
        self._counted += seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass, while this machine sleeps."""
        self.of_the_service += seconds
        self.set(seconds)

    def set(self, seconds: float) -> None:
        """Set the clock that people read."""
        self._here += seconds


@pytest.mark.parametrize("has_date", [True, False])
@pytest.mark.parametrize(
    ("set_by", "slept", "created_before", "verdict"),
    [
        # This call's own, whatever became of the clocks.
        (0.0, 0.0, -1.0, "ours"),
        (-300.0, 0.0, -1.0, "ours"),
        (300.0, 0.0, -1.0, "ours"),
        (0.0, 3600.0, -1.0, "unknown"),
        # Somebody else's, with the same settings.
        (0.0, 0.0, 200.0, "not ours"),
        (-300.0, 0.0, 200.0, "not ours"),
        (300.0, 0.0, 200.0, "unknown"),
        (0.0, 3600.0, 200.0, "not ours"),
    ],
)
def test_clocks_that_are_set_prove_nothing(
    make: MakeEcr,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    has_date: bool,
    set_by: float,
    slept: float,
    created_before: float,
    verdict: str,
) -> None:
    """A clock that is set inside a call, or stands still, makes no repository this call's or not."""
    clocks = Clocks(monkeypatch)
    created_at = clocks.of_the_service - created_before
    there = {**repository("team/app"), "createdAt": created_at}

    def respond(sent: Sent) -> Any:
        clocks.advance(2.0)
        if len(wire.sent) == 1:
            clocks.set(set_by)
            clocks.sleep(slept)
            return reply(b"", status=503)
        headers = {"Date": formatdate(clocks.of_the_service, usegmt=True)} if has_date else {}
        match sent.operation:
            case "CreateRepository":
                return refusal("RepositoryAlreadyExistsException", headers=headers)
            case "DescribeRepositories":
                return reply({"repositories": [there]})
            case _:
                return reply({"tags": []})

    wire.responder = respond
    error = error_of_creation(make())
    if error is None:
        assert verdict == "ours"
    elif verdict == "not ours" and has_date:
        assert not error.maybe_applied
        assert "this call did not make it" in error.explanations[-1]
    else:
        # Without a `Date`, the clock of the service may be minutes off.
        assert error.maybe_applied
        assert verdict == "unknown" or not has_date


def error_of_creation(ecr: EcrClient) -> RepositoryAlreadyExistsException | None:
    try:
        ecr.create_repository("team/app")
    except RepositoryAlreadyExistsException as error:
        return error
    return None


def test_what_is_read_keeps_to_the_deadline(make: MakeEcr, wire: Wire) -> None:
    """Reads that find out what became of a write have what is left of its time, and no more."""

    def answer(sent: Sent) -> Any:
        if sent.operation == "CreateRepository":
            first = sum(s.operation == "CreateRepository" for s in wire.sent) == 1
            return reply(b"", status=503) if first else refusal("RepositoryAlreadyExistsException")
        time.sleep(0.2)
        return refusal("RepositoryNotFoundException")

    wire.responder = answer
    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        make(retry=RetryPolicy(deadline=0.5)).create_repository("team/app")
    assert caught.value.maybe_applied
    assert sum(sent.operation == "DescribeRepositories" for sent in wire.sent) <= 3


def test_a_read_that_fails_leaves_the_outcome_open(make: MakeEcr, wire: Wire) -> None:
    """Where what is there can't be read, the error says that the write may have been applied."""

    def answer(sent: Sent) -> Any:
        if sent.operation == "CreateRepository":
            first = sum(s.operation == "CreateRepository" for s in wire.sent) == 1
            return reply(b"", status=503) if first else refusal("RepositoryAlreadyExistsException")
        return refusal("AccessDeniedException", "not for you")

    wire.responder = answer
    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        make().create_repository("team/app")
    assert caught.value.maybe_applied
    assert "not for you" in caught.value.explanations[-1]


TEMPLATE_ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"description": "for all", "custom_role_arn": ROLE, "resource_tags": {"a": "b"}},
    {"repository_policy": '{"Version": "2012-10-17", "Statement": []}'},
    {"image_tag_mutability": ImageTagMutability.IMMUTABLE},
    {
        "encryption_configuration": EncryptionConfiguration(
            encryption_type=EncryptionType.KMS_DSSE, kms_key=KEY
        )
    },
]


@pytest.mark.parametrize("prefix", ["team", "ROOT"])
@pytest.mark.parametrize("arguments", TEMPLATE_ARGUMENTS, ids=str)
def test_own_template_is_recognised(
    emulator: EcrEmulator, ecr: EcrClient, prefix: str, arguments: dict[str, Any]
) -> None:
    """A template that the lost attempt made is returned."""
    emulator.faults.inject(DROPPED, operation_name="CreateRepositoryCreationTemplate")
    applied_for = [RCTAppliedFor.REPLICATION, RCTAppliedFor.CREATE_ON_PUSH]
    created = ecr.create_repository_creation_template(prefix, applied_for, **arguments)
    assert [created] == ecr.describe_repository_creation_templates().to_list()


@pytest.mark.parametrize(
    "different",
    [
        {"description": "another"},
        {"custom_role_arn": ROLE},
        {"lifecycle_policy": '{"rules": []}'},
        {"applied_for": [RCTAppliedFor.PULL_THROUGH_CACHE]},
    ],
    ids=str,
)
def test_foreign_template_is_an_error(
    emulator: EcrEmulator, ecr: EcrClient, different: dict[str, Any]
) -> None:
    """A template from before the call was not created by it; a young one may have been."""
    arguments: dict[str, Any] = {"prefix": "team", "applied_for": [RCTAppliedFor.REPLICATION]}
    ecr.create_repository_creation_template(**arguments)
    emulator.faults.inject(SERVER_EXCEPTION, operation_name="CreateRepositoryCreationTemplate")
    with pytest.raises(TemplateAlreadyExistsException) as caught:
        ecr.create_repository_creation_template(**{**arguments, **different})
    assert caught.value.maybe_applied
    emulator.clock.advance(timedelta(days=1))
    emulator.faults.inject(SERVER_EXCEPTION, operation_name="CreateRepositoryCreationTemplate")
    with pytest.raises(TemplateAlreadyExistsException) as caught:
        ecr.create_repository_creation_template(**{**arguments, **different})
    assert not caught.value.maybe_applied


def test_a_delete_that_was_applied_says_so(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A delete that meets its own effect raises the service's error, and says that it may be so."""
    ecr.create_repository("team/app")
    emulator.faults.inject(DROPPED, operation_name="DeleteRepository")
    with pytest.raises(RepositoryNotFoundException) as caught:
        ecr.delete_repository("team/app")
    assert caught.value.maybe_applied
    assert "earlier attempt" in caught.value.explanations[-1]
    assert ecr.describe_repositories().first() is None


def test_a_write_that_never_got_an_answer_may_be_applied(
    emulator: EcrEmulator, ecr: EcrClient
) -> None:
    """When all answers are lost, the error says that the write may have been applied."""
    emulator.faults.inject(DROPPED, share=1)
    once = ecr.with_options(retry=RetryPolicy(max_attempts=1))
    with pytest.raises(EcrConnectionError) as caught:
        once.create_repository("team/app")
    assert caught.value.maybe_applied
    with pytest.raises(EcrConnectionError) as caught:
        once.describe_repositories().first()
    assert not caught.value.maybe_applied


IMAGES = [{"imageDigest": f"sha256:{number:064}"} for number in range(3)]


def test_deleted_images_that_are_not_found_are_no_answer(make: MakeEcr, wire: Wire) -> None:
    """After a lost attempt, images that are not there may be those that it deleted."""
    failures = [{"imageId": IMAGES[0], "failureCode": "ImageNotFound", "failureReason": "gone"}]
    wire.will(reply(b"", status=503), {"imageIds": IMAGES[1:], "failures": failures})
    ids = [ImageIdentifier(image_digest=image["imageDigest"]) for image in IMAGES]
    with pytest.raises(OutcomeUnknownError) as caught:
        make().batch_delete_image("team/app", ids)
    assert caught.value.maybe_applied
    assert caught.value.attempts == 2
    assert len(caught.value.partial.image_ids) == 2
    assert caught.value.partial.failures[0].image_id == ids[0]


def test_images_that_are_not_found_at_once_are_data(make: MakeEcr, wire: Wire) -> None:
    """Without a lost attempt, images that are not there are failures in the answer."""
    failures = [{"imageId": IMAGES[0], "failureCode": "ImageNotFound", "failureReason": "gone"}]
    wire.will({"imageIds": [], "failures": failures})
    ids = [ImageIdentifier(image_digest=IMAGES[0]["imageDigest"])]
    answer = make().batch_delete_image("team/app", ids)
    assert answer.failures[0].failure_reason == "gone"


UPLOAD = "0a1b2c3d-0000-4000-8000-000000000000"


@pytest.mark.parametrize(("last", "is_applied"), [(9, True), (-1, False)])
def test_a_layer_part_goes_by_the_last_byte_that_arrived(
    make: MakeEcr, wire: Wire, last: int, is_applied: bool
) -> None:
    """A part whose answer was lost had arrived if its last byte did."""
    members: dict[str, Any] = {
        "uploadId": UPLOAD,
        "repositoryName": "team/app",
        "lastValidByteReceived": last,
    }
    wire.will(reply(b"", status=503), refusal("InvalidLayerPartException", **members))
    ecr = make()
    if is_applied:
        answer = ecr.upload_layer_part("team/app", UPLOAD, 0, 9, b"0123456789")
        assert (answer.last_byte_received, answer.upload_id) == (9, UPLOAD)
    else:
        with pytest.raises(InvalidLayerPartException) as caught:
            ecr.upload_layer_part("team/app", UPLOAD, 0, 9, b"0123456789")
        assert not caught.value.maybe_applied
