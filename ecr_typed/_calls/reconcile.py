"""What became of a write whose first answer was lost: is what is there what was asked for?

A repetition of such a write meets an error that the first attempt brought about. Whether it did is
found out for the creation of repositories and of templates, and for parts of layers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from ecr_typed import models
from ecr_typed._errors import EcrError, EcrServiceError, OutcomeUnknownError
from ecr_typed._operations import Operations
from ecr_typed._service_errors import (
    InvalidLayerPartException,
    RepositoryNotFoundException,
    TemplateNotFoundException,
)

if TYPE_CHECKING:
    # Evaluated it would load the models.
    _Mutable: TypeAlias = (
        models.Repository
        | models.RepositoryCreationTemplate
        | models.CreateRepositoryRequest
        | models.CreateRepositoryCreationTemplateRequest
    )


class NotSettled(Exception):  # no error, but an outcome
    """What is there could not be read."""


Settler: TypeAlias = Callable[[Operations, Any, EcrServiceError], attrs.AttrsInstance | None]
"""Gives the response that was lost, or `None` if what is there is not what was asked for."""


def _repository(
    ecr: Operations, request: models.CreateRepositoryRequest, _: EcrServiceError
) -> models.CreateRepositoryResponse | None:
    try:
        there = ecr.describe_repositories(
            repository_names=[request.repository_name], registry_id=request.registry_id
        ).first()
    except RepositoryNotFoundException as error:
        raise NotSettled from error
    if there is None:
        raise NotSettled
    is_what_was_asked_for = (
        _mutability(there) == _mutability(request)
        and _scans_on_push(there) == _scans_on_push(request)
        and _is_encrypted_as(request.encryption_configuration, there.encryption_configuration)
        and _tags(ecr.list_tags_for_resource(there.repository_arn)) == _tags(request.tags)
    )
    return models.CreateRepositoryResponse(repository=there) if is_what_was_asked_for else None


def _template(
    ecr: Operations, request: models.CreateRepositoryCreationTemplateRequest, _: EcrServiceError
) -> models.CreateRepositoryCreationTemplateResponse | None:
    try:
        page = next(ecr.describe_repository_creation_templates(prefixes=[request.prefix]).pages())
    except TemplateNotFoundException as error:
        raise NotSettled from error
    if not page.repository_creation_templates:
        raise NotSettled
    there = page.repository_creation_templates[0]
    is_what_was_asked_for = (
        (there.description or "") == (request.description or "")
        and _mutability(there) == _mutability(request)
        and _is_encrypted_as(request.encryption_configuration, there.encryption_configuration)
        and _tags(there.resource_tags) == _tags(request.resource_tags)
        and _document(there.repository_policy) == _document(request.repository_policy)
        and _document(there.lifecycle_policy) == _document(request.lifecycle_policy)
        and {*(there.applied_for or ())} == {*request.applied_for}
        and (there.custom_role_arn or "") == (request.custom_role_arn or "")
    )
    if not is_what_was_asked_for:
        return None
    return models.CreateRepositoryCreationTemplateResponse(
        registry_id=page.registry_id, repository_creation_template=there
    )


def _layer_part(
    _: Operations, request: models.UploadLayerPartRequest, error: EcrServiceError
) -> models.UploadLayerPartResponse | None:
    if not isinstance(error, InvalidLayerPartException):
        return None
    last = error.last_valid_byte_received
    if last != request.part_last_byte:
        return None
    return models.UploadLayerPartResponse(
        registry_id=error.registry_id,
        repository_name=error.repository_name or request.repository_name,
        upload_id=request.upload_id,
        last_byte_received=last,
    )


_SETTLERS: Mapping[str, Settler] = {
    "CreateRepository": _repository,
    "CreateRepositoryCreationTemplate": _template,
    "UploadLayerPart": _layer_part,
}


def _mutability(of: _Mutable) -> tuple[str, frozenset[object]]:
    default = models.ImageTagMutability.MUTABLE
    return (
        of.image_tag_mutability or default,
        frozenset(of.image_tag_mutability_exclusion_filters or ()),
    )


def _scans_on_push(of: models.Repository | models.CreateRepositoryRequest) -> bool:
    configuration = of.image_scanning_configuration
    return bool(configuration and configuration.scan_on_push)


def _is_encrypted_as(
    asked: models.EncryptionConfiguration | None, there: models.EncryptionConfiguration | None
) -> bool:
    default = models.EncryptionConfiguration(encryption_type=models.EncryptionType.AES256)
    asked, there = asked or default, there or default
    return asked.encryption_type == there.encryption_type and (
        not asked.kms_key or _is_key(asked.kms_key, there.kms_key or "")
    )


def _is_key(asked: str, arn: str) -> bool:
    """Whether a key may be the one with the ARN. Which key an alias stands for, KMS alone knows."""
    name = asked.rpartition(":")[2]
    if name.startswith("alias/"):
        return bool(arn)
    return asked == arn or arn.endswith(f":key/{asked}")


def _tags(tags: Iterable[models.Tag] | None) -> dict[str, str]:
    # AWS adds tags of its own.
    return {tag.key: tag.value for tag in tags or () if not tag.key.startswith("aws:")}


def _document(text: str | None) -> object:
    """A policy, however it is laid out; the service sorts the rules of lifecycle policies."""
    try:
        document: Any = json.loads(text or "null")
    except ValueError:
        return text
    try:
        rules = sorted(document["rules"], key=partial(json.dumps, sort_keys=True))
    except (KeyError, TypeError):
        return document
    return {**document, "rules": rules}


_DELAYS: Final = (0.1, 0.2, 0.4, 0.8, 1.6)
"""How long to wait for a read that is not yet consistent with the write, in seconds."""

_LOST: Final = "An earlier attempt of this call got no answer"


class Settling(Operations):
    """Calls that find out what became of a write whose answer was lost."""

    def _settle(
        self,
        operation_name: str,
        request: attrs.AttrsInstance,
        error: EcrServiceError,
        seconds_left: Callable[[], float | None],
    ) -> attrs.AttrsInstance | None:
        settler: Settler | None = _SETTLERS.get(operation_name)
        if settler is None:
            error.add_note(f"{_LOST}: it may have done this itself.")
            return None
        unsettled = ""
        for delay in (*_DELAYS, None):
            left = seconds_left()
            if left is not None and left <= 0:
                unsettled = unsettled or "there is no time left to look at what is there"
                break
            try:
                response = settler(self._within(left), request, error)
            except NotSettled:
                unsettled = "what it may have made is not there yet"
            except EcrError as read_error:
                unsettled = f"what is there could not be read ({read_error})"
                if not (read_error.is_transient or read_error.is_throttling):
                    break
            else:
                if response is None:
                    error.maybe_applied = False
                    error.add_note("What is there is not what was asked for: it was not this call.")
                return response
            left = seconds_left()
            if delay is None or (left is not None and left < delay):
                break
            self._connection.sleep(delay)
        error.add_note(f"{_LOST}, and {unsettled}: it may have done this itself.")
        return None

    def _check_failures(self, response: attrs.AttrsInstance) -> None:
        if not isinstance(response, models.BatchDeleteImageResponse):
            return
        missing = [
            failure
            for failure in response.failures or ()
            if failure.failure_code == models.ImageFailureCode.IMAGE_NOT_FOUND
        ]
        if missing:
            error = OutcomeUnknownError(
                f"BatchDeleteImage: {len(missing)} images are not there, and an earlier attempt of "
                "this call got no answer: it may have deleted them. `partial` has the answer.",
                operation_name="BatchDeleteImage",
                maybe_applied=True,
            )
            error.partial = response
            raise error
