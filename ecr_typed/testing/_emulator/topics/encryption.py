"""Encryption settings of repositories and templates, and the KMS keys that they name.

The ARN of a key that nobody knows is kept as it is: a test need not create every key that it
mentions. An alias or a key id says too little to be kept, so the key has to exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.texts import constraints, refusals
from ecr_typed.testing._emulator.texts.text import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.accounts import KmsKey
    from ecr_typed.testing._emulator.registry.repositories import Registry

_MANAGED_KEY_ALIAS = "alias/aws/ecr"
_KMS_ARN = re.compile(
    r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":(?:key/(?P<key_id>[A-Za-z0-9-]+)|(?P<alias>alias/[A-Za-z0-9/_-]+))"
)


@dataclass(slots=True)
class _ManagedKey:
    """The AWS managed key for ECR, once a registry has used it."""

    arn: str | None = None


def check_encryption(configuration: Mapping[str, str]) -> None:
    """Refuse a key for the type of encryption that uses none."""
    if configuration["encryptionType"] == "AES256" and configuration.get("kmsKey"):
        raise invalid(
            "encryptionConfiguration.kmsKey",
            constraints.KEY_WITHOUT_KMS(),
        )


def with_resolved_key(configuration: Mapping[str, str], registry: Registry) -> dict[str, str]:
    """Return the settings that a new repository keeps: a key is named by its ARN."""
    if configuration["encryptionType"] == "AES256":
        return dict(configuration)
    return {**configuration, "kmsKey": _key_arn(configuration.get("kmsKey"), registry)}


def _key_arn(name: str | None, registry: Registry) -> str:
    if name is None or name == _MANAGED_KEY_ALIAS:
        return _managed_key_arn(registry)
    parts = _KMS_ARN.fullmatch(name)
    if parts is None:
        return _found(name, registry.account_id, registry).arn
    if parts["region"] != registry.region_name:
        raise _kms_error("NotFoundException", refusals.KEY_ELSEWHERE(name=name))
    if parts["alias"] == _MANAGED_KEY_ALIAS and parts["account"] == registry.account_id:
        return _managed_key_arn(registry)
    if parts["alias"] is not None:
        return _found(parts["alias"], parts["account"], registry).arn
    key = registry.registries.accounts.kms_key(
        parts["account"], registry.region_name, parts["key_id"]
    )
    if key is not None:
        _check_usable(key)
    return name


def _managed_key_arn(registry: Registry) -> str:
    managed = registry.states.of(_ManagedKey)
    if managed.arn is None:
        managed.arn = registry.registries.accounts.create_managed_key(
            registry.account_id, registry.region_name
        )
    return managed.arn


def _found(name: str, account_id: str, registry: Registry) -> KmsKey:
    key = registry.registries.accounts.kms_key(account_id, registry.region_name, name)
    if key is None:
        raise _kms_error("NotFoundException", refusals.KEY_NOT_FOUND(name=name))
    _check_usable(key)
    return key


def _check_usable(key: KmsKey) -> None:
    if key.state == "Disabled":
        raise _kms_error("DisabledException", refusals.KEY_IS_DISABLED(arn=key.arn))
    if key.state != "Enabled":
        raise _kms_error(
            "KMSInvalidStateException", refusals.KEY_HAS_STATE(arn=key.arn, state=key.state)
        )


def _kms_error(kms_error: str, message: Message) -> ServiceError:
    return ServiceError("KmsException", message, kmsError=kms_error)
