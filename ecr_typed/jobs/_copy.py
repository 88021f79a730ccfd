"""Copying an image to another repository, registry, account or region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from graphlib import TopologicalSorter

from ecr_typed import EcrClient, EcrError, ImageIdentifier
from ecr_typed.documents import Descriptor
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._blobs import read_blob
from ecr_typed.jobs._copy_reading import (
    Node,
    Place,
    check_target,
    children_of,
    each_value,
    look_for,
    read_nodes,
)
from ecr_typed.jobs._copy_report import CopyItem, CopyKind, CopyReport
from ecr_typed.jobs._done import say_what_was_done
from ecr_typed.jobs._each import each
from ecr_typed.jobs._images import UnexpectedTagError, identifier
from ecr_typed.jobs._outcomes import Outcome, Status
from ecr_typed.jobs._progress import Progress, ProgressCounter
from ecr_typed.jobs._uploads import missing_blobs, put, tagged, upload


def copy_image(
    source: EcrClient,
    source_repository: str,
    image: ImageIdentifier | str,
    target: EcrClient,
    target_repository: str,
    *,
    tags: Iterable[str] | None = None,
    referrers: bool = True,
    overwrite: bool = True,
    threads: int = 4,
    dry_run: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    source_registry_id: str | None = None,
    target_registry_id: str | None = None,
) -> CopyReport:
    """Copy an image to another repository, which may be in another registry, account or region.

    The image stays the same, byte for byte. First come layers and configs, then the images that an
    index lists, then the image itself, what refers to it (signatures, SBOMs, attestations), and the
    tags last: a tag never names an image that is not whole. What the target has is not sent again,
    and nothing counts as a pull there. Running it again does only what is left.

    What fails is an outcome, and what needs it fails, too; the rest goes on. Only a closed client
    and lost credentials end the job with an error.

    Args:
        source: The client that reads.
        source_repository: The repository to copy from. Reading manifests counts as a pull there.
        image: The image: an `ImageIdentifier`, a digest or a tag.
        target: The client that writes. It may be the same one.
        target_repository: The repository to copy to. It has to exist: `ensure_repository` creates
            it.
        tags: The tags that are to name the image at the target; none if it is empty. Default: the
            tag that `image` is.
        referrers: Whether to copy what refers to the image and to its children, too: what names it
            as its subject, and what has a tag of cosign's, as in `sha256-0a1b....sig`, or that of
            the index of what refers to it, `sha256-0a1b...`.
        overwrite: Whether tags that name another image are moved. Else they fail with an
            `UnexpectedTagError`: a tag is read and then written, as ECR can't do both at once.
        threads: How many blobs are copied at the same time, at least 1. Memory stays below 3.5
            parts for each, of the size that the service asks for (10 MiB); on an adopted client
            botocore takes more. Default: 4.
        dry_run: Whether to write nothing, and report what would be done.
        on_progress: Called on the caller's thread after each blob, image and tag.
        source_registry_id: The account id of the registry to copy from. Default: the account of
            `source`.
        target_registry_id: The account id of the registry to copy to. Default: the account of
            `target`.

    Returns:
        What became of each blob, image and tag, and how many bytes were sent.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was called.
        ImageNotFoundException: The source has no such image, or lacks a child of it.
        RepositoryNotFoundException: One of the repositories does not exist. Nothing was written;
            the source is not read where the target is missing.
        EcrError: A call failed before anything was written, or the job can't go on.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
    """
    named = identifier(image)
    if tags is None:
        tags = () if named.image_tag is None else (named.image_tag,)
    names = check.as_tuple(tags)
    check.refuse_unfit(
        check.client("source", source),
        check.repository("source_repository", source_repository),
        check.client("target", target),
        check.repository("target_repository", target_repository),
        *check.tags("tags", names),
        check.flag("referrers", referrers),
        check.flag("overwrite", overwrite),
        check.count("threads", threads),
        check.flag("dry_run", dry_run),
        check.progress(on_progress),
        check.account("source_registry_id", source_registry_id),
        check.account("target_registry_id", target_registry_id),
    )
    copied = _Copy(
        Place(source, source_repository, source_registry_id),
        Place(target, target_repository, target_registry_id),
        overwrite=overwrite,
        threads=threads,
        dry_run=dry_run,
        counter=ProgressCounter(on_progress, None),
    )
    return copied.run(named, tuple(dict.fromkeys(names)), with_referrers=referrers)


class _Copy:
    """One image on its way."""

    def __init__(
        self,
        source: Place,
        target: Place,
        *,
        overwrite: bool,
        threads: int,
        dry_run: bool,
        counter: ProgressCounter,
    ) -> None:
        self._source = source
        self._target = target
        self._overwrite = overwrite
        self._threads = threads
        self._dry_run = dry_run
        self._counter = counter
        self._outcomes: list[Outcome[CopyItem, None]] = []
        self._sent = self._present = 0
        self._archived: set[str] = set()
        self._failed: dict[str, EcrError] = {}
        """What failed of blobs and images, by digest."""

    def run(
        self, image: ImageIdentifier, tags: tuple[str, ...], *, with_referrers: bool
    ) -> CopyReport:
        """Copy the image, and report."""
        try:
            check_target(self._target)
            nodes = read_nodes(
                self._source, image, with_referrers=with_referrers, threads=self._threads
            )
            root = next(iter(nodes))
            order = _order(nodes)
            names = [(name, node) for node in nodes.values() for name in node.tags]
            names += [(tag, nodes[root]) for tag in tags]
            blobs = {blob.digest: blob for node in nodes.values() for blob in node.blobs}
            self._counter.total = len(blobs) + len(nodes) + len(names)

            present = self._present_images(nodes)
            self._copy_blobs(blobs, [nodes[digest] for digest in nodes if digest not in present])
            for wave in order:
                self._put_images([nodes[digest] for digest in wave], present)
            for name, node in names:
                self._set_tag(name, node)
            return CopyReport(
                digest=root,
                outcomes=tuple(self._outcomes),
                bytes_copied=self._sent,
                bytes_present=self._present,
            )
        except EcrError as error:
            # The report with the outcomes does not come any more.
            done = Counter(one.item.kind for one in self._outcomes if one.status is Status.DONE)
            if done:
                counts = (f"{n} {kind.lower()}{'' if n == 1 else 's'}" for kind, n in done.items())
                say_what_was_done(error, [f"this was copied: {', '.join(counts)}"])
            raise
        finally:
            self._counter.close()

    def _present_images(self, nodes: dict[str, Node]) -> set[str]:
        looked = each_value(partial(look_for, self._target), nodes, self._threads)
        found = dict(zip(nodes, looked, strict=True))
        self._archived = {digest for digest, there in found.items() if there.is_archived}
        return {digest for digest, there in found.items() if there.is_there}

    def _copy_blobs(self, blobs: dict[str, Descriptor], absent: list[Node]) -> None:
        ecr, repository_name, registry_id = self._target
        needed = list(dict.fromkeys(blob.digest for node in absent for blob in node.blobs))
        missing = missing_blobs(ecr, repository_name, needed, registry_id)
        for digest, blob in blobs.items():
            if digest not in missing:
                self._present += blob.size
                self._add(Outcome(_blob(blob), Status.UNCHANGED))
            elif self._dry_run:
                self._sent += blob.size
                self._add(Outcome(_blob(blob), Status.PLANNED))
        if self._dry_run:
            return
        # The largest first, so that none is left alone at the end.
        items = sorted((_blob(blobs[digest]) for digest in missing), key=lambda item: -item.size)
        with closing(each(self._copy_blob, items, threads=self._threads)) as outcomes:
            for outcome in outcomes:
                size = outcome.value or 0
                self._sent += size
                self._add(
                    Outcome(outcome.item, outcome.status, None, outcome.error), bytes_done=size
                )

    def _copy_blob(self, item: CopyItem) -> int:
        ecr, repository_name, registry_id = self._source
        to_ecr, to_name, to_registry = self._target
        pieces = read_blob(ecr, repository_name, item.digest, registry_id=registry_id)
        with closing(pieces):
            _, size = upload(to_ecr, to_name, pieces, item.digest, to_registry)
        return size

    def _put_images(self, nodes: list[Node], present: set[str]) -> None:
        waiting: dict[CopyItem, Node] = {}
        for node in nodes:
            digest = node.manifest.digest
            item = CopyItem(CopyKind.IMAGE, digest)
            if digest in self._archived:
                way = "restore it there with update_image_storage_class"
                error = EcrError(f"{digest} is archived at the target: {way}")
                self._add(Outcome[CopyItem, None].of_error(item, error))
            elif digest in present:
                self._add(Outcome(item, Status.UNCHANGED))
            elif (lacking := self._lacking(node)) is not None:
                self._add(Outcome[CopyItem, None].of_error(item, lacking))
            elif self._dry_run:
                self._add(Outcome(item, Status.PLANNED))
            else:
                waiting[item] = node
        ecr, repository_name, registry_id = self._target

        def put_one(item: CopyItem) -> None:
            manifest = waiting[item].manifest
            put(
                ecr,
                repository_name,
                manifest,
                media_type=manifest.media_type,
                tag=None,
                registry_id=registry_id,
            )

        with closing(each(put_one, waiting, threads=self._threads)) as outcomes:
            for outcome in outcomes:
                self._add(outcome)

    def _lacking(self, node: Node) -> EcrError | None:
        """Return why an image can't be put: a part of it has failed."""
        for digest in (*(blob.digest for blob in node.blobs), *node.before):
            if digest in self._failed:
                ours = EcrError(f"needs {digest}, which failed")
                ours.__cause__ = self._failed[digest]
                return ours
        return None

    def _set_tag(self, tag: str, node: Node) -> None:
        digest = node.manifest.digest
        item = CopyItem(CopyKind.TAG, digest, tag=tag)
        if digest in self._failed:
            error = EcrError(f"needs {digest}, which failed")
            error.__cause__ = self._failed[digest]
            self._add(Outcome[CopyItem, None].of_error(item, error))
            return
        with closing(each(partial(self._tag, node, tag), (item,), threads=1)) as outcomes:
            for outcome in outcomes:
                status = outcome.value or outcome.status
                self._add(Outcome(item, status, None, outcome.error))

    def _tag(self, node: Node, tag: str, _: CopyItem) -> Status:
        ecr, repository_name, registry_id = self._target
        manifest = node.manifest
        previous = tagged(ecr, repository_name, tag, registry_id)
        if previous == manifest.digest:
            return Status.UNCHANGED
        if previous is not None and not self._overwrite:
            raise UnexpectedTagError(
                f"the tag {tag!r} of {repository_name} names {previous}: it is moved only with "
                "overwrite=True"
            )
        if self._dry_run:
            return Status.PLANNED
        put(
            ecr,
            repository_name,
            manifest,
            media_type=manifest.media_type,
            tag=tag,
            registry_id=registry_id,
        )
        return Status.DONE

    def _add(self, outcome: Outcome[CopyItem, None], *, bytes_done: int = 0) -> None:
        if outcome.error is not None and outcome.item.kind is not CopyKind.TAG:
            self._failed[outcome.item.digest] = outcome.error
        self._outcomes.append(outcome)
        self._counter.add(outcome, bytes_done=bytes_done)


def _blob(blob: Descriptor) -> CopyItem:
    return CopyItem(CopyKind.BLOB, blob.digest, blob.size)


def _order(nodes: dict[str, Node]) -> list[list[str]]:
    """Return the images in waves, each of which needs only those before it.

    The first image and what it lists come before what refers to them.
    """
    sorter = TopologicalSorter(
        {digest: [one for one in node.before if one in nodes] for digest, node in nodes.items()}
    )
    sorter.prepare()
    waves: list[tuple[str, ...]] = []
    while sorter.is_active():
        waves.append(sorter.get_ready())
        sorter.done(*waves[-1])
    own = _closure(nodes)
    return [
        [digest for digest in wave if (digest in own) is is_own]
        for is_own in (True, False)
        for wave in waves
    ]


def _closure(nodes: dict[str, Node]) -> set[str]:
    """Return the first image, the images that it lists, and those that they list."""
    waiting, found = [next(iter(nodes))], set[str]()
    while waiting:
        digest = waiting.pop()
        if digest not in found:
            found.add(digest)
            waiting += children_of(nodes[digest].manifest)
    return found
