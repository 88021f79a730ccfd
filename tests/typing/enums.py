"""Enums are open: to every checker there are more values than those that are written out."""

from __future__ import annotations

from typing import Literal, assert_type

from ecr_typed import EncryptionConfiguration, EncryptionType, ImageTagMutability


def comparison_with_text_of_a_newer_release(
    kind: EncryptionType, setting: ImageTagMutability | None
) -> bool:
    if kind == "KMS_NEXT" or setting == "NEXT":
        return True
    return kind != "KMS_LAST" and kind in {"KMS_NEXT", "KMS"}


def match_with_text_of_a_newer_release(kind: EncryptionType) -> int:
    match kind:
        case "KMS_NEXT":
            return 1
        case EncryptionType.KMS | EncryptionType.KMS_DSSE:
            return 2
        case _:
            return 3


def match_with_a_last_case(kind: EncryptionType) -> str:
    match kind:
        case EncryptionType.AES256:
            return "S3"
        case EncryptionType.KMS:
            return "KMS"
        case EncryptionType.KMS_DSSE:
            return "KMS, twice"
        case _:
            return kind.value


def values_that_are_left(kind: EncryptionType) -> str:
    if kind is EncryptionType.AES256:
        return "S3"
    if kind is EncryptionType.KMS or kind is EncryptionType.KMS_DSSE:
        return assert_type(kind.value, str)
    assert_type(kind.is_known, bool)
    return kind


def match_in_a_model(configuration: EncryptionConfiguration) -> str:
    match configuration:
        case EncryptionConfiguration(encryption_type="KMS_NEXT"):
            return "new"
        case EncryptionConfiguration(encryption_type=EncryptionType.KMS, kms_key=str(key)):
            return key
        case _:
            return configuration.encryption_type


def members() -> None:
    assert_type(EncryptionType.KMS, Literal[EncryptionType.KMS])
    assert_type(EncryptionType("KMS_NEXT"), EncryptionType)
    for kind in EncryptionType:
        assert_type(kind.is_known, bool)
    assert_type(EncryptionType["KMS"].value, str)
