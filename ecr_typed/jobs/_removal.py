"""Removal of images whose tags and dependencies are known, wave by wave."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from ecr_typed import (
    EcrClient,
    EcrError,
    ImageDetail,
    ImageFailure,
    ImageIdentifier,
    ImageNotFoundException,
    ImageStatus,
    TargetStorageClass,
)
from ecr_typed.jobs._deletions import GONE, ends_job, failure_outcome, send
from ecr_typed.jobs._images_now import ImagesNow
from ecr_typed.jobs._outcomes import Outcome, Status
from ecr_typed.jobs._retention_plan import Decision

Removed = Outcome[Decision, None]

_AT_ONCE: Final = 100
"""How many identifiers one request may have."""

_LOOKS: Final = 3
"""How often an image whose tags move meanwhile is looked at."""


class Removal(ABC):
    """What deleting and archiving have in common."""

    def __init__(
        self,
        ecr: EcrClient,
        repository_name: str,
        registry_id: str | None,
        planned_at: datetime | None = None,
    ) -> None:
        self.planned_at = planned_at
        """When it was decided what is removed; None if that was a moment ago."""
        self.ecr = ecr
        self.repository_name = repository_name
        self.registry_id = registry_id
        self.now = ImagesNow(ecr, repository_name, registry_id)
        self.depended: set[str] = set()
        """Images that others wait for."""

    def outcomes(self, decisions: Sequence[Decision]) -> Iterator[Removed]:
        """Remove images in the order in which they are given; each comes after those before it."""
        self.depended = {digest for one in decisions for digest in one.after}
        left = {one.digest for one in decisions} | self.depended
        for wave in _waves(decisions):
            for batch in _batches(wave):
                # What stays keeps what it needs.
                held = {one.digest for one in batch if not left.isdisjoint(one.after)}
                yield from (Outcome(one, Status.SKIPPED) for one in batch if one.digest in held)
                for outcome in self._tried([one for one in batch if one.digest not in held]):
                    if outcome.status in (Status.DONE, Status.UNCHANGED):
                        left.discard(outcome.item.digest)
                    yield outcome

    @abstractmethod
    def remove(self, batch: Sequence[Decision]) -> Iterator[Removed]:
        """Remove images that do not depend on each other."""

    def is_saved(self, one: Decision, image: ImageDetail) -> bool:
        """Return whether an image got a tag, was pushed or was restored since the plan was made."""
        if not set(image.image_tags or ()) <= set(one.tags):
            return True
        if self.planned_at is None:
            return False
        # It was gone or archived meanwhile, and somebody wants it back.
        since = max(image.image_pushed_at, image.last_activated_at or image.image_pushed_at)
        return since > self.planned_at or image.image_status is ImageStatus.ACTIVATING

    def _tried(self, batch: Sequence[Decision]) -> Iterator[Removed]:
        reported: set[str] = set()
        try:
            for outcome in self.remove(batch):
                reported.add(outcome.item.digest)
                yield outcome
        except EcrError as error:
            if ends_job(error):
                raise
            for one in batch:
                if one.digest not in reported:
                    yield Outcome[Decision, None].of_error(one, error)


class Deletion(Removal):
    """Deletes images: tagged ones by their tags, so that a new tag saves its image."""

    def remove(self, batch: Sequence[Decision]) -> Iterator[Removed]:
        """Delete images that do not depend on each other."""
        pending: Mapping[str, Decision] = {one.digest: one for one in batch}
        for _ in range(_LOOKS):
            there = self.now.described(list(pending))
            sure: list[Decision] = []
            ids: list[ImageIdentifier] = []
            for digest, one in pending.items():
                image = there.get(digest)
                if image is None:
                    yield Outcome(one, Status.DONE)
                elif self.is_saved(one, image) or self._is_archived_since(image):
                    yield Outcome(one, Status.SKIPPED)
                else:
                    sure.append(one)
                    ids += ids_of(digest, image.image_tags or ())
            if not ids:
                return
            failures = _by_digest(send(self.ecr, self.repository_name, ids, self.registry_id))
            yield from self._judged([one for one in sure if one.digest not in failures])
            pending = {}
            for one in sure:
                failed = failures.get(one.digest, ())
                if failed and all(each.failure_code in GONE for each in failed):
                    # It is gone, or a tag has moved to another image since it was looked at.
                    pending[one.digest] = one
                elif failed:
                    failure = next(each for each in failed if each.failure_code not in GONE)
                    yield failure_outcome(one, one.digest, failure)
            if not pending:
                return
        for one in pending.values():
            error = EcrError(f"{one.digest}: its tags moved each time when it was to be deleted")
            yield Outcome[Decision, None].of_error(one, error)

    def _is_archived_since(self, image: ImageDetail) -> bool:
        # A plan removes no archived image, so it was not when the plan was made.
        return self.planned_at is not None and image.image_status is ImageStatus.ARCHIVED

    def _judged(self, deleted: Sequence[Decision]) -> Iterator[Removed]:
        """Yield outcomes of images that were deleted, unless a tag came in the last moment."""
        watched = [one.digest for one in deleted if one.tags and one.digest in self.depended]
        try:
            there = self.now.still_there(watched)
        except EcrError as error:
            error.maybe_applied = True
            raise
        for one in deleted:
            yield Outcome(one, Status.SKIPPED if one.digest in there else Status.DONE)


class Archiving(Removal):
    """Archives images."""

    def remove(self, batch: Sequence[Decision]) -> Iterator[Removed]:
        """Archive images that do not depend on each other."""
        there = self.now.described([one.digest for one in batch])
        for one in batch:
            image = there.get(one.digest)
            if image is None or self.is_saved(one, image):
                yield Outcome(one, Status.SKIPPED)
            elif image.image_status is ImageStatus.ARCHIVED:
                yield Outcome(one, Status.UNCHANGED)
            else:
                yield self._archive(one)

    def _archive(self, one: Decision) -> Removed:
        try:
            self.ecr.update_image_storage_class(
                self.repository_name,
                ImageIdentifier(image_digest=one.digest),
                TargetStorageClass.ARCHIVE,
                registry_id=self.registry_id,
            )
        except ImageNotFoundException:
            return Outcome(one, Status.SKIPPED)
        except EcrError as error:
            if ends_job(error):
                raise
            return Outcome[Decision, None].of_error(one, error)
        return Outcome(one, Status.DONE)


def ids_of(digest: str, tags: Iterable[str]) -> list[ImageIdentifier]:
    """Return identifiers that delete an image only if it has no other tag."""
    pairs = [ImageIdentifier(image_digest=digest, image_tag=tag) for tag in tags]
    return pairs or [ImageIdentifier(image_digest=digest)]


def _by_digest(failures: Iterable[ImageFailure]) -> dict[str, list[ImageFailure]]:
    found: dict[str, list[ImageFailure]] = {}
    for failure in failures:
        digest = failure.image_id.image_digest if failure.image_id is not None else None
        found.setdefault(digest or "", []).append(failure)
    return found


def _waves(decisions: Iterable[Decision]) -> Iterator[list[Decision]]:
    """Yield decisions so that each comes after the wave of what it has to wait for."""
    wave_of: dict[str, int] = {}
    waves: list[list[Decision]] = []
    for one in decisions:
        wave = max((wave_of[digest] + 1 for digest in one.after if digest in wave_of), default=0)
        wave_of[one.digest] = wave
        if wave == len(waves):
            waves.append([])
        waves[wave].append(one)
    yield from waves


def _batches(wave: Iterable[Decision]) -> Iterator[list[Decision]]:
    """Yield as many decisions as one request can carry out."""
    batch: list[Decision] = []
    size = 0
    for one in wave:
        count = max(1, len(one.tags))
        if batch and size + count > _AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += count
    if batch:
        yield batch
