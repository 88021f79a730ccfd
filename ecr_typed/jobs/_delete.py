"""Delete images that are named, alone or with their children."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import cast

from ecr_typed import ArgumentProblem, EcrClient, EcrRequestError, ImageIdentifier
from ecr_typed.jobs._apply_retention import check, counted
from ecr_typed.jobs._delete_with_children import delete_with_children
from ecr_typed.jobs._deletions import delete_named
from ecr_typed.jobs._each import count_of
from ecr_typed.jobs._outcomes import Outcome, Status
from ecr_typed.jobs._progress import Progress, ProgressCounter


def delete_images(
    ecr: EcrClient,
    repository_name: str,
    images: Iterable[str | ImageIdentifier],
    *,
    with_children: bool = False,
    dry_run: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
    registry_id: str | None = None,
) -> Generator[Outcome[ImageIdentifier, None], None, None]:
    """Delete images that are named, and yield what becomes of them.

    A digest deletes the image with all its tags. A tag is removed; with its last tag, an image is
    deleted. 100 are sent in a request. An image that an index lists is tried again after the
    others, so that indexes and their children can be given in any order. What is not there is
    `DONE`. To run the job again does what is left.

    Args:
        ecr: The client.
        repository_name: The repository's name, including its namespace, as in `team/app`.
        images: The images: identifiers, digests, which begin with `sha256:`, or tags.
        with_children: Whether that which only the images need is deleted with them: untagged
            children that no other index lists, and what refers to them. The repository is read for
            it. An image that gets a tag meanwhile is `SKIPPED`. Children whose deletion failed are
            not found by an index that is gone: to run the job again, name them. Default: False.
        dry_run: Whether no write is sent, and each outcome is `PLANNED`. Default: True.
        on_progress: Called on the caller's thread after each image.
        registry_id: The AWS account id of the registry. Default: the caller's account.

    Returns:
        An iterator of an outcome for each image, as they are deleted. With `with_children`, also
        for each child and referrer. To close it ends the job.

    Raises:
        EcrRequestError: An argument is wrong.
        UnreadableIndexError: With `with_children`, an index can't be read.
        RepositoryNotFoundException: The repository does not exist in the registry.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
    """
    is_single = isinstance(images, str | ImageIdentifier)
    is_fit = isinstance(cast("object", images), Iterable) and not is_single
    checks = (
        ("ecr", ecr, isinstance(cast("object", ecr), EcrClient), "an EcrClient"),
        ("images", images, is_fit, "a list of digests, tags or ImageIdentifiers"),
    )
    check(checks, on_progress)
    counter = ProgressCounter(on_progress, count_of(images))
    ids = _identifiers(images)
    if with_children:
        outcomes = delete_with_children(
            ecr, repository_name, ids, registry_id, counter, dry_run=dry_run
        )
    elif dry_run:
        outcomes = (Outcome[ImageIdentifier, None](each, Status.PLANNED) for each in ids)
    else:
        outcomes = delete_named(ecr, repository_name, ids, registry_id)
    return counted(outcomes, counter)


def _identifiers(images: Iterable[str | ImageIdentifier]) -> Iterator[ImageIdentifier]:
    for position, image in enumerate(images):
        if isinstance(image, ImageIdentifier) and (image.image_digest or image.image_tag):
            yield image
        elif isinstance(image, str) and image:
            is_digest = image.startswith("sha256:")
            yield ImageIdentifier(**{"image_digest" if is_digest else "image_tag": image})
        else:
            allowed = "a digest, a tag or an ImageIdentifier"
            raise EcrRequestError([ArgumentProblem(f"images[{position}]", repr(image), allowed)])
