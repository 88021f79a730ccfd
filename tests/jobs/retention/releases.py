"""Images as releases have them: nested indexes, with what refers to them."""

from __future__ import annotations

from collections.abc import Callable

from ecr_typed import ImageDetail

DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def signature_of(image: ImageDetail, suffix: str = "sig") -> str:
    return f"sha256-{image.image_digest.removeprefix('sha256:')}.{suffix}"


def push_release(push: Callable[..., ImageDetail], tag: str) -> list[ImageDetail]:
    """Push a nested index with all that may belong to one."""
    amd64, arm64 = push(), push(platform="linux/arm64")
    inner = push(children=[amd64, arm64])
    index = push(tag, children=[inner, arm64], media_type=DOCKER_LIST)
    sbom = push(subject=amd64, artifact_type="application/spdx+json")
    signature = push(subject=sbom)
    cosign = push(signature_of(index))
    return [amd64, arm64, inner, index, sbom, signature, cosign]
