"""Arguments that can't be sent: what was probably meant, or what makes the right thing of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ecr_typed._conversion.attributes import is_list
from ecr_typed._conversion.shapes import Enum, ListOf, Shape, String, Structure, members

MISSING_ATTRIBUTES: Final[Mapping[str, str]] = {
    "can_paginate": "every listing comes page by page: iterate over what its method returns",
    "exceptions": "errors are classes of their own, as ecr_typed.RepositoryNotFoundException",
    "generate_presigned_url": "boto3_client.generate_presigned_url has it",
    "get_paginator": "every listing comes page by page: iterate over what its method returns",
    "get_waiter": (
        "wait_until_image_scan_complete and wait_until_lifecycle_policy_preview_complete wait"
    ),
    "meta": "boto3_client.meta has it",
}
"""What boto3's client has and ours has not, and what to use instead."""


def similar(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant."""
    # Few errors get here, and fewer programs.
    from difflib import get_close_matches

    found = get_close_matches(name, list(known), n=3, cutoff=0.75)
    # Two letters that changed places are the most frequent slip.
    swapped = (one for one in found if sorted(one) == sorted(name))
    return next(swapped, next(iter(found), None))


def hint(shape: Shape, value: object) -> str:
    """Return what to do about a value that its shape does not allow; empty if unclear."""
    match shape, value:
        case Structure(), Mapping() if shape.type.__name__ == "Tag":
            return "pass tags as a mapping of keys to values, as in {'team': 'payments'}"
        case Structure(), Mapping():
            return f"from_boto3({shape.type.__name__}, ...) makes one of what boto3 takes"
        case ListOf(item=Structure() as item), _ if isinstance(value, item.type):
            return "put it in a list"
        case ListOf(item=String() | Enum()), str():
            return "put it in a list"
        case ListOf(), _ if _is_iterable(value):
            return "to_list() gives one" if hasattr(value, "to_list") else "list(...) makes one"
        case String(), Mapping() | list():
            return "json.dumps(...) makes text of it"
        case Structure(), str():
            return _made_of_text(shape)
        case Enum(), str():
            known = {text.upper(): text for text in shape.type}
            meant = similar(value.upper(), known)
            return f"did you mean {known[meant]}?" if meant else ""
        case _:
            return ""


def _is_iterable(value: object) -> bool:
    """Return whether a list can be made of a value that is none."""
    is_other = is_list(value) or isinstance(value, str | bytes | Mapping)
    return isinstance(value, Iterable) and not is_other


def _made_of_text(shape: Structure) -> str:
    """Return the ways to a model of one text, if any of its members alone makes one."""
    required = [member for member in members(shape.type) if member.is_required]
    if len(required) > 1:
        return ""
    name = shape.type.__name__
    alone = required or members(shape.type)
    texts = [member for member in alone if isinstance(member.shape, String | Enum)]
    ways = " or ".join(f"{name}({member.name}=...)" for member in texts)
    return f"pass {ways}" if ways else ""
