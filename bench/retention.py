"""What the plan of a retention costs for a repository of 100,000 images."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import perf_counter

from bench.measures import Measure
from ecr_typed import ImageDetail
from ecr_typed.documents import ImageIndex, parse_manifest
from ecr_typed.jobs import ImageGraph, Retention, plan_retention

_RELEASES = 20_000
_CHILDREN = 3
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_INDEX = "application/vnd.oci.image.index.v1+json"


def retention() -> Iterator[Measure]:
    """Every measure of a plan: indexes with three children and a signature each."""
    images, indexes = _repository()
    name = f"plan a retention of {len(images):,} images"
    retention = Retention(keep_newest=_RELEASES // 2)
    began = perf_counter()
    graph = ImageGraph.of("team/app", images, indexes)
    plan = plan_retention(graph, retention, now=_NOW)
    yield Measure(f"seconds to {name}", perf_counter() - began, 10.0)
    if len(plan.keep) != len(images) // 2 or len(plan.remove) != len(images) // 2:
        raise AssertionError("a half is kept with its children and signatures")
    tracemalloc.start()
    graph = ImageGraph.of("team/app", images, indexes)
    plan = plan_retention(graph, retention, now=_NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    yield Measure(f"MB it takes to {name}", peak / 1e6, 200.0)


def _repository() -> tuple[list[ImageDetail], list[ImageIndex]]:
    images: list[ImageDetail] = []
    indexes: list[ImageIndex] = []
    for number in range(_RELEASES):
        children = [_digest(f"{number}/{child}") for child in range(_CHILDREN)]
        listed = [{"mediaType": "image", "digest": child, "size": 1} for child in children]
        index = parse_manifest(json.dumps({"mediaType": _INDEX, "manifests": listed}))
        if not isinstance(index, ImageIndex):
            raise TypeError(index)
        indexes.append(index)
        pushed_at = _NOW - timedelta(days=2, minutes=number)
        images += (_image(child, pushed_at) for child in children)
        images.append(_image(index.digest, pushed_at, f"v{number}"))
        signature = f"sha256-{index.digest.removeprefix('sha256:')}.sig"
        images.append(_image(_digest(f"{number}/signature"), pushed_at, signature))
    return images, indexes


def _image(digest: str, pushed_at: datetime, *tags: str) -> ImageDetail:
    return ImageDetail(
        registry_id="123456789012",
        repository_name="team/app",
        image_digest=digest,
        image_tags=tags,
        image_pushed_at=pushed_at,
        image_size_in_bytes=1_000_000,
    )


def _digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"
