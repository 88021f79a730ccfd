"""Values without parts: as they come in JSON and in boto3's dicts, and as plain Python objects."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NoReturn

import attrs


def misfit() -> NoReturn:
    """Say that a value is not what its shape is."""
    raise TypeError


@attrs.frozen(eq=False)  # compared and hashed by identity, which is quick
class Dialect:
    """How an answer's timestamps and blobs are written."""

    name: str
    timestamp: Callable[[object], datetime]
    blob: Callable[[object], bytes]


def _json_timestamp(value: object) -> datetime:
    if type(value) is float or type(value) is int:
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        return _parsed_timestamp(value)
    misfit()


def _parsed_timestamp(text: str) -> datetime:
    # The service sends numbers. Emulators send whatever botocore reads: numbers in text,
    # ISO 8601, dates as HTTP has them.
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        pass
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        # Rare, and slow to load.
        from email.utils import parsedate_to_datetime

        return _in_utc(parsedate_to_datetime(text))


def _boto3_timestamp(value: object) -> datetime:
    return _in_utc(value) if isinstance(value, datetime) else misfit()


def _in_utc(value: datetime) -> datetime:
    # A time without a zone is UTC for botocore as well.
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _json_blob(value: object) -> bytes:
    return base64.b64decode(value) if isinstance(value, str) else misfit()


def _boto3_blob(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray) else misfit()


JSON: Final = Dialect("json", _json_timestamp, _json_blob)
BOTO3: Final = Dialect("boto3", _boto3_timestamp, _boto3_blob)


def plain_text(value: object) -> str:
    """Exactly a `str`: of an enum's member, its text."""
    return str.__str__(value) if isinstance(value, str) else misfit()


def plain_boolean(value: object) -> bool:
    """A truth value."""
    return value if isinstance(value, bool) else misfit()


def plain_integer(value: object) -> int:
    """Exactly an `int`; a truth value is none."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else misfit()


def plain_float(value: object) -> float:
    """Exactly a `float`; only a whole number that would lose digits stays an `int`."""
    if isinstance(value, float):
        return float(value)
    whole = plain_integer(value)
    number = float(whole)
    return number if number == whole else whole


def plain_bytes(value: object) -> bytes:
    """Exactly `bytes`."""
    if isinstance(value, memoryview):
        return value.tobytes()
    return bytes(value) if isinstance(value, bytes | bytearray) else misfit()


def plain_timestamp(value: object) -> datetime:
    """Exactly a `datetime`."""
    if not isinstance(value, datetime):
        misfit()
    return datetime.combine(value.date(), value.timetz())
