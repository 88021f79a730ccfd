"""Encryption settings, and the KMS keys they name.

A key is looked up in moto's KMS, in the account and region of the registry. The ARN of a key that
moto doesn't know is kept as it is: a test need not create every key that it mentions. An alias or
a key id says too little to be kept, so those have to exist.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.kms.models import kms_backends

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach
from ecr_typed.testing._emulator.registry.moto_backends import backend_beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.kms.models import Key

    from ecr_typed.testing._emulator.registry.repositories import EcrBackend

_MANAGED_KEY_ALIAS = "alias/aws/ecr"
_KMS_ARN = re.compile(
    r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":(?:key/(?P<key_id>[A-Za-z0-9-]+)|(?P<alias>alias/[A-Za-z0-9/_-]+))"
)
# Emulators have locks of their own, but moto's KMS is one for all of them.
_kms_lock = threading.Lock()


@dataclass(slots=True)
class _ManagedKey:
    """The AWS managed key for ECR, once a registry has used it.

    moto's KMS may be emptied at any time by a `mock_aws` of the process; this stays.
    """

    arn: str | None = None


def check_encryption(configuration: Mapping[str, str]) -> None:
    """Refuse a key for the type of encryption that uses none."""
    if configuration["encryptionType"] == "AES256" and configuration.get("kmsKey"):
        raise breach(
            "encryptionConfiguration.kmsKey",
            "must not be specified when encryptionType is AES256",
        )


def with_resolved_key(configuration: Mapping[str, str], registry: EcrBackend) -> dict[str, str]:
    """Give the settings that a new repository keeps: a key is named by its ARN."""
    if configuration["encryptionType"] == "AES256":
        return dict(configuration)
    return {**configuration, "kmsKey": _key_arn(configuration.get("kmsKey"), registry)}


def _key_arn(key: str | None, registry: EcrBackend) -> str:
    if key is None or key == _MANAGED_KEY_ALIAS:
        return _managed_key(registry)
    parts = _KMS_ARN.fullmatch(key)
    if parts is None:
        return _found(key, registry.account_id, registry).arn
    if parts["region"] != registry.region_name:
        raise _kms_error("NotFoundException", f"Key '{key}' is not in this region")
    if parts["alias"] == _MANAGED_KEY_ALIAS and parts["account"] == registry.account_id:
        return _managed_key(registry)
    if parts["alias"] is not None:
        return _found(parts["alias"], parts["account"], registry).arn
    known = backend_beside(registry, kms_backends, account_id=parts["account"]).keys.get(
        parts["key_id"]
    )
    if known is not None:
        _check_usable(known)
    return key


def _managed_key(registry: EcrBackend) -> str:
    """Give the AWS managed key for ECR; it comes into being with its first use."""
    managed = registry.state(_ManagedKey)
    if managed.arn is None:
        kms = backend_beside(registry, kms_backends)
        with _kms_lock:
            key_id = kms.get_key_id_from_alias(_MANAGED_KEY_ALIAS)
            if key_id is None:
                key = kms.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "ECR", None)
                key.key_manager = "AWS"
                kms.create_alias(key.id, _MANAGED_KEY_ALIAS)
                key_id = key.id
        managed.arn = (
            f"arn:{registry.partition}:kms:{registry.region_name}:{registry.account_id}"
            f":key/{key_id}"
        )
    return managed.arn


def _found(key: str, account_id: str, registry: EcrBackend) -> Key:
    kms = backend_beside(registry, kms_backends, account_id=account_id)
    key_id = kms.get_key_id_from_alias(key) if key.startswith("alias/") else key
    found = kms.keys.get(key_id or "")
    if found is None:
        raise _kms_error("NotFoundException", f"Key '{key}' does not exist")
    _check_usable(found)
    return found


def _check_usable(key: Key) -> None:
    if key.key_state == "Disabled":
        raise _kms_error("DisabledException", f"{key.arn} is disabled.")
    if key.key_state != "Enabled":
        raise _kms_error("KMSInvalidStateException", f"{key.arn} is {key.key_state}.")


def _kms_error(kms_error: str, message: str) -> ServiceError:
    return ServiceError("KmsException", message, kmsError=kms_error)
