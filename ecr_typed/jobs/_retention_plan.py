"""The plan of a retention: what is kept, what is removed, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn, Self, TypeVar, cast

import attrs

from ecr_typed import ArgumentProblem, EcrRequestError
from ecr_typed.jobs._tables import Column, html_table, short, size_of, text_table

Value = TypeVar("Value")

_VERSION: Final = 1
_SHOWN: Final = 20
"""How many images of each kind a table shows."""

_COLUMNS: Final = (
    Column(""),
    Column("digest"),
    Column("tags", 12),
    Column("size", is_number=True),
    Column("reason", 28),
)


@attrs.frozen(order=False)
class Decision:
    """What a plan says about an image."""

    digest: str
    """The image's digest."""

    tags: tuple[str, ...]
    """Its tags when the plan was made. A tag that is added later saves the image."""

    reason: str
    """Why it is kept, or removed."""

    bytes: int = 0
    """The compressed size, as ECR states it; 0 for an index, as its children have their own. Layers
    that images share count for each of them.
    """

    after: tuple[str, ...] = ()
    """What has to be removed first: the indexes that list the image, and the images that it refers
    to. If one of these stays, this one stays.
    """


def _count(decisions: Sequence[Decision]) -> str:
    return f"<{len(decisions):,} images>"


def _is_aware(_: object, attribute: attrs.Attribute[datetime], value: datetime) -> None:
    if not isinstance(cast("object", value), datetime) or value.tzinfo is None:
        allowed = "a timezone-aware datetime"
        raise EcrRequestError([ArgumentProblem(attribute.name, repr(value), allowed)])


@attrs.frozen(kw_only=True, order=False)
class RetentionPlan:
    """The images of a repository to keep and to remove, as `plan_retention` returns them.

    `str(plan)` is a table; in a notebook it is one, too.
    """

    repository_name: str
    """The repository's name."""

    registry_id: str | None = None
    """The account id of the registry; None for the caller's own."""

    planned_at: datetime = attrs.field(validator=_is_aware)
    """The time that ages were counted from, timezone-aware. `apply_retention` leaves alone
    what was pushed, archived or restored since.
    """

    keep: tuple[Decision, ...] = attrs.field(repr=_count)
    """The images that are kept."""

    remove: tuple[Decision, ...] = attrs.field(repr=_count)
    """The images that are removed, in the order in which they can be."""

    def to_json(self) -> str:
        """Return the plan as JSON, so that it can be reviewed and applied later.

        Returns:
            The text, for `from_json`.
        """
        members = {
            "version": _VERSION,
            "repositoryName": self.repository_name,
            "registryId": self.registry_id,
            "plannedAt": self.planned_at.isoformat(),
            "keep": [attrs.asdict(decision) for decision in self.keep],
            "remove": [attrs.asdict(decision) for decision in self.remove],
        }
        return json.dumps(members, indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the plan that `to_json` wrote.

        Args:
            text: The text. What was deleted from `remove` is not removed.

        Returns:
            The plan, which equals the one that was written.

        Raises:
            EcrRequestError: The text is no plan, or has two entries for an image.
        """
        allowed = "a plan that `to_json` wrote"
        if not isinstance(cast("object", text), str | bytes):
            raise EcrRequestError([ArgumentProblem("text", f"{text!r:.60}", allowed)])
        try:
            return cls(**_read(_members(json.loads(text))))
        except (ValueError, TypeError, RecursionError) as error:
            shown, what = repr(text[:60]), f"it can't be read: {error}"
            raise EcrRequestError([ArgumentProblem("text", shown, allowed, what)]) from error

    def __str__(self) -> str:
        lines = [self._summary()]
        if self.keep or self.remove:
            lines += [text_table(_COLUMNS, self._rows()), *self._left_out()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        caption = " ".join((self._summary(), *self._left_out()))
        return html_table(caption, _COLUMNS, self._rows())

    def _summary(self) -> str:
        total = len(self.keep) + len(self.remove)
        size = size_of(sum(decision.bytes for decision in self.remove))
        name = (
            self.repository_name
            if len(self.repository_name) <= 40
            else (f"{self.repository_name[:37]}...")
        )
        return f"{name}: {len(self.remove):,} of {total:,} images are removed ({size})"

    def _rows(self) -> Iterator[Sequence[str]]:
        for action, decisions in (("remove", self.remove), ("keep", self.keep)):
            for one in decisions[:_SHOWN]:
                tags = ", ".join(one.tags) or "-"
                size = size_of(one.bytes) if one.bytes else ""
                yield action, short(one.digest), tags, size, one.reason

    def _left_out(self) -> Iterator[str]:
        for action, decisions in (("remove", self.remove), ("keep", self.keep)):
            if len(decisions) > _SHOWN:
                yield f"... and {len(decisions) - _SHOWN:,} more to {action}."


def _read(members: Mapping[str, Any]) -> dict[str, Any]:
    if members["version"] != _VERSION:
        raise ValueError(f"version {members['version']!r} is not known")
    registry_id = members["registryId"]
    keep, remove = _decisions(members["keep"]), _decisions(members["remove"])
    # Whoever moves an entry by hand may forget to delete it where it was.
    seen: set[str] = set()
    for one in (*keep, *remove):
        if one.digest in seen:
            raise ValueError(f"{one.digest} has two entries: delete one")
        seen.add(one.digest)
    return {
        "repository_name": _text(members["repositoryName"]),
        "registry_id": None if registry_id is None else _text(registry_id),
        "planned_at": datetime.fromisoformat(members["plannedAt"]),
        "keep": keep,
        "remove": remove,
    }


def _decisions(values: object) -> tuple[Decision, ...]:
    return tuple(
        Decision(
            digest=_text(one["digest"]),
            tags=_list(one["tags"], _text),
            reason=_text(one["reason"]),
            bytes=int(one["bytes"]),
            after=_list(one["after"], _text),
        )
        for one in _list(values, _members)
    )


def _list(values: object, read: Callable[[object], Value]) -> tuple[Value, ...]:
    if not isinstance(values, list):
        raise TypeError(f"expected an array, got {values!r:.60}")
    return tuple(read(value) for value in cast("list[object]", values))


class _Members(dict[str, Any]):
    """The members of an object, of which none may be missing."""

    def __missing__(self, name: str) -> NoReturn:
        raise ValueError(f"{name!r} is missing")


def _members(value: object) -> _Members:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, got {value!r:.60}")
    return _Members(cast("dict[str, Any]", value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r:.60}")
    return value
