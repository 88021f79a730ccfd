"""Converts scalar values: from JSON, from boto3's dicts, and to plain Python objects."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NoReturn

CONVERSION_FAILURES = (KeyError, TypeError, AttributeError, ValueError, OverflowError)


def reject() -> NoReturn:
    """Refuse a value whose type is not the one that its shape has."""
    raise TypeError


class Dialect:
    """How the timestamps and blobs of a response are written.

    Without `has_exact_floats`, a large float may have been a whole number with more digits.
    """

    __slots__ = ("blob", "has_exact_floats", "name", "timestamp")

    def __init__(
        self,
        name: str,
        timestamp: Callable[[object], datetime],
        blob: Callable[[object], bytes],
        *,
        has_exact_floats: bool,
    ) -> None:
        self.name = name
        self.has_exact_floats = has_exact_floats
        self.timestamp = timestamp
        self.blob = blob


def _json_timestamp(value: object) -> datetime:
    if type(value) is float or type(value) is int:
        return _since_1970(value)
    if isinstance(value, str):
        return _parsed_timestamp(value)
    reject()


def _since_1970(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OSError as error:
        # Elsewhere it is what the handler of a signal raises, such as a `TimeoutError`.
        raise ValueError(str(error)) from error


def _parsed_timestamp(text: str) -> datetime:
    # The service sends numbers. Emulators send whatever botocore reads: numbers in text,
    # ISO 8601, and dates in the format of HTTP headers.
    try:
        return _since_1970(float(text))
    except ValueError:
        pass
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        # This format is rare, and its module slow to load.
        from email.utils import parsedate_to_datetime

        return _in_utc(parsedate_to_datetime(text))


def _boto3_timestamp(value: object) -> datetime:
    # Dicts that were saved as JSON, or printed by the AWS command line, have text or numbers.
    return _in_utc(value) if isinstance(value, datetime) else _json_timestamp(value)


def _in_utc(value: datetime) -> datetime:
    # botocore takes a time without a zone for UTC, too.
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _json_blob(value: object) -> bytes:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else reject()


def _boto3_blob(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray) else reject()


JSON: Final = Dialect("json", _json_timestamp, _json_blob, has_exact_floats=False)
BOTO3: Final = Dialect("boto3", _boto3_timestamp, _boto3_blob, has_exact_floats=True)


def plain_text(value: object) -> str:
    """Return exactly a `str`: for an enum's member, its text."""
    return str.__str__(value) if isinstance(value, str) else reject()


def plain_boolean(value: object) -> bool:
    """Return a truth value."""
    return value if isinstance(value, bool) else reject()


def plain_integer(value: object) -> int:
    """Return exactly an `int`; a truth value is refused."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else reject()


def plain_float(value: object) -> float:
    """Return exactly a `float`, or an `int` for a whole number that would lose digits."""
    if isinstance(value, float):
        return float(value)
    whole = plain_integer(value)
    number = float(whole)
    return number if number == whole else whole


def exact_float(value: object) -> float:
    """Return exactly a `float`. Refuse one that may be a whole number beyond 64 bits."""
    if isinstance(value, float) and not -_BEYOND_64_BITS < value < _BEYOND_64_BITS:
        reject()
    return plain_float(value)


_BEYOND_64_BITS: Final = 2.0**63


def plain_bytes(value: object) -> bytes:
    """Return exactly `bytes`."""
    if isinstance(value, memoryview):
        return value.tobytes()
    return bytes(value) if isinstance(value, bytes | bytearray) else reject()


def plain_timestamp(value: object) -> datetime:
    """Return exactly a `datetime`."""
    if not isinstance(value, datetime):
        reject()
    return datetime.combine(value.date(), value.timetz())
