"""Reading the blobs of images: layers and configs."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Generator
from typing import Final, cast

from ecr_typed import (
    ArgumentProblem,
    EcrClient,
    EcrConnectionError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    ImageIdentifier,
)
from ecr_typed._botocore.downloads import UrlRefused, download
from ecr_typed._composition import connection_of
from ecr_typed.documents import ImageConfig, ImageIndex, Manifest, Platform
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._images import read_manifest

_ATTEMPTS: Final = 5
"""How often a download is tried in a row without a byte that comes."""

_LARGEST_CONFIG: Final = 4 * 1024 * 1024
"""The largest config that is read into memory, as large as the largest manifest of ECR."""


def read_blob(
    ecr: EcrClient, repository_name: str, digest: str, *, registry_id: str | None = None
) -> Generator[bytes, None, None]:
    """Read a blob of an image, a layer or a config, in pieces.

    If the connection breaks, the download continues where it ended; if the URL has expired, a new
    one is requested. The digest of all pieces is checked after the last one: don't use any piece
    before the iterator has ended without an error.

    Args:
        ecr: The client. Its proxies, certificates and time-outs are used for the download, too.
        repository_name: The repository.
        digest: The blob's digest: `sha256:` and 64 digits.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        An iterator over the bytes, at most 256 KiB at a time. Closing it ends the download.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        LayersNotFoundException: The repository has no such blob.
        LayerInaccessibleException: No image that can be pulled refers to the blob.
        EcrConnectionError: The connection broke several times in a row.
        EcrResponseError: The bytes don't have the digest, or the server of the layers refused.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
    """
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        check.digest("digest", digest),
    )
    return _verified(ecr, repository_name, digest, registry_id)


def _verified(
    ecr: EcrClient, repository_name: str, digest: str, registry_id: str | None
) -> Generator[bytes, None, None]:
    content = hashlib.sha256()
    for piece in _pieces(ecr, repository_name, digest, registry_id):
        content.update(piece)
        yield piece
    found = f"sha256:{content.hexdigest()}"
    if found != digest:
        raise EcrResponseError(
            f"GetDownloadUrlForLayer: the bytes of the layer {digest} have the digest {found}: "
            "don't use them",
            operation_name="GetDownloadUrlForLayer",
        )


def _pieces(
    ecr: EcrClient, repository_name: str, digest: str, registry_id: str | None
) -> Generator[bytes, None, None]:
    connection = connection_of(ecr._calls)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # downloads end with the client
    source = ecr.get_download_url_for_layer(repository_name, digest, registry_id=registry_id)
    position = failures = 0
    while True:
        try:
            for piece in download(connection, source, position):
                position += len(piece)
                failures = 0
                yield piece
        except UrlRefused as refusal:
            error: EcrError = refusal.error
            is_refused = True
        except (EcrConnectionError, EcrResponseError) as failure:
            error, is_refused = failure, False
        else:
            return
        failures += 1
        if failures >= _ATTEMPTS or not (is_refused or _may_pass(error)):
            error.attempts = failures
            # Out of the blocks above: what is handled there is no cause.
            raise error
        connection.sleep(_pause(failures))
        if is_refused:
            source = ecr.get_download_url_for_layer(
                repository_name, digest, registry_id=registry_id
            )


def _may_pass(error: EcrError) -> bool:
    return isinstance(error, EcrConnectionError) or error.is_transient


def _pause(failures: int) -> float:
    # Up to 0.2, 0.4, 0.8 and 1.6 seconds.
    return random.uniform(0.05, 0.1) * float(2**failures)  # noqa: S311  # no secret


def read_config(
    ecr: EcrClient,
    repository_name: str,
    image: ImageIdentifier | str,
    *,
    platform: Platform = Platform(os="linux", architecture="amd64"),  # noqa: B008  # immutable
    registry_id: str | None = None,
) -> ImageConfig:
    """Read the config of an image: its platform, labels, environment and command.

    The service counts it as a pull.

    Args:
        ecr: The client.
        repository_name: The repository.
        image: The image: an `ImageIdentifier`, a digest or a tag.
        platform: The platform to choose if the image is an index. Its variant,
            version and features are compared only if they are given. Default: linux/amd64.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The config.

    Raises:
        ImageNotFoundException: The repository has no such image.
        EcrRequestError: The index has no image for the platform: the error names those it has. Or
            the image is of a kind without a config.
        EcrResponseError: The config does not have its digest, is larger than 4 MiB, or is no JSON.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
    """
    is_platform = isinstance(cast("object", platform), Platform)
    allowed = "a Platform, such as Platform(os='linux', architecture='arm64')"
    check.refuse_unfit(check.Check("platform", platform, is_platform, allowed))
    manifest = read_manifest(ecr, repository_name, image, registry_id=registry_id)
    while isinstance(manifest, ImageIndex):
        child = _chosen(manifest, platform)
        manifest = read_manifest(ecr, repository_name, child, registry_id=registry_id)
    if not isinstance(manifest, Manifest):
        allowed = "an image whose manifest names a config"
        kind = f"{manifest.digest}, a manifest of the kind {manifest.media_type}"
        raise EcrRequestError([ArgumentProblem("image", kind, allowed)])
    content = bytearray()
    digest = manifest.config.digest
    for piece in read_blob(ecr, repository_name, digest, registry_id=registry_id):
        content += piece
        if len(content) > _LARGEST_CONFIG:
            raise EcrResponseError(f"the config {digest} is larger than {_LARGEST_CONFIG:,} bytes")
    try:
        return ImageConfig.from_text(content.decode())
    except ValueError as error:
        raise EcrResponseError(f"the config {digest} can't be read: {error}") from error


def _chosen(index: ImageIndex, platform: Platform) -> str:
    """Return the digest of the image for a platform."""
    for child in index.manifests:
        if child.platform is not None and _fits(child.platform, platform):
            return child.digest
    known = [str(child.platform) for child in index.manifests if child.platform is not None]
    nested = [child.digest for child in index.manifests if child.platform is None]
    if len(index.manifests) == len(nested) == 1:
        return nested[0]
    allowed = f"a platform of the index {index.digest}: {', '.join(known) or 'it names none'}"
    raise EcrRequestError([ArgumentProblem("platform", str(platform), allowed)])


def _fits(found: Platform, wanted: Platform) -> bool:
    return (
        (found.os, found.architecture) == (wanted.os, wanted.architecture)
        and wanted.variant in {None, found.variant}
        and wanted.os_version in {None, found.os_version}
        and set(wanted.os_features) <= set(found.os_features)
    )
