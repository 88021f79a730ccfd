"""Finds out whether a write whose response was lost was applied, by reading the resource.

A repetition of such a write meets an error that the first attempt may have caused. For the creation
of repositories and of templates, and for the parts of layers, this room finds out whether it did.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Final, NamedTuple, TypeVar

import attrs

from ecr_typed import models
from ecr_typed._botocore.connection import Connection
from ecr_typed._calls import comparison
from ecr_typed._calls.call import Call
from ecr_typed._calls.deadline import Beginning
from ecr_typed._calls.operation import Operation
from ecr_typed._conversion.convert import to_parameters
from ecr_typed._errors import EcrError, EcrServiceError, OutcomeUnknownError
from ecr_typed._service_errors import (
    InvalidLayerPartException,
    RepositoryNotFoundException,
    TemplateNotFoundException,
)
from ecr_typed._wire import operations

Response = TypeVar("Response", bound=attrs.AttrsInstance)

_DELAYS: Final = (0.1, 0.2, 0.4, 0.8, 1.6)
"""How long to wait for a read that is not yet consistent with the write, in seconds."""

_CLOCK_TOLERANCE: Final = timedelta(seconds=2)
"""How far two times of the service may be apart: its `Date` header has whole seconds."""

_UNKNOWN_CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""The same where no response had a `Date`: a signature allows no greater difference."""

_LOST: Final = "An earlier attempt of this call got no response"
_CHANGEABLE: Final = "which others may have changed since"


class Verdict(Enum):
    """Whether this call created the existing resource."""

    OURS = "it is what was asked for, and this call can have made it"
    NOT_OURS = "this call can't have made it"
    UNKNOWN = "it differs in what others may have changed since"


class Finding(NamedTuple):
    """What a read found."""

    verdict: Verdict
    response: attrs.AttrsInstance | None = None
    """The response that was lost, if the verdict is OURS."""
    reason: str = ""
    """What speaks against it, as the end of a sentence that begins with "the existing ..."."""
    may_be_stale: bool = False
    """Whether another read may find something else, as the service is eventually consistent."""


class _NotThereYet(Exception):  # no error, but a state
    """The read does not see the write yet."""


class Reconciler:
    """Finds out whether writes on a connection were applied."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lost_response(
        self, call: Call[Response], request: Any, error: EcrServiceError, began: Beginning
    ) -> attrs.AttrsInstance | None:
        """Return the response that a call lost, or None and let the error say why not."""
        look = _LOOKS.get(call.operation.name)
        if look is None:
            _explain(error, f"{_LOST}: it may have caused this error.")
            return None
        window = _Window.of(call, began)
        unsettled = "there is no time left to look at what is there"
        for delay in (*_DELAYS, None):
            if call.deadline.has_passed():
                break
            try:
                finding = look(_Reads(self._connection, call), request, error, window)
            except _NotThereYet:
                unsettled = "what it may have made is not there yet"
            except EcrError as read_error:
                unsettled = f"what is there could not be read ({read_error.args[0]})"
                if not (read_error.is_transient or read_error.is_throttling):
                    break
            else:
                if finding.verdict is Verdict.OURS:
                    return finding.response
                if finding.verdict is Verdict.NOT_OURS:
                    error.maybe_applied = False
                    _explain(error, f"The existing {finding.reason}, so this call did not make it.")
                    return None
                unsettled = f"the existing {finding.reason}"
                if not finding.may_be_stale:
                    break
            if delay is None or call.deadline.seconds_left() < delay:
                break
            self._connection.sleep(delay)
        _explain(error, f"{_LOST}, and {unsettled}: it may have caused this error.")
        return None


def check_failures(operation_name: str, response: attrs.AttrsInstance) -> None:
    """Refuse a response whose failures an earlier request of the same call may have caused."""
    if not isinstance(response, models.BatchDeleteImageResponse):
        return
    missing = [
        failure
        for failure in response.failures or ()
        if failure.failure_code == models.ImageFailureCode.IMAGE_NOT_FOUND
    ]
    if missing:
        error = OutcomeUnknownError(
            f"{operation_name}: {len(missing)} images do not exist, and an earlier attempt of this "
            "call got no response: it may have deleted them. `partial` has the response",
            operation_name=operation_name,
            maybe_applied=True,
        )
        error.partial = response
        raise error


def _explain(error: EcrError, explanation: str) -> None:
    error.explanations = (*error.explanations, explanation)


class _Window(NamedTuple):
    """When a call began, by the clock of the service, as far as that is known."""

    earliest: datetime
    """Nothing from before can be what the call created."""
    latest: datetime
    """What is not from before can be what it created, if it is what it asked for."""

    @classmethod
    def of(cls, call: Call[Any], began: Beginning) -> _Window:
        """Return when a call began, counted from its last response."""
        now = time.time()
        # The clock that counts stands still while a machine sleeps, the other one may be set.
        least = time.perf_counter() - began.counted
        most = max(least, now - began.timestamp)
        reached = _date(call)
        if reached is not None:
            first, last = reached - timedelta(seconds=most), reached - timedelta(seconds=least)
            return cls(first - _CLOCK_TOLERANCE, last - _CLOCK_TOLERANCE)
        here = (began.timestamp, now - least)
        first, last = (datetime.fromtimestamp(one, UTC) for one in sorted(here))
        return cls(first - _UNKNOWN_CLOCK_TOLERANCE, last - _CLOCK_TOLERANCE)

    def too_old(self, kind: str, created_at: datetime) -> Finding | None:
        """Return that something is from before the call, if it is for certain."""
        if created_at >= self.earliest:
            return None
        return Finding(Verdict.NOT_OURS, reason=f"{kind} was created at {created_at}")

    def doubtful(self, kind: str, created_at: datetime) -> Finding | None:
        """Return that something may be from before the call, if it may."""
        if created_at >= self.latest:
            return None
        reason = f"{kind} was created at {created_at}, which may be before this call"
        return Finding(Verdict.UNKNOWN, reason=reason)


def _date(call: Call[Any]) -> datetime | None:
    """Return when the service sent its last response, by its own clock."""
    headers: Mapping[str, str] = call.exchange.headers if call.exchange is not None else {}
    try:
        date = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


class _Reads:
    """Reads of the existing resource, within the call's deadline."""

    def __init__(self, connection: Connection, call: Call[Any]) -> None:
        self._connection = connection
        self._deadline = call.deadline

    def read(self, operation: Operation[Response], request: attrs.AttrsInstance) -> Response:
        """Make one request."""
        return Call(self._connection, operation, to_parameters(request), self._deadline).attempt()


