"""Faults in JSON: the name of a usual fault, or the type of a fault with its members."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from ecr_typed.testing import faults
from ecr_typed.testing._emulator.control.members import ControlError
from ecr_typed.testing.faults import Fault

USUAL: Final[Mapping[str, Fault]] = {
    name: fault
    for name, fault in vars(faults).items()
    if name.isupper() and isinstance(fault, Fault)
}
"""The usual faults by their names: THROTTLED, RESET ..."""

TYPES: Final[Mapping[str, type[Fault]]] = {
    each.__name__: each
    for each in (
        faults.LateAnswer,
        faults.ErrorAnswer,
        faults.RawAnswer,
        faults.LostAnswer,
        faults.CutAnswer,
        faults.WrongLength,
    )
}
"""The types of faults by their names."""


def read_fault(value: object, name: str) -> Fault:
    """Return the fault that a request describes, or refuse it."""
    if isinstance(value, str) and value in USUAL:
        return USUAL[value]
    if not isinstance(value, dict):
        raise ControlError(f"{name} must be an object, or one of {', '.join(USUAL)}")
    members = {**cast("dict[str, Any]", value)}
    kind = TYPES.get(members.pop("type", ""))
    if kind is None:
        raise ControlError(f"{name}.type must be one of {', '.join(TYPES)}")
    fields = {_camel(field.name): field.name for field in dataclasses.fields(kind)}
    unknown = sorted(members.keys() - fields.keys())
    if unknown:
        raise ControlError(f"{name} has no member {unknown[0]!r}: use {', '.join(fields)}")
    if "body" in members:
        members["body"] = str(members["body"]).encode()
    try:
        return kind(**{fields[key]: member for key, member in members.items()})
    except TypeError as error:
        raise ControlError(f"{name} is no {kind.__name__}: {error}") from error


def spell_fault(fault: Fault) -> object:
    """Return a fault as requests spell it."""
    for name, usual in USUAL.items():
        if fault == usual:
            return name
    members = {
        _camel(field.name): getattr(fault, field.name) for field in dataclasses.fields(fault)
    }
    return {
        "type": type(fault).__name__,
        **{
            k: v.decode(errors="replace") if isinstance(v, bytes) else v for k, v in members.items()
        },
    }


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)
