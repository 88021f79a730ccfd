"""Arguments of the emulator that have a wrong type are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ecr_typed.documents import Platform
from ecr_typed.jobs import read_config
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import (
    THROTTLED,
    CutResponse,
    ErrorResponse,
    LateResponse,
    RawResponse,
    WrongLength,
)
from tests.support.untyped import untyped

EMULATOR: list[tuple[dict[str, Any], str]] = [
    ({"region_name": None}, "region_name must be the name of a region, not None"),
    ({"account_id": 123456789012}, "account_id must be 12 digits, not 123456789012"),
    ({"port": "4566"}, "port must be a number, not '4566'"),
    ({"host": None}, "host must be an address, not None"),
    ({"latency": "1"}, "latency must be a number of seconds, not '1'"),
    ({"registry_host": 5}, "registry_host must be a host, or None, not 5"),
    ({"iam": ["policy"]}, "iam must be policies by ARN"),
]

FAULTS: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (ErrorResponse, {"code": 5}, "code must be the code of an error, not 5"),
    (ErrorResponse, {"code": "X", "message": 5}, "message must be a text, not 5"),
    (ErrorResponse, {"code": "X", "status": "500"}, "status must be an HTTP status, not '500'"),
    (ErrorResponse, {"code": "X", "status": 5}, "status must be an HTTP status, not 5"),
    (ErrorResponse, {"code": "X", "headers": ["a"]}, "headers must be texts by their names"),
    (RawResponse, {"status": 200, "body": "text"}, "body must be bytes, not 'text'"),
    (LateResponse, {"delay": "1"}, "delay must be a number of seconds, not '1'"),
    (LateResponse, {"delay": -1}, "delay must be a number of seconds that is not negative"),
    (LateResponse, {"delay": float("nan")}, "delay must be .* not nan"),
    (CutResponse, {"kept": 9}, "kept must be a number from 0 to 1, not 9"),
    (WrongLength, {"by": 0.5}, "by must be a number of bytes, not 0.5"),
]

METHODS: list[tuple[Callable[[Any], Any], dict[str, Any], str]] = [
    (lambda e: e.push_image, {"repository_name": None}, "repository_name must be the name of a"),
    (lambda e: e.push_image, {"repository_name": "a/b", "tags": 5}, "tags must be a list of tags"),
    (lambda e: e.push_image, {"repository_name": "a/b", "tags": [5]}, "each of tags must be a tag"),
    (lambda e: e.push_image, {"repository_name": "a/b", "size": "1"}, "size must be a number of"),
    (lambda e: e.push_image, {"repository_name": "a/b", "platform": 5}, "platform must be a"),
    (lambda e: e.push_image, {"repository_name": "a/b", "children": [5]}, r"children\[0\] must be"),
    (lambda e: e.push_image, {"repository_name": "a/b", "children": "sha256:0"}, "for one child"),
    (lambda e: e.push_image, {"repository_name": "a/b", "subject": 5}, "subject must be a digest"),
    (
        lambda e: e.push_image,
        {"repository_name": "a/b", "pushed_at": date(2024, 1, 1)},
        "pushed_at must be a datetime",
    ),
    (lambda e: e.push_image, {"repository_name": "a/b", "labels": ["a"]}, "labels must be texts"),
    (lambda e: e.clock.set, {"time": "2024"}, "time must be a timezone-aware datetime, not '2024'"),
    (lambda e: e.clock.advance, {"duration": 5}, "duration must be a timedelta, not 5"),
    (lambda e: e.add_kms_key, {"key_id": 5}, "key_id must be the id of a key, or None, not 5"),
    (lambda e: e.add_principal, {"arn": None}, "arn must be the ARN of a principal, not None"),
    (
        lambda e: e.add_principal,
        {"arn": "arn:aws:iam::123456789012:root", "after": 5},
        "after must be a timedelta, not 5",
    ),
    (
        lambda e: e.faults.limit,
        {"operation_name": "PutImage", "per_second": "5"},
        "per_second must be a number of calls, not '5'",
    ),
    (
        lambda e: e.faults.limit,
        {"operation_name": "PutImage", "per_second": 5, "burst": "5"},
        "burst must be a number of calls, or None, not '5'",
    ),
    (lambda e: e.faults.inject, {"fault": THROTTLED, "times": True}, "times must be a number"),
    (lambda e: e.faults.inject, {"fault": THROTTLED, "share": "1"}, "share must be a number"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), EMULATOR, ids=[message for _, message in EMULATOR]
)
def test_wrong_options_are_refused(arguments: dict[str, Any], message: str) -> None:
    """Before anything is served with them."""
    with pytest.raises(TypeError, match=message):
        untyped(EcrEmulator)(**arguments)


@pytest.mark.parametrize(
    ("method", "arguments", "message"), METHODS, ids=[message for *_, message in METHODS]
)
def test_wrong_types_are_refused(
    method: Callable[[Any], Any], arguments: dict[str, Any], message: str
) -> None:
    """Nothing of what the call asked for is there."""
    with pytest.raises(TypeError, match=message):
        method(EcrEmulator())(**arguments)


@pytest.mark.parametrize(
    ("make", "arguments", "message"), FAULTS, ids=[message for *_, message in FAULTS]
)
def test_wrong_faults_are_refused(
    make: Callable[..., Any], arguments: dict[str, Any], message: str
) -> None:
    """They looked like a lost response: the emulator failed as a call met them."""
    with pytest.raises((TypeError, ValueError), match=message):
        make(**arguments)


def test_a_platform_is_taken_as_jobs_take_it(fresh: EcrEmulator) -> None:
    """`push_image` and `read_config` name platforms in one way."""
    arm = Platform(os="linux", architecture="arm", variant="v7")
    with fresh.client() as ecr:
        ecr.create_repository("app")
        fresh.push_image("app", tags=["v1"], platform=arm)

        assert read_config(ecr, "app", "v1", platform=arm).platform == arm


def test_a_key_is_added_by_whatever_names_it(fresh: EcrEmulator) -> None:
    """An ARN has its account and region, and an alias is no id."""
    arn = "arn:aws:kms:eu-west-1:111122223333:key/images"

    assert fresh.add_kms_key(arn) == arn
    with pytest.raises(ValueError, match="region_name is 'us-east-1', and key_id says 'eu-west-1'"):
        fresh.add_kms_key(arn, region_name="us-east-1")
    assert ":key/alias" not in fresh.add_kms_key("alias/images")
    with pytest.raises(ValueError, match="alias is 'alias/a', and key_id says 'alias/b'"):
        fresh.add_kms_key("alias/b", alias="alias/a")
    with pytest.raises(ValueError, match="key_id must be the id or the ARN of a key, not 'a/b'"):
        fresh.add_kms_key("a/b")


def test_an_emulator_says_where_it_is() -> None:
    """Its `repr` has the address."""
    emulator = EcrEmulator()
    assert repr(emulator) == "<EcrEmulator not running>"
    with emulator:
        assert repr(emulator) == f"<EcrEmulator at {emulator.endpoint_url}>"
