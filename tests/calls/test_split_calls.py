"""A list longer than one request may carry is sent in several, in order."""

from __future__ import annotations

from typing import Any

import pytest

from ecr_typed import (
    EcrClient,
    EcrRequestError,
    ImageIdentifier,
    LayerAvailability,
    RepositoryNotFoundException,
)
from ecr_typed._calls.request import join
from tests.support.lines import at_line, lines_of
from tests.support.registry import Registry
from tests.support.samples import answer_of
from tests.support.wire import Reply, Sent, Wire, refusal, reply

IMAGES = [ImageIdentifier(image_tag=f"v{number}") for number in range(250)]
NAMES = [f"r{number}" for number in range(250)]


def lengths(wire: Wire, member: str) -> list[int]:
    """How long the lists were that were sent."""
    return [len(body[member]) for body in wire.bodies]


def test_names_are_sent_without_paging(ecr: EcrClient, wire: Wire) -> None:
    """What is asked for by name is not asked for in pages."""
    wire.responder = Registry(0)

    pages = list(ecr.describe_repositories(repository_names=["a1", "b1"], page_size=5).pages())

    assert wire.bodies == [{"repositoryNames": ["a1", "b1"]}]
    assert len(pages) == 1


def test_many_names_are_split_in_order(ecr: EcrClient, wire: Wire) -> None:
    """250 names go out as 100, 100 and 50, and come back in their order."""
    wire.responder = Registry(0)

    found = ecr.describe_repositories(repository_names=NAMES)

    assert [item.repository_name for item in found] == NAMES
    assert lengths(wire, "repositoryNames") == [100, 100, 50]
    assert [name for body in wire.bodies for name in body["repositoryNames"]] == NAMES


@pytest.mark.parametrize(("count", "parts"), [(1, [1]), (100, [100]), (101, [100, 1])])
def test_limit_itself_is_not_split(
    ecr: EcrClient, wire: Wire, count: int, parts: list[int]
) -> None:
    """A list of exactly the limit is one request."""
    wire.responder = Registry(0)

    list(ecr.describe_repositories(repository_names=NAMES[:count]))

    assert lengths(wire, "repositoryNames") == parts


def test_parts_are_sent_as_they_are_needed(ecr: EcrClient, wire: Wire) -> None:
    """The second hundred names are asked for when the first are used up."""
    wire.responder = Registry(0)
    items = iter(ecr.describe_repositories(repository_names=NAMES))

    for _ in range(100):
        next(items)
    assert len(wire.sent) == 1
    next(items)
    assert len(wire.sent) == 2


def test_max_items_cuts_what_was_asked_by_name(ecr: EcrClient, wire: Wire) -> None:
    """`max_items` ends an iteration over names, and the parts behind it are not sent."""
    wire.responder = Registry(0)

    found = ecr.describe_repositories(repository_names=NAMES, max_items=100)

    assert [item.repository_name for item in found] == NAMES[:100]
    assert len(wire.sent) == 1


def test_unknown_name_fails_its_part(once: EcrClient, wire: Wire) -> None:
    """The parts before are given; the service's error ends the iteration."""
    registry = Registry(0)
    wire.responder = lambda sent: (
        refusal("RepositoryNotFoundException")
        if "r150" in sent.body["repositoryNames"]
        else registry(sent)
    )
    found: list[str] = []

    with pytest.raises(RepositoryNotFoundException):
        found.extend(
            item.repository_name for item in once.describe_repositories(repository_names=NAMES)
        )

    assert found == NAMES[:100]


def test_no_names_are_refused(ecr: EcrClient, wire: Wire) -> None:
    """An empty list would mean everything or nothing: it is refused, as boto3 does."""
    with pytest.raises(EcrRequestError, match="repository_names"):
        ecr.describe_repositories(repository_names=[])

    assert wire.sent == []


def test_token_beside_names_is_refused(ecr: EcrClient, wire: Wire) -> None:
    """Names have no pages, so no token of one."""
    with pytest.raises(EcrRequestError, match="starting_token") as caught:
        ecr.describe_repositories(repository_names=["a1"], starting_token="t")

    assert "repository_names" in str(caught.value)
    assert wire.sent == []


@pytest.mark.parametrize("method", ["describe_images", "get_lifecycle_policy_preview"])
def test_images_are_split_without_paging(ecr: EcrClient, wire: Wire, method: str) -> None:
    """Images asked for by id go out in hundreds, without a page size."""
    wire.responder = lambda sent: reply(answer_of(sent.operation))

    list(getattr(ecr, method)("a1", image_ids=IMAGES).pages())

    assert lengths(wire, "imageIds") == [100, 100, 50]
    assert all("maxResults" not in body for body in wire.bodies)


