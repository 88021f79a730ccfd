"""The known problems of manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, cast

from ecr_typed.documents._manifests import INDEX_TYPES, MANIFEST_TYPES, media_type_of
from ecr_typed.documents._problems import (
    JSON_NAMES,
    DocumentProblem,
    check_choice,
    check_length,
    inside,
    object_or_empty,
    quoted,
    wrong_kind,
)

_MOST_CHARACTERS = 4_194_304
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}|(?!sha256:)[A-Za-z0-9_+.-]+:[a-fA-F0-9]+")

_Problems: TypeAlias = Iterator[DocumentProblem]
_Members: TypeAlias = Mapping[str, Any]


def check_manifest(members: _Members, given: str | None, text: str) -> _Problems:
    """Check a manifest, and the media type that was given with it."""
    yield from _check_media_type(members, given)
    version: object = members.get("schemaVersion")
    if version != 2 or type(version) is not int:
        got = quoted(version) if "schemaVersion" in members else "nothing"
        yield DocumentProblem("schemaVersion", f"expected 2, got {got}")
    kind = media_type_of(members, given)
    if kind in MANIFEST_TYPES:
        yield from _check_descriptor(members, "config", is_required=True)
        yield from _check_descriptors(members, "layers")
    elif kind in INDEX_TYPES:
        yield from _check_descriptors(members, "manifests")
    yield from _check_descriptor(members, "subject", is_required=False)
    yield from _check_annotations(members, "")
    yield from check_length(text, 0, _MOST_CHARACTERS)


def _check_media_type(members: _Members, given: str | None) -> _Problems:
    written: object = members.get("mediaType")
    if written is not None and (message := wrong_kind(written, str)):
        yield DocumentProblem("mediaType", message)
    elif written is not None and given and written != given:
        yield DocumentProblem(
            "mediaType",
            f"{quoted(written)} differs from the media type that was passed, {quoted(given)}",
        )
    elif written is None and not given:
        yield DocumentProblem(
            "mediaType",
            "missing; add it to the manifest, or pass image_manifest_media_type",
        )
    yield from check_choice(given or written, "mediaType", (*MANIFEST_TYPES, *INDEX_TYPES))


def _check_descriptors(members: _Members, name: str) -> _Problems:
    value: object = members.get(name)
    if name not in members:
        yield DocumentProblem(name, "missing; expected an array")
    elif message := wrong_kind(value, list):
        yield DocumentProblem(name, message)
    else:
        for index, each in enumerate(cast("list[object]", value)):
            yield from _check_members(each, f"{name}[{index}]")


def _check_descriptor(members: _Members, name: str, *, is_required: bool) -> _Problems:
    if name in members:
        yield from _check_members(members[name], name)
    elif is_required:
        yield DocumentProblem(name, "missing; expected an object")


def _check_members(value: object, place: str) -> _Problems:
    """Check a descriptor."""
    if message := wrong_kind(value, dict):
        yield DocumentProblem(place, message)
        return
    members = object_or_empty(value)
    for name, kind in {"mediaType": str, "digest": str, "size": int}.items():
        if name not in members:
            yield DocumentProblem(f"{place}.{name}", f"missing; expected {JSON_NAMES[kind]}")
        elif message := wrong_kind(members[name], kind):
            yield DocumentProblem(f"{place}.{name}", message)
    digest: object = members.get("digest")
    if isinstance(digest, str) and not _DIGEST.fullmatch(digest):
        yield DocumentProblem(
            f"{place}.digest", f"expected 'sha256:' and 64 hexadecimal digits, got {quoted(digest)}"
        )
    size: object = members.get("size")
    if type(size) is int and size < 0:
        yield DocumentProblem(f"{place}.size", f"expected at least 0, got {size}")
    yield from _check_annotations(members, place)


def _check_annotations(members: _Members, place: str) -> _Problems:
    if "annotations" not in members:
        return
    at = inside(place, "annotations")
    if message := wrong_kind(members["annotations"], dict):
        yield DocumentProblem(at, message)
    for name, value in object_or_empty(members["annotations"]).items():
        if message := wrong_kind(value, str):
            yield DocumentProblem(inside(at, name), message)
