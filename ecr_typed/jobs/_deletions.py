"""Requests that delete images, and what their failures mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from ecr_typed import (
    EcrClient,
    EcrError,
    ImageFailure,
    ImageFailureCode,
    ImageIdentifier,
    OutcomeUnknownError,
    RepositoryNotFoundException,
)
from ecr_typed.jobs._attempts import is_lost
from ecr_typed.jobs._outcomes import Outcome, Status

Item = TypeVar("Item")

Deleted = Outcome[ImageIdentifier, None]

AT_ONCE: Final = 100
"""How many identifiers one request may have."""

GONE: Final = (
    ImageFailureCode.IMAGE_NOT_FOUND,
    ImageFailureCode.IMAGE_TAG_DOES_NOT_MATCH_DIGEST,
)
"""The image is gone, or the tag names another one."""


def send(
    ecr: EcrClient, repository_name: str, ids: Sequence[ImageIdentifier], registry_id: str | None
) -> Sequence[ImageFailure]:
    """Delete images, and return what failed."""
    try:
        response = ecr.batch_delete_image(repository_name, ids, registry_id=registry_id)
    except OutcomeUnknownError as error:
        # An earlier attempt may have deleted what the last one did not find.
        response = error.partial
    return response.failures or ()


def failure_outcome(item: Item, name: str, failure: ImageFailure) -> Outcome[Item, None]:
    """Return the outcome of an image that ECR did not delete."""
    error = EcrError(
        f"{name} was not deleted: {failure.failure_code}: {failure.failure_reason}",
        operation_name="BatchDeleteImage",
    )
    if failure.failure_code is ImageFailureCode.IMAGE_REFERENCED_BY_MANIFEST_LIST:
        error.explanations = ("An index that lists an image has to be deleted before it.",)
    return Outcome[Item, None].of_error(item, error)


def ends_job(error: EcrError) -> bool:
    """Return whether every other request for the repository will fail in the same way."""
    return is_lost(error) or isinstance(error, RepositoryNotFoundException)


def delete_named(
    ecr: EcrClient, repository_name: str, ids: Iterator[ImageIdentifier], registry_id: str | None
) -> Iterator[Deleted]:
    """Delete images; one that an index lists is tried again after the others."""
    referenced: list[Deleted] = []

    def one_pass(ids: Iterator[ImageIdentifier]) -> Iterator[Deleted]:
        while batch := list(islice(ids, AT_ONCE)):
            for outcome, is_referenced in _sent(ecr, repository_name, batch, registry_id):
                if is_referenced:
                    referenced.append(outcome)
                else:
                    yield outcome

    yield from one_pass(ids)
    count = 0
    # Their indexes may be deleted by now; with nested indexes, each pass frees others.
    while referenced and len(referenced) != count:
        count = len(referenced)
        waiting = [outcome.item for outcome in referenced]
        referenced.clear()
        yield from one_pass(iter(waiting))
    yield from referenced


def _sent(
    ecr: EcrClient, repository_name: str, ids: Sequence[ImageIdentifier], registry_id: str | None
) -> Iterator[tuple[Deleted, bool]]:
    """Yield outcomes, and whether it failed because an index lists the image."""
    try:
        failures = send(ecr, repository_name, ids, registry_id)
    except EcrError as error:
        if ends_job(error):
            raise
        yield from ((Outcome[ImageIdentifier, None].of_error(each, error), False) for each in ids)
        return
    by_id = {_named(failure, ids): failure for failure in failures}
    for each in ids:
        failure = by_id.get(each)
        code = None if failure is None else failure.failure_code
        if failure is None or code is ImageFailureCode.IMAGE_NOT_FOUND:
            yield Outcome(each, Status.DONE), False
        else:
            name = each.image_digest or each.image_tag or ""
            is_referenced = code is ImageFailureCode.IMAGE_REFERENCED_BY_MANIFEST_LIST
            yield failure_outcome(each, name, failure), is_referenced


def _named(failure: ImageFailure, ids: Sequence[ImageIdentifier]) -> ImageIdentifier | None:
    """Return which of the identifiers of a request has failed."""
    named = failure.image_id
    if named is None or named in ids:
        return named
    for each in ids:
        # The service may complete an identifier by the part that was left out.
        is_digest = each.image_digest in (None, named.image_digest)
        if is_digest and each.image_tag in (None, named.image_tag):
            return each
    return named