def test_batches_are_split_and_joined(ecr: EcrClient, wire: Wire) -> None:
    """The answers to the parts of a batch are one answer, in order."""

    def answer(sent: Sent) -> Reply:
        return reply(
            {
                "images": [
                    {
                        "imageId": image,
                        "imageManifest": "{}",
                        "registryId": "123456789012",
                        "repositoryName": "a1",
                    }
                    for image in sent.body["imageIds"][1:]
                ],
                "failures": [{"imageId": sent.body["imageIds"][0], "failureCode": "ImageNotFound"}],
            }
        )

    wire.responder = answer

    response = ecr.batch_get_image("a1", IMAGES)

    assert lengths(wire, "imageIds") == [100, 100, 50]
    first_of_each = [IMAGES[0], IMAGES[100], IMAGES[200]]
    assert [failure.image_id for failure in response.failures] == first_of_each
    assert [image.image_id for image in response.images] == [
        image for image in IMAGES if image not in first_of_each
    ]


BATCHES: list[tuple[str, tuple[Any, ...], str, list[int]]] = [
    ("batch_get_image", ("a1", IMAGES), "imageIds", [100, 100, 50]),
    ("batch_delete_image", ("a1", IMAGES), "imageIds", [100, 100, 50]),
    (
        "batch_check_layer_availability",
        ("a1", [f"sha256:{number}" for number in range(101)]),
        "layerDigests",
        [100, 1],
    ),
    ("batch_get_repository_scanning_configuration", (NAMES[:60],), "repositoryNames", [25, 25, 10]),
]


@pytest.mark.parametrize(("method", "arguments", "member", "parts"), BATCHES)
def test_every_batch_is_split(
    ecr: EcrClient,
    wire: Wire,
    method: str,
    arguments: tuple[Any, ...],
    member: str,
    parts: list[int],
) -> None:
    """Each batch operation has its own limit."""
    wire.responder = lambda sent: reply(answer_of(sent.operation))

    getattr(ecr, method)(*arguments)

    assert lengths(wire, member) == parts


def test_error_after_some_parts_says_which(once: EcrClient, wire: Wire) -> None:
    """What was applied before an error is in its `partial`."""
    wire.will(
        answer_of(
            "BatchCheckLayerAvailability",
            layers=[{"layerDigest": "a", "layerAvailability": "AVAILABLE"}],
        ),
        refusal("RepositoryNotFoundException"),
    )
    digests = [f"sha256:{number}" for number in range(150)]

    with pytest.raises(RepositoryNotFoundException) as caught:
        once.batch_check_layer_availability("a1", digests)

    layers = caught.value.partial.layers
    assert [(layer.layer_digest, layer.layer_availability) for layer in layers] == [
        ("a", LayerAvailability.AVAILABLE)
    ]
    assert "1 of the 2 requests of this call had succeeded" in str(caught.value)


def test_error_in_the_first_part_has_nothing_partial(once: EcrClient, wire: Wire) -> None:
    """Where nothing was applied before, `partial` is `None`."""
    wire.will(refusal("RepositoryNotFoundException"))

    with pytest.raises(RepositoryNotFoundException) as caught:
        once.batch_delete_image("a1", IMAGES)

    assert caught.value.partial is None


def test_same_image_in_two_parts_is_sent_once(ecr: EcrClient, wire: Wire) -> None:
    """An id that is given twice would fail in the second part, once the first has deleted it."""
    images = [ImageIdentifier(image_tag=f"t{number % 101}") for number in range(202)]
    wire.will(answer_of("BatchDeleteImage"), answer_of("BatchDeleteImage"))
    ecr.batch_delete_image("team/app", images)
    sent = [image["imageTag"] for body in wire.bodies for image in body["imageIds"]]
    assert sent == [f"t{number}" for number in range(101)]
    assert [len(body["imageIds"]) for body in wire.bodies] == [100, 1]


def test_interruption_after_a_part_has_a_note(once: EcrClient, wire: Wire) -> None:
    """What ends a split write from outside says that a part of it may have been applied."""
    images = [ImageIdentifier(image_tag=f"t{number}") for number in range(150)]
    interruption = KeyboardInterrupt()

    def respond(_: Sent) -> Reply:
        if len(wire.sent) == 2:
            raise interruption
        return reply(answer_of("BatchDeleteImage"))

    wire.responder = respond
    with pytest.raises(KeyboardInterrupt) as caught:
        once.batch_delete_image("team/app", images)
    assert caught.value.__notes__ == [
        "BatchDeleteImage may have been applied before this was raised."
    ]


@pytest.mark.parametrize("line", lines_of(join))
def test_interruption_between_two_parts_has_a_note(once: EcrClient, wire: Wire, line: int) -> None:
    """So does what comes from outside while no request is on its way."""
    images = [ImageIdentifier(image_tag=f"t{number}") for number in range(150)]
    wire.responder = lambda _: reply(answer_of("BatchDeleteImage"))

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught, at_line(join, line, interrupt):
        once.batch_delete_image("team/app", images)
    assert caught.value.__notes__
