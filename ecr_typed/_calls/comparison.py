"""Compares an existing repository or template with the one that a call wanted to create.

The service fills in defaults, turns a key's alias or id into its ARN, and lays out documents anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from ecr_typed import models

if TYPE_CHECKING:
    # Evaluated it would load the models.
    _Mutable: TypeAlias = (
        models.Repository
        | models.RepositoryCreationTemplate
        | models.CreateRepositoryRequest
        | models.CreateRepositoryCreationTemplateRequest
    )


def repository_difference(
    asked: models.CreateRepositoryRequest, there: models.Repository
) -> str | None:
    """Return which changeable setting of a repository differs, tags and encryption apart."""
    if _mutability(there) != _mutability(asked):
        return "tag mutability"
    if _scans_on_push(there) != _scans_on_push(asked):
        return "image scanning configuration"
    return None


def template_difference(
    asked: models.CreateRepositoryCreationTemplateRequest,
    there: models.RepositoryCreationTemplate,
) -> str | None:
    """Return which setting of a repository creation template differs."""
    equal = {
        "description": (there.description or "") == (asked.description or ""),
        "tag mutability": _mutability(there) == _mutability(asked),
        "encryption": is_encrypted_as(
            asked.encryption_configuration, there.encryption_configuration
        ),
        "set of resource tags": tags(there.resource_tags) == tags(asked.resource_tags),
        "repository policy": _document(there.repository_policy)
        == _document(asked.repository_policy),
        "lifecycle policy": _document(there.lifecycle_policy) == _document(asked.lifecycle_policy),
        "set of scenarios": {*(there.applied_for or ())} == {*asked.applied_for},
        "custom role": (there.custom_role_arn or "") == (asked.custom_role_arn or ""),
    }
    return next((name for name, is_equal in equal.items() if not is_equal), None)


def is_encrypted_as(
    asked: models.EncryptionConfiguration | None, there: models.EncryptionConfiguration | None
) -> bool:
    """Return whether an encryption is the one that was asked for."""
    default = models.EncryptionConfiguration(encryption_type=models.EncryptionType.AES256)
    asked, there = asked or default, there or default
    return asked.encryption_type == there.encryption_type and (
        not asked.kms_key or _is_key(asked.kms_key, there.kms_key or "")
    )


def tags(found: Iterable[models.Tag] | None) -> dict[str, str]:
    """Return tags as a mapping, without those that AWS adds by itself."""
    return {tag.key: tag.value for tag in found or () if not tag.key.startswith("aws:")}


def _mutability(of: _Mutable) -> tuple[str, frozenset[object]]:
    default = models.ImageTagMutability.MUTABLE
    return (
        of.image_tag_mutability or default,
        frozenset(of.image_tag_mutability_exclusion_filters or ()),
    )


def _scans_on_push(of: models.Repository | models.CreateRepositoryRequest) -> bool:
    configuration = of.image_scanning_configuration
    return bool(configuration and configuration.scan_on_push)


def _is_key(asked: str, arn: str) -> bool:
    """Return whether a key may be the one with the ARN; only KMS knows what an alias stands for."""
    name = asked.rpartition(":")[2]
    if name.startswith("alias/"):
        return bool(arn)
    return asked == arn or arn.endswith(f":key/{asked}")


def _document(text: str | None) -> object:
    """Return a policy's content, however it is laid out; the service sorts lifecycle rules."""
    try:
        document: Any = json.loads(text or "null")
    except ValueError:
        return text
    try:
        rules = sorted(document["rules"], key=partial(json.dumps, sort_keys=True))
    except (KeyError, TypeError):
        return document
    return {**document, "rules": rules}
