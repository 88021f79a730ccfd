"""Errors, models and events go from process to process."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import attrs
import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    Tag,
    from_boto3,
)
from tests.support.echo import echoed, fails_there, raised_there
from tests.support.every_shape import EVERYTHING, Everything
from tests.support.newer import holds_the_model
from tests.support.samples import page, repository
from tests.support.service import MODELS, as_boto3, shapes_of
from tests.support.strategies import bodies
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
    assert any("repository_name" in note for note in caught.value.explanations)


def test_errors_of_calls_pickle(once: EcrClient, wire: Wire) -> None:
    """Errors as calls raise them pickle: with a response, without one, with a bad one."""
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
    for error in errors:
        again = pickle.loads(pickle.dumps(error))
        assert same(error, again)
        # Of modelled exceptions, botocore pickles text and response, not the class.
        assert str(again.__cause__) == str(error.__cause__)
    assert isinstance(errors[1].__cause__, ReadTimeoutError)
    with pytest.raises(EcrRequestError) as refused:
        once.delete_repository("a")
    again = pickle.loads(pickle.dumps(refused.value))
    assert same(refused.value, again)
    assert isinstance(again.problems[0], ArgumentProblem)


class OfTwo(Exception):
    """An exception that a pickle can't make again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


@pytest.mark.parametrize("kind", ["local", "of two"])
def test_cause_that_does_not_pickle_is_left_out(kind: str) -> None:
    """The error arrives all the same, and says what happened."""

    class Local(Exception):
        """An exception whose class is found nowhere."""

    error = sample(RepositoryAlreadyExistsException)
    error.__cause__ = Local("here") if kind == "local" else OfTwo(1, 2)
    again = pickle.loads(pickle.dumps(error))
    assert same(error, again)
    assert again.__cause__ is None


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


def pickled_by_an_older_release(
    monkeypatch: pytest.MonkeyPatch, model: attrs.AttrsInstance, names: set[str]
) -> bytes:
    """The pickle of a model whose class knows no more attributes than those."""
    kind = type(model)
    fields = {
        field.name: attrs.field(default=field.default, kw_only=True)
        for field in attrs.fields(kind)
        if field.name in names
    }
    older = attrs.make_class(kind.__name__, fields, frozen=True, slots=True)
    older.__module__, older.__qualname__ = kind.__module__, kind.__qualname__
    values = {name: getattr(model, name) for name in fields}
    with monkeypatch.context() as patched:
        patched.setattr(f"{kind.__module__}.{kind.__qualname__}", older)
        return pickle.dumps(older(**values))


@holds_the_model
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@given(data=st.data())
@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pickles_of_older_releases_can_be_loaded(
    monkeypatch: pytest.MonkeyPatch, model: type[attrs.AttrsInstance], data: st.DataObject
) -> None:
    """Attributes that the pickle's release did not know have their defaults."""
    shape = shapes_of(model)[0]
    made = from_boto3(model, as_boto3(shape, data.draw(bodies(shape))))
    fields = attrs.fields(model)
    known = {field.name for field in fields if field.default is attrs.NOTHING}
    optional = sorted(field.name for field in fields if field.name not in known)
    known |= data.draw(st.sets(st.sampled_from(optional))) if optional else set()

    again: Any = pickle.loads(pickled_by_an_older_release(monkeypatch, made, known))

    missing: Any = {name: None for name in optional if name not in known}
    evolve: Any = attrs.evolve
    expected = evolve(made, **missing)
    assert type(again) is model
    assert again == expected
    assert hash(again) == hash(expected)
    assert repr(again) == repr(expected)
    assert evolve(again) == expected


def test_pickle_without_a_required_attribute_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No value is made up for what a release was the first to require."""
    tag = Tag(key="team", value="payments")
    older = pickled_by_an_older_release(monkeypatch, tag, {"key"})

    with pytest.raises(TypeError, match="Tag was pickled by a release that did not know its value"):
        pickle.loads(older)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_models_pickle_by_every_protocol(protocol: int) -> None:
    """A pickle of a model, of any protocol, and a copy give the model back."""
    made = from_boto3(Everything, EVERYTHING)

    assert pickle.loads(pickle.dumps(made, protocol)) == made
    assert copy.copy(made) == made
    assert copy.deepcopy(made) == made
