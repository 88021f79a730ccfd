"""Random graphs of images: nested indexes, shared children, referrers, tags, missing images."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st

from ecr_typed import ImageDetail, ImageStatus
from ecr_typed.documents import ImageIndex, parse_manifest
from ecr_typed.jobs import ImageGraph

NOW = datetime(2026, 1, 31, tzinfo=UTC)
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def digest_of(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def index_of(children: list[str], name: str = "") -> ImageIndex:
    """Return an index that lists some images."""
    listed = [{"mediaType": MANIFEST, "digest": child, "size": 1} for child in children]
    text = {"schemaVersion": 2, "mediaType": INDEX, "manifests": listed, "annotations": {"n": name}}
    index = parse_manifest(json.dumps(text))
    assert isinstance(index, ImageIndex)
    return index


def image(digest: str, days: float = 10, *tags: str, **members: Any) -> ImageDetail:
    """Return an image that was pushed some days ago."""
    described: dict[str, Any] = {
        "registry_id": "123456789012",
        "repository_name": "team/app",
        "image_digest": digest,
        "image_pushed_at": NOW - timedelta(days=days),
        "image_tags": tags or None,
        "image_size_in_bytes": 1000,
        "image_status": ImageStatus.ACTIVE,
    }
    return ImageDetail(**{**described, **members})


@st.composite
def graphs(draw: st.DrawFn, *, least: int = 0) -> ImageGraph:
    """Draw the graph of a repository."""
    images: list[ImageDetail] = []
    indexes: list[ImageIndex] = []
    digests: list[str] = [digest_of("missing 0"), digest_of("missing 1")]
    tags: set[str] = set()
    for number in range(draw(st.integers(least, 14))):
        some = st.sampled_from(digests)
        listed = draw(st.lists(some, max_size=3))
        digest = digest_of(f"image {number}")
        if draw(st.booleans()):
            index = index_of(listed, str(number))
            indexes.append(index)
            digest = index.digest
        own = draw(st.sets(st.sampled_from(["v1", "v2", "dev-1", "dev-2", "dev-3"]), max_size=2))
        if draw(st.booleans()):
            # Even in a circle: a tag may name an image that is pushed later.
            hexadecimal = draw(some).removeprefix("sha256:")
            own.add(f"sha256-{hexadecimal}.{draw(st.sampled_from(['sig', 'att', 'sbom']))}")
        if draw(st.integers(0, 4)) == 0:
            own.add(f"sha256-{digest_of(f'image {number + 1}').removeprefix('sha256:')}.sig")
        own -= tags
        tags |= own
        subject = draw(st.none() | some)
        status = draw(st.sampled_from([ImageStatus.ACTIVE] * 5 + [ImageStatus.ARCHIVED]))
        days = draw(st.floats(0, 40))
        detail = image(
            digest, days, *sorted(own), subject_manifest_digest=subject, image_status=status
        )
        images.append(detail)
        digests.append(digest)
    return ImageGraph.of("team/app", images, indexes)
