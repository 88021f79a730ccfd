"""Problems of documents: how they are found and described."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs

if TYPE_CHECKING:
    from ecr_typed import EcrRequestError

_NAME = re.compile(r"[\w:-]+")


@attrs.frozen(order=False)
class DocumentProblem:
    """A known problem of a document. `str(problem)` includes its place."""

    place: str
    """The place in the document, as in `rules[1].selection.countType`. Empty for the document as a
    whole.
    """

    message: str
    """What is wrong, and what is allowed."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def refuse(argument: str, value: object, allowed: str, hint: str = "") -> EcrRequestError:
    """Return the error for an argument that can't be used."""
    # Importing the errors imports botocore, which documents don't need otherwise.
    from ecr_typed import ArgumentProblem, EcrRequestError

    return EcrRequestError([ArgumentProblem(argument, quoted(value), allowed, hint)])


def quoted(value: object, length: int = 60) -> str:
    """Return the `repr` of a value for a message, shortened if it is long."""
    text = repr(value[:length] if isinstance(value, str) else value)
    is_cut = len(text) > length or (isinstance(value, str) and len(value) > length)
    return f"{text[: length - 3]}..." if is_cut else text


def listed(names: Collection[str]) -> str:
    """Return names in quotes, separated by commas."""
    return ", ".join(repr(name) for name in names)


def meant(value: object, allowed: Collection[str]) -> str:
    """Return a suggestion for a misspelt value as the end of a message, or an empty text."""
    if not isinstance(value, str):
        return ""
    # Most documents have nothing misspelt.
    from difflib import get_close_matches

    by_lower_case = {name.lower(): name for name in allowed}
    found = get_close_matches(value.lower(), by_lower_case, n=1, cutoff=0.75)
    return f"; did you mean {by_lower_case[found[0]]!r}?" if found else ""


def inside(place: str, name: str) -> str:
    """Return the place of a member of the object at a place."""
    if not _NAME.fullmatch(name):
        return f"{place}[{quoted(name)}]"
    return f"{place}.{name}" if place else name


JSON_NAMES: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "an array",
    dict: "an object",
    object: "a value",
}


def wrong_kind(value: object, kind: type) -> str | None:
    """Return the message for a value of the wrong JSON type, or None if the type is right."""
    if value is None:
        return f"expected {JSON_NAMES[kind]}, got null: leave out members without a value"
    # Not isinstance: `bool` is a subclass of `int` in Python, but not in JSON.
    if kind is object or type(value) is kind:
        return None
    return f"expected {JSON_NAMES[kind]}, got {quoted(value)}"


def object_or_empty(value: object) -> Mapping[str, Any]:
    """Return the members of an object, or none if the value is not an object."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def check_members(
    value: object, place: str, known: Mapping[str, type], required: Collection[str] = ()
) -> Iterator[DocumentProblem]:
    """Check that a value is an object, and its members' names and types."""
    message = wrong_kind(value, dict)
    if message:
        yield DocumentProblem(place, message)
        return
    members = cast("Mapping[str, object]", value)
    for name in required:
        if name not in members:
            yield DocumentProblem(
                inside(place, name), f"missing; expected {JSON_NAMES[known[name]]}"
            )
    for name, member in members.items():
        if name not in known:
            yield DocumentProblem(inside(place, name), f"unknown member{meant(name, known)}")
        elif message := wrong_kind(member, known[name]):
            yield DocumentProblem(inside(place, name), message)


def check_choice(value: object, place: str, allowed: Collection[str]) -> Iterator[DocumentProblem]:
    """Check that a text is one of the allowed ones. Values of other types are not checked."""
    if isinstance(value, str) and value not in allowed:
        yield DocumentProblem(
            place, f"{quoted(value)} is none of {listed(allowed)}{meant(value, allowed)}"
        )


def check_length(text: str, least: int, most: int) -> Iterator[DocumentProblem]:
    """Check the length of a document's text."""
    if not least <= len(text) <= most:
        expected = f"{least:,} to {most:,}" if least else f"at most {most:,}"
        yield DocumentProblem("", f"expected {expected} characters, got {len(text):,}")
