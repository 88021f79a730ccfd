"""Arguments that would fail somewhere inside are refused by their name."""

from __future__ import annotations

import re
from types import UnionType


def check_type(name: str, value: object, kind: type | UnionType, what: str) -> None:
    """Refuse an argument that is not of a type.

    Args:
        name: The argument's name.
        value: Its value.
        kind: The type. A truth value is no number.
        what: What is allowed, as in "a text".

    Raises:
        TypeError: It is of another type.
    """
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} must be {what}, not {value!r}")


def check_region_name(region_name: str) -> None:
    """Refuse what can be no region, of AWS or made up: a part of a host name.

    Raises:
        TypeError: It is no text.
        ValueError: It has other characters than letters, digits and hyphens, or none.
    """
    check_type("region_name", region_name, str, "the name of a region")
    if not re.fullmatch("[A-Za-z0-9-]{1,63}", region_name):
        raise ValueError(
            f"region_name has to be a region, such as 'us-east-1', not {region_name!r}"
        )


def check_registry_host(registry_host: str | None) -> None:
    """Refuse what is no host.

    Raises:
        TypeError: It is no text.
        ValueError: It is empty, a URL, or has spaces.
    """
    check_type("registry_host", registry_host, str | None, "a host, or None")
    if registry_host is not None and (not registry_host or set("/ @") & set(registry_host)):
        raise ValueError(
            f"registry_host has to be a host, with a port if need be, not {registry_host!r}"
        )
