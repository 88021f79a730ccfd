"""Pushing an image that a program makes: its layers, its config, its manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO, Final

from ecr_typed import ArgumentProblem, EcrClient, EcrError, EcrRequestError
from ecr_typed.documents import Descriptor, ImageConfig, parse_manifest
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._done import say_what_was_done
from ecr_typed.jobs._uploads import missing_blobs, put, upload

_OCI: Final = "application/vnd.oci"
_PIECE: Final = 1024 * 1024

_LAYERS: Final = (
    (b"\x1f\x8b", f"{_OCI}.image.layer.v1.tar+gzip"),
    (b"\x28\xb5\x2f\xfd", f"{_OCI}.image.layer.v1.tar+zstd"),
)
"""The first bytes of compressed layers."""


def push_layer(
    ecr: EcrClient,
    repository_name: str,
    source: bytes | BinaryIO,
    *,
    media_type: str | None = None,
    registry_id: str | None = None,
) -> Descriptor:
    """Push a layer or another blob, in parts of the size that the service asks for.

    Nothing is sent if the repository has it: bytes, and files that can seek, are read twice, first
    for their digest. A blob that no image refers to may be deleted by the service later.

    Args:
        ecr: The client.
        repository_name: The repository.
        source: The bytes, or a file that is open for reading bytes, from its position on. At most
            a few parts of a file are in memory.
        media_type: The media type in the descriptor. Default: OCI's of a layer, compressed with
            gzip or zstd if the first bytes say so.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The descriptor, for `push_image` or a manifest of your own.

    Raises:
        EcrRequestError: The source is empty, or neither bytes nor a file of bytes.
        EcrResponseError: The file changed between the two readings. Nothing was stored.
        RepositoryNotFoundException: The repository does not exist.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_InitiateLayerUpload.html
    """
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        _blob("source", source),
        check.text("media_type", media_type, "a media type, or None", is_optional=True),
    )
    file = BytesIO(source) if isinstance(source, bytes | bytearray | memoryview) else source
    start = file.tell() if file.seekable() else None
    pieces = _pieces(file)
    first = next(pieces, b"")
    if not first:
        raise EcrRequestError([ArgumentProblem("source", "no bytes", "at least one byte")])
    kind = media_type or _layer_type(first)
    digest: str | None = None
    if start is not None:
        digest, size = _digest(first, pieces)
        if not missing_blobs(ecr, repository_name, [digest], registry_id):
            return Descriptor(media_type=kind, digest=digest, size=size)
        file.seek(start)
        pieces, first = _pieces(file), b""
    digest, size = upload(ecr, repository_name, _joined(first, pieces), digest, registry_id)
    return Descriptor(media_type=kind, digest=digest, size=size)


def _blob(argument: str, source: object) -> check.Check:
    """Check what is to be pushed."""
    is_fit = isinstance(source, bytes | bytearray | memoryview) or hasattr(source, "read")
    return check.Check(argument, source, is_fit, "bytes, or a file that is open for reading bytes")


def _part(argument: str, layer: object) -> check.Check:
    """Check a layer of an image."""
    fits = isinstance(layer, Descriptor) or _blob(argument, layer).fits
    return check.Check(argument, layer, fits, "a Descriptor, bytes, or a file of bytes")


def _pieces(file: BinaryIO) -> Generator[bytes, None, None]:
    while piece := file.read(_PIECE):
        if not isinstance(piece, bytes | bytearray):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
            allowed = "a file that is open for reading bytes"
            raise EcrRequestError(
                [ArgumentProblem("source", repr(file), allowed, "open it with mode 'rb'")]
            )
        yield piece


def _joined(first: bytes, pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
    if first:
        yield first
    yield from pieces


def _digest(first: bytes, pieces: Iterable[bytes]) -> tuple[str, int]:
    content, size = hashlib.sha256(first), len(first)
    for piece in pieces:
        content.update(piece)
        size += len(piece)
    return f"sha256:{content.hexdigest()}", size


def _layer_type(first: bytes) -> str:
    for beginning, media_type in _LAYERS:
        if first.startswith(beginning):
            return media_type
    return f"{_OCI}.image.layer.v1.tar"


def push_image(
    ecr: EcrClient,
    repository_name: str,
    config: ImageConfig | Mapping[str, Any] | None,
    layers: Sequence[Descriptor | bytes | BinaryIO],
    *,
    tags: Iterable[str] = (),
    annotations: Mapping[str, str] | None = None,
    artifact_type: str | None = None,
    subject: Descriptor | None = None,
    registry_id: str | None = None,
) -> str:
    """Push an image from its parts: layers first, then the config, the manifest and the tags.

    The manifest is OCI's; its text depends on the arguments alone. Pushing the same image again
    sends none of its layers, and changes nothing.

    Args:
        ecr: The client.
        repository_name: The repository.
        config: The image's config: an `ImageConfig`, or its members, which are written as JSON.
            `rootfs.diff_ids` has to list the digests of the layers before they were compressed.
            None writes OCI's empty config, for artifacts that are no container images.
        layers: The layers, from the lowest to the highest: what `push_layer` returned, or what it
            takes. An artifact's may be of any media type.
        tags: The tags that are to name the image. One that is in use is moved to it.
        annotations: The manifest's annotations by key.
        artifact_type: The type of an artifact that is no container image, such as
            `application/spdx+json`.
        subject: The image that the artifact refers to, as a signature or an SBOM does.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The image's digest.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        ImageTagAlreadyExistsException: A tag is immutable and names another image.
        RepositoryNotFoundException: The repository does not exist.
        EcrError: A call failed. Push again to do what is left.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
    """
    names, parts = check.as_tuple(tags), check.as_tuple(layers)
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        check.optional("config", config, ImageConfig | Mapping, "an ImageConfig, its members"),
        *check.each_of("layers", parts, "a list of descriptors, bytes or files", _part),
        *check.tags("tags", names),
        *check.text_map("annotations", annotations, "texts by key"),
        check.text("artifact_type", artifact_type, "a media type, or None", is_optional=True),
        check.optional("subject", subject, Descriptor, "a Descriptor of an image"),
    )
    text, kind = _config_text(config)
    pushed = [
        one
        if isinstance(one, Descriptor)
        else push_layer(ecr, repository_name, one, registry_id=registry_id)
        for one in parts
    ]
    described = push_layer(
        ecr, repository_name, text.encode(), media_type=kind, registry_id=registry_id
    )
    media_type = f"{_OCI}.image.manifest.v1+json"
    members: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": media_type,
        **({} if artifact_type is None else {"artifactType": artifact_type}),
        "config": _members(described),
        "layers": [_members(one) for one in pushed],
        **({} if subject is None else {"subject": _members(subject)}),
        **({} if not annotations else {"annotations": dict(annotations)}),
    }
    manifest = parse_manifest(_json(members), media_type)
    done: list[str] = []
    for tag in names or (None,):
        try:
            put(
                ecr,
                repository_name,
                manifest,
                media_type=media_type,
                tag=tag,
                registry_id=registry_id,
            )
        except EcrError as error:
            say_what_was_done(error, done)
            raise
        done.append(f"{tag} was set" if done else f"{manifest.digest} was pushed as {tag}")
    return manifest.digest


def _config_text(config: ImageConfig | Mapping[str, Any] | None) -> tuple[str, str]:
    if config is None:
        return "{}", f"{_OCI}.empty.v1+json"
    kind = f"{_OCI}.image.config.v1+json"
    if isinstance(config, ImageConfig):
        return config.text, kind
    try:
        return _json(dict(config)), kind
    except (TypeError, ValueError) as error:
        problem = ArgumentProblem("config", f"{config!r:.60}", "what JSON can express", str(error))
        raise EcrRequestError([problem]) from error


def _members(descriptor: Descriptor) -> dict[str, Any]:
    """Return what a manifest says of a blob or an image."""
    members = {
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size,
        "artifactType": descriptor.artifact_type,
        "annotations": dict(descriptor.annotations) or None,
        "urls": list(descriptor.urls) or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _json(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
