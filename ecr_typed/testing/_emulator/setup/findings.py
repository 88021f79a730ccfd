"""Findings of scans that tests set, as models or as dicts of boto3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ecr_typed import EcrResponseError, from_boto3, to_boto3
from ecr_typed.models import EnhancedImageScanFinding, ImageIdentifier, ImageScanFinding
from ecr_typed.testing._emulator.setup.seeding import image_in
from ecr_typed.testing._emulator.topics.scanning import FindingsSet, ImageScans

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.repositories import Registry

Finding: TypeAlias = ImageScanFinding | EnhancedImageScanFinding | Mapping[str, Any]
"""A finding: a model, or a dict as boto3 returns it."""

_KINDS = (ImageScanFinding, EnhancedImageScanFinding)


def set_findings(
    registry: Registry,
    repository_name: str,
    image: str | ImageIdentifier,
    findings: Iterable[Finding],
    status: str | None,
    description: str | None,
) -> list[str]:
    """Set the findings of an image.

    Returns:
        What was ignored: a sentence for each dict with members that no finding has.

    Raises:
        TypeError: `findings` is no iterable of models and dicts.
        ValueError: There is no such image, or a dict is no finding.
    """
    stored = image_in(registry, repository_name, image)
    basic: list[dict[str, Any]] = []
    enhanced: list[dict[str, Any]] = []
    ignored: list[str] = []
    for position, finding in enumerate(_listed(findings)):
        is_enhanced, members = _plain(finding, f"findings[{position}]", ignored)
        (enhanced if is_enhanced else basic).append(members)
    stored.states.of(ImageScans).findings = FindingsSet(
        registry.registries.now, tuple(basic), tuple(enhanced), status, description
    )
    return ignored


def _listed(findings: object) -> list[object]:
    if isinstance(findings, Iterable) and not isinstance(findings, str | bytes | Mapping):
        return list(cast("Iterable[object]", findings))
    raise TypeError(
        f"findings must be a list: for one finding write [finding], not {findings!r:.60}"
    )


def _plain(finding: object, place: str, ignored: list[str]) -> tuple[bool, dict[str, Any]]:
    """Return whether a finding is an enhanced one, and its members as responses spell them."""
    if isinstance(finding, _KINDS):
        return isinstance(finding, EnhancedImageScanFinding), to_boto3(finding)
    if not isinstance(finding, Mapping):
        raise TypeError(
            f"{place} must be an ImageScanFinding, an EnhancedImageScanFinding or a dict, "
            f"not {type(finding).__name__}"
        )
    members = cast("Mapping[str, Any]", finding)
    read = [(kind, *_read(kind, members, place)) for kind in _KINDS]
    # The kind that knows more of the members is the kind that is meant; of equals, the basic one.
    kind, known, unknown = min(read, key=lambda each: len(each[2]))
    if members and not known:
        raise ValueError(f"{place} has no member of a finding: {', '.join(sorted(members))}")
    if unknown:
        ignored.append(f"{place}: {kind.__name__} has no {', '.join(sorted(unknown))}; ignored")
    return kind is EnhancedImageScanFinding, known


def _read(
    kind: type[ImageScanFinding | EnhancedImageScanFinding], members: Mapping[str, Any], place: str
) -> tuple[dict[str, Any], list[str]]:
    """Return the members of a dict that a kind of finding has, and the paths of the others."""
    try:
        known = to_boto3(from_boto3(kind, members))
    except EcrResponseError as error:
        raise ValueError(f"{place} is no {kind.__name__}: {error}") from error
    return known, [*_unknown(members, known, "")]


def _unknown(given: object, known: object, path: str) -> Iterable[str]:
    if isinstance(given, Mapping) and isinstance(known, Mapping):
        kept = cast("Mapping[str, object]", known)
        for name, member in cast("Mapping[str, object]", given).items():
            if name in kept:
                yield from _unknown(member, kept[name], f"{path}{name}.")
            elif member is not None:
                yield f"{path}{name}"
    elif isinstance(given, list | tuple) and isinstance(known, list):
        for one, other in zip(
            cast("list[object]", given), cast("list[object]", known), strict=True
        ):
            yield from _unknown(one, other, path)
