"""Checks of arguments, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import UnionType
from typing import Final, NamedTuple, TypeVar, cast

from ecr_typed import (
    ArgumentProblem,
    EcrClient,
    EcrRequestError,
    Image,
    ImageDetail,
    ImageIdentifier,
    ImageReferrer,
)
from ecr_typed._errors import shortened
from ecr_typed.documents import (
    Descriptor,
    ImageIndex,
    ImageReference,
    Manifest,
    UnknownManifest,
)

Item = TypeVar("Item")

_ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_PATTERN: Final = re.compile(r"[A-Za-z0-9_.*?!\[\]-]+")
_REPOSITORY: Final = re.compile(r"[^\s:@]+")
_TAG: Final = re.compile(r"[A-Za-z0-9_.-]+")

_A_DIGEST: Final = "a digest: 'sha256:' and 64 digits of 0-9 and a-f"
_A_TAG: Final = "a tag: letters, digits, '_', '.' and '-'"


class Check(NamedTuple):
    """What is known of an argument before anything is sent."""

    argument: str
    value: object
    fits: bool
    allowed: str
    hint: str = ""


def refuse_unfit(*checks: Check) -> None:
    """Refuse the arguments that can't be right, all of them in one error."""
    problems = [
        ArgumentProblem(one.argument, shortened(one.value), one.allowed, one.hint)
        for one in checks
        if not one.fits
    ]
    if problems:
        raise EcrRequestError(problems)


def place(ecr: object, repository_name: object, registry_id: object) -> tuple[Check, ...]:
    """Check where a job works: most have these arguments."""
    return (
        client("ecr", ecr),
        repository("repository_name", repository_name),
        account("registry_id", registry_id),
    )


def client(argument: str, value: object) -> Check:
    """Check a client."""
    fits = isinstance(value, EcrClient)
    return Check(argument, value, fits, "an EcrClient", "" if fits else client_hint(value))


def client_hint(value: object) -> str:
    """Return how a client of another kind becomes an `EcrClient`; empty for anything else."""
    if type(value).__module__.startswith("ecr_typed.aio"):
        return "AsyncEcrClient.run(...) calls a function with one"
    # boto3's clients have no class that can be imported.
    is_boto3 = hasattr(getattr(value, "meta", None), "service_model")
    return "EcrClient.from_boto3(...) makes one of it" if is_boto3 else ""


def repository(argument: str, value: object) -> Check:
    """Check the name of a repository. Its pattern is left to the service, as it may change."""
    is_reference = isinstance(value, str) and any(sign in value for sign in ":@")
    fits = isinstance(value, str) and bool(_REPOSITORY.fullmatch(value))
    hint = "ImageReference.parse takes the name of an image apart" if is_reference else ""
    return Check(argument, value, fits, "the name of a repository, as in 'team/app'", hint)


def account(argument: str, value: object) -> Check:
    """Check the account id of a registry."""
    fits = value is None or (isinstance(value, str) and bool(_ACCOUNT_ID.fullmatch(value)))
    return Check(argument, value, fits, "text: the 12 digits of an account id, or None")


def tag(argument: str, value: object) -> Check:
    """Check a tag by the characters that it may have."""
    return Check(argument, value, isinstance(value, str) and bool(_TAG.fullmatch(value)), _A_TAG)


def tags(argument: str, values: object) -> Iterator[Check]:
    """Check several tags."""
    return each_of(argument, values, "a list of tags", tag)


def patterns(argument: str, values: object) -> Iterator[Check]:
    """Check patterns of tags: what none can match would be taken for a tag that is not in use."""
    return each_of(argument, values, "a list of patterns of tags", _pattern)


def _pattern(argument: str, value: object) -> Check:
    fits = isinstance(value, str) and bool(_PATTERN.fullmatch(value))
    return Check(argument, value, fits, "a pattern of tags, such as 'release-*'")


def texts(argument: str, values: object, allowed: str) -> Iterator[Check]:
    """Check several texts, none of which is empty."""
    return each_of(argument, values, f"a list: {allowed}", partial(text, allowed=allowed))


def each_of(
    argument: str, values: object, allowed: str, check: Callable[[str, object], Check]
) -> Iterator[Check]:
    """Check several values that were collected, each by a check of its own."""
    yield items(argument, values, allowed)
    if isinstance(values, tuple | list):
        for position, value in enumerate(cast("Sequence[object]", values)):
            yield check(f"{argument}[{position}]", value)


def as_tuple(values: Iterable[Item]) -> tuple[Item, ...]:
    """Return items as a tuple, so that they can be checked; what has none stays as it is."""
    is_fit = items("", values, "").fits
    return tuple(values) if is_fit else cast("tuple[Item, ...]", values)


def digest(argument: str, value: object, *, is_optional: bool = False) -> Check:
    """Check the digest of an image or a blob."""
    fits = isinstance(value, str) and bool(_DIGEST.fullmatch(value))
    return Check(argument, value, fits or (is_optional and value is None), _A_DIGEST)


def image(argument: str, value: object) -> Check:
    """Check what names an image."""
    if isinstance(value, str) and value.startswith("sha256:"):
        return digest(argument, value)
    if isinstance(value, ImageIdentifier):
        fits = bool(value.image_digest or value.image_tag)
        return Check(argument, value, fits, "an ImageIdentifier with a digest or a tag")
    hint = ""
    if isinstance(value, str) and ":" in value:
        hint = "ImageReference.parse(...).image_id is what it names"
    elif isinstance(value, ImageDetail):
        hint = "pass its image_digest"
    elif isinstance(value, Image | ImageReference):
        hint = "pass its image_id"
    elif isinstance(value, ImageReferrer | Descriptor | Manifest | ImageIndex | UnknownManifest):
        hint = "pass its digest"
    allowed = "an ImageIdentifier, a digest that begins with 'sha256:', or a tag"
    return Check(argument, value, tag(argument, value).fits, allowed, hint)


def items(argument: str, values: object, allowed: str) -> Check:
    """Check something that can be iterated over and is no text, whose letters would be items."""
    is_text = isinstance(values, str | bytes)
    fits = isinstance(values, Iterable) and not is_text
    return Check(argument, values, fits, allowed, "put it in a list" if is_text else "")


def text(argument: str, value: object, allowed: str, *, is_optional: bool = False) -> Check:
    """Check a text that is not empty."""
    fits = isinstance(value, str) and bool(value)
    return Check(argument, value, fits or (is_optional and value is None), allowed)


def optional(argument: str, value: object, kind: type | UnionType, allowed: str) -> Check:
    """Check a value that is None or an instance of some classes."""
    return Check(argument, value, value is None or isinstance(value, kind), f"{allowed}, or None")


def text_map(argument: str, values: object, allowed: str) -> Iterator[Check]:
    """Check texts by text; None is allowed."""
    yield optional(argument, values, Mapping, allowed)
    if isinstance(values, Mapping):
        for key, value in cast("Mapping[object, object]", values).items():
            fits = isinstance(key, str) and isinstance(value, str)
            yield Check(f"{argument}[{key!r:.40}]", value, fits, "text by a key that is text")


def flag(argument: str, value: object) -> Check:
    """Check whether something is to be done: None, for example, must not mean to delete."""
    return Check(argument, value, isinstance(value, bool), "True or False")


def count(argument: str, value: object) -> Check:
    """Check a number of things, of which there is at least one."""
    fits = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return Check(argument, value, fits, "a whole number of at least 1")


def progress(value: object) -> Check:
    """Check what is told how far a job has come."""
    fits = value is None or callable(value)
    return Check("on_progress", value, fits, "a function of a Progress, or None")
