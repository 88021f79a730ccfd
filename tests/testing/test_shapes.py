"""Shapes that requests may have: how values are read, and which are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ecr_typed.testing._emulator.http.shapes import (
    Blob,
    Boolean,
    Integer,
    List,
    Map,
    Number,
    Shape,
    Structure,
    Text,
    Timestamp,
)
from ecr_typed.testing._emulator.registry.errors import ServiceError


@pytest.mark.parametrize(
    ("shape", "value", "read"),
    [
        (Map(Text(), List(Integer())), {"a": [1], "b": []}, {"a": [1], "b": []}),
        (Number(), 1, 1),
        (Number(), 1.5, 1.5),
        (Timestamp(), 0, datetime(1970, 1, 1, tzinfo=UTC)),
        (Blob(), "aGk=", b"hi"),
        (Structure({"a": Boolean()}), {"a": True, "b": 1}, {"a": True}),
        (Structure({"a": Boolean()}), {"a": None}, {}),
    ],
)
def test_a_value_of_json_is_read(shape: Shape, value: object, read: object) -> None:
    """Operations get values of Python's types; unknown members and nulls are left out."""
    assert shape.read(value, "member") == read


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Map(Text(), Text()), []),
        (Map(Text(), Text()), {"a": 1}),
        (Number(), True),
        (Number(), "1"),
        (Timestamp(), "2024-01-01"),
        (Timestamp(), False),
        (Blob(), "no base64"),
        (Blob(), 1),
        (Integer(), 1.0),
        (Integer(), True),
        (Boolean(), 1),
        (Text(), 1),
        (Text(), "\ud800"),
        (Map(Text(), Text()), {"\udfff": "a"}),
        (List(Text()), "text"),
        (Structure({}), []),
    ],
)
def test_a_value_of_another_type_is_refused(shape: Shape, value: object) -> None:
    """What can't be read as the shape is a SerializationException that names the member."""
    with pytest.raises(ServiceError, match="SerializationException: 'member' can't be read as"):
        shape.read(value, "member")


def test_keys_and_values_of_a_map_are_checked() -> None:
    """A limit holds for each key and each value, and the path names the entry."""
    shape = Map(Text(min=2), Integer(max=9))
    with pytest.raises(ServiceError, match=r"at 'tags\.a\.key'"):
        shape.check({"a": 1}, "tags")
    with pytest.raises(ServiceError, match=r"at 'tags\.ab\.value'"):
        shape.check({"ab": 10}, "tags")
