"""Conditions of statements: operators that compare values of the request with those in a policy.

See [condition
operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any, Final, NamedTuple, TypeAlias, cast

from ecr_typed.testing._emulator.registry.policy_evaluation.patterns import (
    Values,
    matches,
    tokens,
)

_Comparison: TypeAlias = Callable[[str, str, "Values | None"], bool]
"""Compares a value in a policy with one of the request; gets the values of variables."""

_ARN_PARTS: Final = 6


class _Operator(NamedTuple):
    compare: _Comparison
    is_negated: bool = False


class _Condition(NamedTuple):
    """An operator with its qualifier and its suffix, as a policy spells it."""

    operator: _Operator | None
    """`None` for `Null`, which compares no values."""
    qualifier: str
    passes_if_absent: bool


def is_operator(name: str) -> bool:
    """Return whether there is a condition operator of this name, qualifier and suffix included."""
    return _read(name) is not None


def hold(condition: Mapping[str, Any], values: Values, variables: Values | None) -> bool:
    """Return whether a statement's conditions hold: all operators, each for all of its keys.

    Args:
        condition: The keys with their values in the policy, by operator.
        values: The values of the request.
        variables: The values that variables stand for, `None` where there are no variables.
    """
    for name, keys in condition.items():
        read = _read(name)
        if read is None:
            return False
        for key, wanted in keys.items():
            if not _holds(read, values(key), _texts(wanted), variables):
                return False
    return True


def _holds(
    condition: _Condition, found: tuple[str, ...], wanted: list[str], variables: Values | None
) -> bool:
    if condition.operator is None:
        return ("true" if not found else "false") in map(str.lower, wanted)
    if not found and condition.passes_if_absent:
        return True
    compare, is_negated = condition.operator
    fitting = (
        any(compare(each, value, variables) for each in wanted) != is_negated for value in found
    )
    match condition.qualifier:
        case "forallvalues":
            return all(fitting)
        case "foranyvalue":
            return any(fitting)
        case _:
            # What is not there is not equal to anything, so negated operators hold without a value.
            return all(fitting) if is_negated else any(fitting)


def _read(name: str) -> _Condition | None:
    qualifier, colon, rest = name.rpartition(":")
    if colon and qualifier.lower() not in {"forallvalues", "foranyvalue"}:
        return None
    plain = rest.lower()
    if plain == "null" and not colon:
        return _Condition(None, "", passes_if_absent=False)
    found = _OPERATORS.get(plain.removesuffix("ifexists"))
    if found is None:
        return None
    return _Condition(found, qualifier.lower(), passes_if_absent=plain.endswith("ifexists"))


def _texts(value: object) -> list[str]:
    """Return the values in a policy as texts; JSON's own values are spelled as JSON spells them."""
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in items]


def _is_equal(wanted: str, value: str, variables: Values | None) -> bool:
    pattern = tokens(wanted, variables, has_wildcards=False)
    return pattern is not None and "".join(pattern) == value


def _is_equal_ignoring_case(wanted: str, value: str, variables: Values | None) -> bool:
    pattern = tokens(wanted, variables, has_wildcards=False)
    return pattern is not None and "".join(pattern).lower() == value.lower()


def _is_like(wanted: str, value: str, variables: Values | None) -> bool:
    pattern = tokens(wanted, variables)
    return pattern is not None and matches(pattern, value)


def _is_arn_like(wanted: str, value: str, variables: Values | None) -> bool:
    """Compare part by part, because a wildcard in one part of an ARN does not reach the next."""
    parts, patterns = value.split(":", _ARN_PARTS - 1), _arn_parts(wanted)
    return len(parts) == len(patterns) == _ARN_PARTS and all(
        _is_like(pattern, part, variables) for pattern, part in zip(patterns, parts, strict=True)
    )


def _arn_parts(text: str) -> list[str]:
    """Return the parts of an ARN; the colons in `${aws:username}` end no part."""
    parts = [""]
    for piece in re.findall(r"\$\{[^{}]*\}|.", text, re.DOTALL):
        if piece == ":" and len(parts) < _ARN_PARTS:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _is_address_in(wanted: str, value: str, variables: Values | None) -> bool:  # noqa: ARG001 - takes no variables
    try:
        return ip_address(value) in ip_network(wanted, strict=False)
    except ValueError:
        return False


def _numbers(compare: Callable[[float, float], bool]) -> _Comparison:
    def compared(wanted: str, value: str, variables: Values | None) -> bool:  # noqa: ARG001 - takes no variables
        try:
            return compare(float(value), float(wanted))
        except ValueError:
            return False

    return compared


def _dates(compare: Callable[[datetime, datetime], bool]) -> _Comparison:
    def compared(wanted: str, value: str, variables: Values | None) -> bool:  # noqa: ARG001 - takes no variables
        try:
            return compare(_date(value), _date(wanted))
        except (ValueError, OverflowError, OSError):
            return False

    return compared


def _date(text: str) -> datetime:
    """Read a date in ISO 8601 or in seconds since 1970; one without a zone is in UTC."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return datetime.fromtimestamp(float(text), UTC)
    date = datetime.fromisoformat(text)
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


_COMPARED: Final = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}
_OPERATORS: Final[Mapping[str, _Operator]] = {
    "stringequals": _Operator(_is_equal),
    "stringnotequals": _Operator(_is_equal, is_negated=True),
    "stringequalsignorecase": _Operator(_is_equal_ignoring_case),
    "stringnotequalsignorecase": _Operator(_is_equal_ignoring_case, is_negated=True),
    "stringlike": _Operator(_is_like),
    "stringnotlike": _Operator(_is_like, is_negated=True),
    "arnequals": _Operator(_is_arn_like),
    "arnnotequals": _Operator(_is_arn_like, is_negated=True),
    "arnlike": _Operator(_is_arn_like),
    "arnnotlike": _Operator(_is_arn_like, is_negated=True),
    "bool": _Operator(_is_equal_ignoring_case),
    "binaryequals": _Operator(_is_equal),
    "ipaddress": _Operator(_is_address_in),
    "notipaddress": _Operator(_is_address_in, is_negated=True),
    **{f"numeric{name}": _Operator(_numbers(compare)) for name, compare in _COMPARED.items()},
    "numericnotequals": _Operator(_numbers(operator.eq), is_negated=True),
    **{f"date{name}": _Operator(_dates(compare)) for name, compare in _COMPARED.items()},
    "datenotequals": _Operator(_dates(operator.eq), is_negated=True),
}
