"""Delete images that are named, alone or with their children."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator

from ecr_typed import EcrClient, ImageIdentifier
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._apply_retention import counted
from ecr_typed.jobs._delete_with_children import delete_with_children
from ecr_typed.jobs._deletions import delete_named
from ecr_typed.jobs._each import count_of
from ecr_typed.jobs._images import identifier
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
    """Delete certain images, and yield an outcome for each.

    A digest deletes the image with all its tags. A tag is removed; with its last tag, an image is
    deleted. 100 are sent in a request. An image that an index lists is tried again after the
    others, so that indexes and their children can be given in any order. What is not there is
    `DONE`. Run the job again to do what is left.

    Args:
        ecr: The client.
        repository_name: The repository's name, including its namespace, as in `team/app`.
        images: The images: identifiers, digests, which begin with `sha256:`, or tags.
        with_children: Whether to delete also what nothing else needs: untagged children that no
            other index lists, and what refers to the images. The repository is read for
            it. An image that gets a tag meanwhile is `SKIPPED`. Children whose deletion failed are
            not found by an index that is gone: to run the job again, name them. Default: False.
        dry_run: Whether to write nothing, so that each outcome is `PLANNED`. Default: True.
        on_progress: Called on the caller's thread after each image.
        registry_id: The AWS account id of the registry. Default: the caller's account.

    Returns:
        An iterator of an outcome for each image, as they are deleted. With `with_children`, also
        for each child and referrer. Closing it ends the job.

    Raises:
        EcrRequestError: An argument is wrong. If `images` is a list, nothing was sent.
        UnreadableIndexError: With `with_children`, an index can't be read.
        RepositoryNotFoundException: The repository does not exist in the registry.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
    """
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        check.items("images", images, "a list of digests, tags or ImageIdentifiers"),
        check.flag("with_children", with_children),
        check.flag("dry_run", dry_run),
        check.progress(on_progress),
    )
    counter = ProgressCounter(on_progress, count_of(images))
    ids = _identifiers(images)
    if isinstance(images, Collection):
        # A wrong one among many is refused before the first is deleted.
        ids = iter([*ids])
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
        yield identifier(image, f"images[{position}]")
