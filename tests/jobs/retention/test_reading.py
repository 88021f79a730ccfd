"""Graphs of images are read on the emulator: every edge, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    ImageDetail,
    ImageFailureCode,
    ImageIdentifier,
    TargetStorageClass,
)
from ecr_typed.jobs import UnreadableIndexError, read_image_graph
from tests.jobs.retention.releases import push_release


def test_the_graph_has_every_edge(ecr: EcrClient, push: Callable[..., ImageDetail]) -> None:
    images = push_release(push, "v1")
    lost = push(subject=f"sha256:{'0' * 64}")
    amd64, arm64, inner, index, sbom, signature, cosign = (each.image_digest for each in images)

    graph = read_image_graph(ecr, "team/app")

    assert graph.images.keys() == {
        amd64,
        arm64,
        inner,
        index,
        sbom,
        signature,
        cosign,
        *[lost.image_digest],
    }
    assert graph.children == {inner: (amd64, arm64), index: (inner, arm64)}
    assert graph.parents[arm64] in ((inner, index), (index, inner))
    assert graph.referrers == {amd64: (sbom,), sbom: (signature,), index: (cosign,)}
    assert graph.missing == {f"sha256:{'0' * 64}"}
    assert set(graph.roots()) == {index, lost.image_digest}
    assert graph.closure([index]) == graph.images.keys() - {lost.image_digest}
    waves = graph.waves(graph.images)
    assert [set(wave) for wave in waves] == [
        {index, lost.image_digest},
        {inner, cosign},
        {amd64, arm64},
        {sbom},
        {signature},
    ]


def test_only_indexes_are_pulled(ecr: EcrClient, push: Callable[..., ImageDetail]) -> None:
    child = push()
    index = push("v1", children=[child])
    push("plain")

    graph = read_image_graph(ecr, "team/app")

    assert all(image.last_recorded_pull_time is None for image in graph.images.values())
    pulled = {i.image_digest: i.last_recorded_pull_time for i in ecr.describe_images("team/app")}
    assert [digest for digest, time in pulled.items() if time] == [index.image_digest]


def test_a_repository_with_an_index_that_cannot_be_read_is_refused(
    ecr: EcrClient, push: Callable[..., ImageDetail], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = push("v1", children=[push()])
    read = EcrClient.batch_get_image

    def without_images(*arguments: Any, **options: Any) -> Any:
        return attrs.evolve(read(*arguments, **options), images=())

    monkeypatch.setattr(EcrClient, "batch_get_image", without_images)
    with pytest.raises(UnreadableIndexError, match="team/app: 1 index can't be read") as caught:
        read_image_graph(ecr, "team/app")
    assert caught.value.reasons == {index.image_digest: "it was not returned"}

    def with_other_text(*arguments: Any, **options: Any) -> Any:
        response = read(*arguments, **options)
        images = tuple(attrs.evolve(i, image_manifest="{}") for i in response.images or ())
        return attrs.evolve(response, images=images)

    monkeypatch.setattr(EcrClient, "batch_get_image", with_other_text)
    with pytest.raises(UnreadableIndexError, match="manifests: missing"):
        read_image_graph(ecr, "team/app")


def test_an_archived_index_is_not_taken_for_deleted(
    ecr: EcrClient, push: Callable[..., ImageDetail], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its children stay, even if the service says of an image in the archive that it is not there."""
    child = push()
    index = push("v1", children=[child])
    ecr.update_image_storage_class(
        "team/app", ImageIdentifier(image_digest=index.image_digest), TargetStorageClass.ARCHIVE
    )
    read = EcrClient.batch_get_image

    def not_found(*arguments: Any, **options: Any) -> Any:
        response = read(*arguments, **options)
        code = ImageFailureCode.IMAGE_NOT_FOUND
        failures = tuple(attrs.evolve(one, failure_code=code) for one in response.failures or ())
        assert failures
        return attrs.evolve(response, failures=failures)

    monkeypatch.setattr(EcrClient, "batch_get_image", not_found)
    graph = read_image_graph(ecr, "team/app")
    assert graph.unread == {index.image_digest}
    assert graph.images.keys() == {index.image_digest, child.image_digest}


def test_an_index_that_was_deleted_meanwhile_is_left_out(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    child = push()
    index = push("v1", children=[child])

    def delete_meanwhile(event: CallEvent) -> None:
        if event.operation_name == "DescribeImages":
            ecr.batch_delete_image("team/app", [ImageIdentifier(image_digest=index.image_digest)])

    graph = read_image_graph(ecr.with_options(on_call=delete_meanwhile), "team/app")
    assert graph.images.keys() == {child.image_digest}
    assert graph.children == {}
