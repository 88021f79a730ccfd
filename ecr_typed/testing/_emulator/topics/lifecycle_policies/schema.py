"""The JSON schema of lifecycle policies: readers of its types, which refuse in the schema's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias, cast

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach

Reader: TypeAlias = Callable[[object], Any]

_JSON_NAMES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


def failure(why: str) -> ServiceError:
    """Give the error for a policy that is refused."""
    return breach("LifecyclePolicyText", f"Lifecycle policy validation failure: {why}")


def read_object(
    value: object, readers: Mapping[str, Reader], *, required: Collection[str]
) -> dict[str, Any]:
    """Read the members of an object; the schema allows no others."""
    if not isinstance(value, dict):
        raise _wrong_type(value, "object")
    members = cast("dict[str, object]", value)
    missing = sorted(set(required) - members.keys())
    if missing:
        raise failure(f"object has missing required properties ({json.dumps(missing)})")
    unknown = sorted(members.keys() - readers.keys())
    if unknown:
        raise failure(
            "object instance has properties which are not allowed by the schema: "
            f"({json.dumps(unknown)})"
        )
    return {name: readers[name](member) for name, member in members.items()}


def read_any(value: object) -> object:
    """Take whatever it is; something else reads it."""
    return value


def read_list(value: object) -> list[object]:
    """Read a list of anything."""
    if not isinstance(value, list):
        raise _wrong_type(value, "array")
    return cast("list[object]", value)


def read_text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise _wrong_type(value, "string")
    return value


def read_texts(value: object) -> list[str]:
    """Read texts: one at least, and none of them empty."""
    texts = [read_text(each) for each in read_list(value)]
    if not texts:
        raise failure("array is too short: must have at least 1 elements but instance has 0")
    if not all(texts):
        raise failure('string "" is too short (length: 0, required minimum: 1)')
    return texts


def read_count(value: object) -> int:
    """Read a number of 1 or more."""
    # Exactly: bool is a subclass of int in Python, not in JSON.
    if type(value) is not int:
        raise _wrong_type(value, "integer")
    if value < 1:
        raise failure(
            f"numeric instance is lower than the required minimum (minimum: 1, found: {value})"
        )
    return value


def one_of(allowed: Collection[str]) -> Reader:
    """Give a reader of texts that are one of some."""

    def read(value: object) -> str:
        text = read_text(value)
        if text not in allowed:
            raise failure(
                f"instance value ({json.dumps(text)}) not found in enum "
                f"(possible values: {json.dumps(sorted(allowed))})"
            )
        return text

    return read


def _wrong_type(value: object, due: str) -> ServiceError:
    return failure(
        f"instance type ({_JSON_NAMES[type(value)]}) does not match any allowed primitive type "
        f'(allowed: ["{due}"])'
    )
