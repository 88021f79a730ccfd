"""Errors, models and events go from process to process."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

import ecr_typed
from ecr_typed import (
    ArgumentProblem,
    CallEvent,
    EcrClient,
    EcrConnectionError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
    EncryptionType,
    InvalidParameterException,
    RepositoryAlreadyExistsException,
    from_boto3,
)
from tests.support.echo import echoed, fails_there, raised_there
from tests.support.every_shape import EVERYTHING, Everything
from tests.support.samples import page, repository
from tests.support.untyped import untyped
from tests.support.wire import REQUEST_ID, Wire, refusal


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Give another process, started afresh."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as executor:
        yield executor


def error_classes() -> list[type[EcrError]]:
    """All errors that users can import."""
    items = [getattr(ecr_typed, name) for name in ecr_typed.__all__]
    return [item for item in items if isinstance(item, type) and issubclass(item, EcrError)]


def sample(error_class: type[EcrError]) -> EcrError:
    """An error of a class with all that an error may have."""
    make: Any = error_class
    metadata: dict[str, Any] = {"HTTPStatusCode": 400, "RequestId": "id", "HTTPHeaders": {}}
    response: dict[str, Any] = {
        "Error": {"Code": "Code", "Message": "m"},
        "ResponseMetadata": metadata,
    }
    error: EcrError = (
        make(response, "Operation")
        if issubclass(error_class, EcrServiceError)
        else make("message", operation_name="Operation")
    )
    error.attempts = 3
    error.maybe_applied = True
    error.next_token = "token"
    error.retry_after = 1.5
    error.partial = from_boto3(Everything, EVERYTHING)
    error.add_note("a note")
    return error


def same(first: EcrError, second: Any) -> bool:
    """Whether two errors say the same."""
    other = untyped(second)
    return (type(first), first.args, str(first), vars(first)) == (
        type(other),
        other.args,
        str(other),
        vars(other),
    )


@pytest.mark.parametrize("error_class", error_classes())
@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_every_error_pickles(error_class: type[EcrError], protocol: int) -> None:
    """Class, text, attributes and notes of each error survive a pickle and a copy."""
    error = sample(error_class)

    assert same(error, pickle.loads(pickle.dumps(error, protocol)))
    assert same(error, copy.copy(error))


def test_errors_go_to_another_process_and_back(pool: ProcessPoolExecutor) -> None:
    """A process that was started afresh reads every error and sends it back."""
    errors = [sample(error_class) for error_class in error_classes()]

    again = pool.submit(echoed, errors).result()

    assert len(again) == len(errors)
    assert all(map(same, errors, again))


def test_error_of_a_pools_worker_arrives(pool: ProcessPoolExecutor) -> None:
    """An error that a worker raises is raised in the process that waits for it."""
    error = sample(RepositoryAlreadyExistsException)

    with pytest.raises(RepositoryAlreadyExistsException) as caught:
        pool.submit(raised_there, error).result()

    assert same(error, caught.value)


def test_error_of_a_call_in_a_worker_arrives_with_its_notes(pool: ProcessPoolExecutor) -> None:
    """What the service refused there is explained here."""
    with pytest.raises(InvalidParameterException) as caught:
        pool.submit(fails_there).result()

    assert caught.value.request_id == REQUEST_ID
    assert any("repository_name" in note for note in caught.value.__notes__)


def test_errors_of_calls_pickle(once: EcrClient, wire: Wire) -> None:
    """Errors as calls raise them pickle: with an answer, without one, with a bad one."""
    wire.will(
        refusal("KmsException", kmsError="Disabled"),
        ReadTimeoutError(endpoint_url="https://ecr"),
        {"repository": {}},
    )
    errors: list[EcrError] = []
    for _ in range(3):
        with pytest.raises(EcrError) as caught:
            once.delete_repository("team/app")
        errors.append(caught.value)

    assert [type(error).__name__ for error in errors] == [
        "KmsException",
        EcrConnectionError.__name__,
        EcrResponseError.__name__,
    ]
    assert all(same(error, pickle.loads(pickle.dumps(error))) for error in errors)
    with pytest.raises(EcrRequestError) as refused:
        once.delete_repository("a")
    again = pickle.loads(pickle.dumps(refused.value))
    assert same(refused.value, again)
    assert isinstance(again.problems[0], ArgumentProblem)


def test_models_go_to_another_process_and_back(
    pool: ProcessPoolExecutor, ecr: EcrClient, wire: Wire
) -> None:
    """A page with an enum value that is not known survives the way there and back."""
    settings = {"encryptionType": "QUANTUM"}
    wire.will(page(repositories=[repository(encryptionConfiguration=settings)]))
    found = next(ecr.describe_repositories().pages())

    again = pool.submit(echoed, found).result()

    assert again == found
    assert hash(again) == hash(found)
    kind = again.repositories[0].encryption_configuration.encryption_type
    assert type(kind) is EncryptionType
    assert kind == "QUANTUM"
    assert not kind.is_known


def test_events_go_to_another_process_and_back(
    pool: ProcessPoolExecutor, ecr: EcrClient, wire: Wire, events: list[CallEvent]
) -> None:
    """What `on_call` is told of can be handed on to a worker."""
    wire.will(page("a"))
    ecr.describe_repositories().first()

    assert pool.submit(echoed, events[0]).result() == events[0]
