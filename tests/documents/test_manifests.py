"""Manifests and indexes: read, checked, and never written anew."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import EcrRequestError
from ecr_typed.documents import (
    Descriptor,
    ImageIndex,
    Manifest,
    Platform,
    UnknownManifest,
    parse_manifest,
)

from .strategies import OBJECTS

OCI = "application/vnd.oci.image"
DOCKER = "application/vnd.docker"
MANIFEST, INDEX = f"{OCI}.manifest.v1+json", f"{OCI}.index.v1+json"
DOCKER_MANIFEST = f"{DOCKER}.distribution.manifest.v2+json"
DOCKER_LIST = f"{DOCKER}.distribution.manifest.list.v2+json"


def descriptor(media_type: str, name: str = "a", **members: Any) -> dict[str, Any]:
    """What a manifest says of a blob."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": 7, **members}


def manifest(**changes: Any) -> dict[str, Any]:
    """An image's manifest; members are changed or, by ..., left out."""
    members = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(f"{OCI}.config.v1+json", "config"),
        "layers": [descriptor(f"{OCI}.layer.v1.tar+gzip", "layer")],
        **changes,
    }
    return {name: value for name, value in members.items() if value is not ...}


def index(**changes: Any) -> dict[str, Any]:
    """An index; members are changed or, by ..., left out."""
    members = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            descriptor(MANIFEST, "amd", platform={"os": "linux", "architecture": "amd64"}),
            descriptor(
                MANIFEST,
                "arm",
                platform={"os": "linux", "architecture": "arm", "variant": "v7", "note": 1},
                annotations={"kind": "test"},
            ),
        ],
        **changes,
    }
    return {name: value for name, value in members.items() if value is not ...}


@pytest.mark.parametrize("media_type", [MANIFEST, DOCKER_MANIFEST])
def test_a_manifest_has_config_and_layers(media_type: str) -> None:
    text = json.dumps(
        manifest(
            mediaType=media_type,
            subject=descriptor(MANIFEST, "subject"),
            annotations={"org.opencontainers.image.created": "today"},
            artifactType="application/vnd.example",
        ),
        indent=3,
    )

    read = parse_manifest(text)

    assert isinstance(read, Manifest)
    assert read.media_type == media_type
    assert read.config.media_type == f"{OCI}.config.v1+json"
    assert [layer.size for layer in read.layers] == [7]
    assert read.subject is not None
    assert read.subject.digest.startswith("sha256:")
    assert read.annotations == {"org.opencontainers.image.created": "today"}
    assert read.artifact_type == "application/vnd.example"
    assert read.problems() == ()


@pytest.mark.parametrize("media_type", [INDEX, DOCKER_LIST])
def test_an_index_has_manifests_with_platforms(media_type: str) -> None:
    read = parse_manifest(json.dumps(index(mediaType=media_type)))

    assert isinstance(read, ImageIndex)
    amd, arm = read.manifests
    assert amd.platform == Platform(os="linux", architecture="amd64")
    assert str(amd.platform) == "linux/amd64"
    assert str(arm.platform) == "linux/arm/v7"
    assert arm.platform is not None
    assert arm.platform.extra == {"note": 1}
    assert arm.annotations == {"kind": "test"}
    assert read.subject is None
    assert read.problems() == ()


@given(st.text(" \n\t", max_size=5), st.booleans())
def test_no_character_of_the_text_is_changed(space: str, ascii_only: bool) -> None:
    document = manifest(annotations={"author": "Émile"})
    text = space + json.dumps(document, ensure_ascii=ascii_only) + space

    read = parse_manifest(text)

    assert read.text == text
    assert read.digest == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def test_the_media_type_that_came_with_it_counts() -> None:
    text = json.dumps(manifest(mediaType=...))

    alone, named = parse_manifest(text), parse_manifest(text, MANIFEST)

    assert isinstance(alone, Manifest)
    assert alone.media_type is None
    assert [str(problem) for problem in alone.problems()] == [
        "mediaType: missing; add it to the manifest, or pass image_manifest_media_type"
    ]
    assert isinstance(named, Manifest)
    assert named.media_type == MANIFEST
    assert named.problems() == ()
    assert isinstance(parse_manifest(json.dumps(index(mediaType=...))), ImageIndex)