def _repository(
    reads: _Reads, request: models.CreateRepositoryRequest, _: EcrServiceError, window: _Window
) -> Finding:
    try:
        found = reads.read(
            operations.DESCRIBE_REPOSITORIES,
            models.DescribeRepositoriesRequest(
                repository_names=(request.repository_name,), registry_id=request.registry_id
            ),
        ).repositories
    except RepositoryNotFoundException as error:
        raise _NotThereYet from error
    if not found:
        raise _NotThereYet
    there = found[0]
    if too_old := window.too_old("repository", there.created_at):
        return too_old
    if not comparison.is_encrypted_as(
        request.encryption_configuration, there.encryption_configuration
    ):
        return Finding(Verdict.NOT_OURS, reason="repository has another encryption")
    if doubtful := window.doubtful("repository", there.created_at):
        return doubtful
    differs = comparison.repository_difference(request, there)
    if differs:
        return Finding(Verdict.UNKNOWN, reason=f"repository has another {differs}, {_CHANGEABLE}")
    try:
        tags = reads.read(
            operations.LIST_TAGS_FOR_RESOURCE,
            models.ListTagsForResourceRequest(resource_arn=there.repository_arn),
        ).tags
    except RepositoryNotFoundException as error:
        raise _NotThereYet from error
    if comparison.tags(tags) != comparison.tags(request.tags):
        reason = f"repository has other tags, {_CHANGEABLE}"
        return Finding(Verdict.UNKNOWN, reason=reason, may_be_stale=True)
    return Finding(Verdict.OURS, models.CreateRepositoryResponse(repository=there))


def _template(
    reads: _Reads,
    request: models.CreateRepositoryCreationTemplateRequest,
    _: EcrServiceError,
    window: _Window,
) -> Finding:
    try:
        page = reads.read(
            operations.DESCRIBE_REPOSITORY_CREATION_TEMPLATES,
            models.DescribeRepositoryCreationTemplatesRequest(prefixes=(request.prefix,)),
        )
    except TemplateNotFoundException as error:
        raise _NotThereYet from error
    if not page.repository_creation_templates:
        raise _NotThereYet
    there = page.repository_creation_templates[0]
    if there.created_at is None:
        return Finding(Verdict.UNKNOWN, reason="template does not say when it was created")
    if too_old := window.too_old("template", there.created_at):
        return too_old
    if doubtful := window.doubtful("template", there.created_at):
        return doubtful
    differs = comparison.template_difference(request, there)
    if differs:
        return Finding(Verdict.UNKNOWN, reason=f"template has another {differs}, {_CHANGEABLE}")
    return Finding(
        Verdict.OURS,
        models.CreateRepositoryCreationTemplateResponse(
            registry_id=page.registry_id, repository_creation_template=there
        ),
    )


def _layer_part(
    _: _Reads, request: models.UploadLayerPartRequest, error: EcrServiceError, __: _Window
) -> Finding:
    last = error.last_valid_byte_received if isinstance(error, InvalidLayerPartException) else None
    if last is not None and last < request.part_first_byte:
        return Finding(Verdict.NOT_OURS, reason=f"upload ends at byte {last}")
    if last != request.part_last_byte:
        return Finding(Verdict.UNKNOWN, reason=f"upload ends at byte {last}")
    return Finding(
        Verdict.OURS,
        models.UploadLayerPartResponse(
            registry_id=getattr(error, "registry_id", None),
            repository_name=getattr(error, "repository_name", None) or request.repository_name,
            upload_id=request.upload_id,
            last_byte_received=last,
        ),
    )


_Look = Callable[[_Reads, Any, EcrServiceError, _Window], Finding]

_LOOKS: Final[Mapping[str, _Look]] = {
    "CreateRepository": _repository,
    "CreateRepositoryCreationTemplate": _template,
    "UploadLayerPart": _layer_part,
}
