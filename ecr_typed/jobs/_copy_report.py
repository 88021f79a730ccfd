"""What copying an image did, or would do."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from ecr_typed.jobs._outcomes import Outcome, Status
from ecr_typed.jobs._tables import Column, html_table, short, size_of, text_table

_COLUMNS: Final = (
    Column("status"),
    Column("kind"),
    Column("what", 19),
    Column("size", is_number=True),
    Column("error", 20),
)

_SHOWN: Final = 50
"""How many outcomes are shown: failures first."""


class CopyKind(enum.StrEnum):
    """What a step of copying an image is about."""

    BLOB = "BLOB"
    """A layer or a config."""

    IMAGE = "IMAGE"
    """A manifest or an index: the image itself, a child, or a referrer."""

    TAG = "TAG"
    """A tag."""


@attrs.frozen
class CopyItem:
    """A step of copying an image. `str(item)` names it."""

    kind: CopyKind
    """What it is about."""

    digest: str
    """The digest of the blob or image; of a tag, that of the image that it names."""

    size: int = 0
    """The size of a blob, in bytes; 0 for others."""

    tag: str | None = None
    """The tag; None for blobs and images."""

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.tag or self.digest}"


@attrs.frozen(kw_only=True)
class CopyReport:
    """What copying an image did, or would do. `str(report)` is a table."""

    digest: str
    """The digest of the image, the same at both places."""

    outcomes: tuple[Outcome[CopyItem, None], ...]
    """What became of each blob, image and tag. Pass them to `raise_failures`."""

    bytes_copied: int
    """How many bytes of blobs were sent; in a dry run, how many would be."""

    bytes_present: int
    """How many bytes of blobs were not sent, as the target had them."""

    def __str__(self) -> str:
        rows = list(self._rows())
        return "\n".join((self._summary(), text_table(_COLUMNS, rows), *self._left_out()))

    def _repr_html_(self) -> str:
        caption = " ".join((self._summary(), *self._left_out()))
        return html_table(caption, _COLUMNS, self._rows())

    def _summary(self) -> str:
        is_plan = any(one.status is Status.PLANNED for one in self.outcomes)
        failed = sum(one.error is not None for one in self.outcomes)
        return (
            f"{short(self.digest)}: {size_of(self.bytes_copied)} {'to copy' if is_plan else 'copied'}, "
            f"{size_of(self.bytes_present)} present, {failed:,} failed"
        )

    def _rows(self) -> Iterator[Sequence[str]]:
        for one in sorted(self.outcomes, key=lambda one: one.error is None)[:_SHOWN]:
            item = one.item
            yield (
                one.status.value,
                item.kind.lower(),
                item.tag or short(item.digest),
                size_of(item.size) if item.size else "",
                "" if one.error is None else short(one.error.message),
            )

    def _left_out(self) -> Iterator[str]:
        if len(self.outcomes) > _SHOWN:
            yield f"... and {len(self.outcomes) - _SHOWN:,} more."