@pytest.mark.parametrize(
    ("document", "media_type"),
    [
        ({"schemaVersion": 1, "name": "app", "fsLayers": []}, None),
        (manifest(), f"{DOCKER}.distribution.manifest.v1+prettyjws"),
        (manifest(mediaType="application/vnd.oci.artifact.manifest.v1+json"), None),
        (manifest(config=...), None),
        (manifest(layers=[7]), None),
        (manifest(layers=[{"digest": "sha256:abc"}]), None),
        (index(manifests="none"), None),
        ({}, None),
    ],
)
def test_other_manifests_are_unknown_and_keep_their_text(
    document: dict[str, Any], media_type: str | None
) -> None:
    text = json.dumps(document)

    read = parse_manifest(text, media_type)

    assert isinstance(read, UnknownManifest)
    assert read.text == text
    assert read.problems()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (manifest(mediaType="application/json"), "mediaType: 'application/json' is none of"),
        (manifest(mediaType=7), "mediaType: expected text, got 7"),
        (manifest(schemaVersion=...), "schemaVersion: expected 2, got nothing"),
        (manifest(schemaVersion="2"), "schemaVersion: expected 2, got '2'"),
        (manifest(config=...), "config: missing; expected an object"),
        (manifest(config=[]), "config: expected an object, got []"),
        (manifest(layers=None), "layers: expected an array, got null"),
        (manifest(layers=["a"]), "layers[0]: expected an object, got 'a'"),
        (manifest(layers=[{}]), "layers[0].mediaType: missing"),
        (
            manifest(layers=[descriptor("x", digest="sha256:ABC")]),
            "layers[0].digest: expected 'sha256:' and 64 hexadecimal digits, got 'sha256:ABC'",
        ),
        (
            manifest(layers=[descriptor("x", size=-1)]),
            "layers[0].size: expected at least 0, got -1",
        ),
        (manifest(layers=[descriptor("x", size="7")]), "layers[0].size: expected a whole number"),
        (manifest(subject=7), "subject: expected an object, got 7"),
        (manifest(annotations=[]), "annotations: expected an object, got []"),
        (manifest(annotations={"a": 1}), "annotations.a: expected text, got 1"),
        (
            manifest(layers=[descriptor("x", annotations={"a b": 1})]),
            "layers[0].annotations['a b']: expected text, got 1",
        ),
        (index(manifests=...), "manifests: missing; expected an array"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(document: dict[str, Any], expected: str) -> None:
    found = [str(problem) for problem in parse_manifest(json.dumps(document)).problems()]

    assert [problem for problem in found if problem.startswith(expected)]


def test_two_media_types_are_a_problem() -> None:
    (problem,) = parse_manifest(json.dumps(manifest()), DOCKER_MANIFEST).problems()

    assert str(problem).startswith(f"mediaType: '{MANIFEST}' differs from the media type that was")


def test_members_of_a_later_release_are_kept_in_descriptors() -> None:
    layer = descriptor("x", urls=["https://example.com"], data="e30=", artifactType="y")

    read = parse_manifest(json.dumps(manifest(layers=[layer])))

    assert isinstance(read, Manifest)
    assert read.layers[0] == Descriptor(
        media_type="x",
        digest=layer["digest"],
        size=7,
        urls=["https://example.com"],
        artifact_type="y",
        extra={"data": "e30="},
    )


@given(OBJECTS, st.none() | st.sampled_from([MANIFEST, INDEX, "x"]))
def test_any_object_is_read(document: dict[str, Any], media_type: str | None) -> None:
    text = json.dumps(document)

    read = parse_manifest(text, media_type)

    assert read.text == text
    assert read.problems()
    assert hash(read) == hash(parse_manifest(text, media_type))


@pytest.mark.parametrize("text", ["", "[]", "{", '"a"', "NaN"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(EcrRequestError, match="text: expected the JSON text of a manifest"):
        parse_manifest(text)
