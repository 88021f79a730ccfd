"""Uploading a blob in parts, and putting a manifest under a tag."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Sequence

from ecr_typed import (
    ArgumentProblem,
    EcrClient,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    ImageAlreadyExistsException,
    ImageIdentifier,
    ImageNotFoundException,
    ImageTagAlreadyExistsException,
    LayerAlreadyExistsException,
    LayerAvailability,
)
from ecr_typed.documents import ImageIndex, Manifest, UnknownManifest
from ecr_typed.jobs._graph_reader import ANY_STATUS


def missing_blobs(
    ecr: EcrClient, repository_name: str, digests: Sequence[str], registry_id: str | None
) -> set[str]:
    """Return those of some blobs that a repository does not have. It counts as no pull."""
    if not digests:
        return set()
    response = ecr.batch_check_layer_availability(repository_name, digests, registry_id=registry_id)
    available = {
        layer.layer_digest
        for layer in response.layers
        if layer.layer_availability == LayerAvailability.AVAILABLE
    }
    return set(digests) - available


def upload(
    ecr: EcrClient,
    repository_name: str,
    pieces: Iterable[bytes],
    digest: str | None,
    registry_id: str | None,
) -> tuple[str, int]:
    """Upload a blob, and return its digest and its size.

    The digest that it has to have is compared before the upload is completed: what differs is
    never stored.
    """
    opened = ecr.initiate_layer_upload(repository_name, registry_id=registry_id)
    content = hashlib.sha256()
    position = 0
    for part in _parts(pieces, opened.part_size):
        content.update(part)
        ecr.upload_layer_part(
            repository_name,
            opened.upload_id,
            position,
            position + len(part) - 1,
            part,
            registry_id=registry_id,
        )
        position += len(part)
        # The next one is collected while nothing holds this one.
        del part
    if not position:
        raise EcrRequestError([ArgumentProblem("source", "no bytes", "at least one byte")])
    found = f"sha256:{content.hexdigest()}"
    if digest is not None and found != digest:
        raise EcrResponseError(
            f"the bytes of the blob {digest} have the digest {found}: the upload was not completed"
        )
    _complete(ecr, repository_name, opened.upload_id, found, registry_id)
    return found, position


def _parts(pieces: Iterable[bytes], size: int) -> Generator[bytes, None, None]:
    """Yield parts of a size, and the rest. At most two parts are in memory."""
    collected: list[bytes | memoryview] = []
    length = 0
    for piece in pieces:
        rest = memoryview(piece)
        while length + len(rest) >= size:
            collected.append(rest[: size - length])
            rest = rest[size - length :]
            part = b"".join(collected)
            collected, length = [], 0
            yield part
            del part
        if len(rest):
            collected.append(rest)
            length += len(rest)
    if collected:
        yield b"".join(collected)


def _complete(
    ecr: EcrClient, repository_name: str, upload_id: str, digest: str, registry_id: str | None
) -> None:
    try:
        ecr.complete_layer_upload(repository_name, upload_id, [digest], registry_id=registry_id)
    except LayerAlreadyExistsException:
        # Another upload of it was completed first, or this one, by an attempt before.
        pass
    except EcrError as error:
        if not error.maybe_applied or missing_blobs(ecr, repository_name, [digest], registry_id):
            raise


def tagged(ecr: EcrClient, repository_name: str, tag: str, registry_id: str | None) -> str | None:
    """Return the digest that a tag names; None if it is not in use. It counts as no pull."""
    wanted = ImageIdentifier(image_tag=tag)
    try:
        (found,) = ecr.describe_images(
            repository_name, image_ids=[wanted], filter=ANY_STATUS, registry_id=registry_id
        )
    except ImageNotFoundException:
        return None
    return found.image_digest


def put(
    ecr: EcrClient,
    repository_name: str,
    manifest: Manifest | ImageIndex | UnknownManifest,
    *,
    media_type: str | None,
    tag: str | None,
    registry_id: str | None,
) -> None:
    """Put a manifest unchanged; ECR checks its digest. An image that exists is no error."""
    try:
        ecr.put_image(
            repository_name,
            manifest.text,
            image_manifest_media_type=media_type or manifest.media_type,
            image_tag=tag,
            image_digest=manifest.digest,
            registry_id=registry_id,
        )
    except ImageAlreadyExistsException:
        # An attempt whose response was lost has done it, or somebody else.
        pass
    except ImageTagAlreadyExistsException:
        if tag is None or tagged(ecr, repository_name, tag, registry_id) != manifest.digest:
            raise
