"""Scan findings that a test sets: models of ecr_typed, or dicts as boto3 gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from ecr_typed import to_boto3
from ecr_typed.models.common import ImageIdentifier
from ecr_typed.models.scanning import EnhancedImageScanFinding, ImageScanFinding
from ecr_typed.testing._emulator.http.service_model import structure_members
from ecr_typed.testing._emulator.topics.scans import FindingsSet, ScanningState

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.repositories import EcrBackend

Finding: TypeAlias = ImageScanFinding | EnhancedImageScanFinding | Mapping[str, Any]


def set_findings(
    registry: EcrBackend,
    repository_name: str,
    image: str | ImageIdentifier,
    findings: Iterable[Finding],
    status: str | None,
    description: str | None,
    now: datetime,
) -> None:
    """Set the findings of an image, or raise `ValueError` if there is no such image or finding."""
    repository = registry.repositories.get(repository_name)
    if repository is None:
        raise ValueError(f"there is no repository {repository_name!r}")
    images = registry.repository(repository_name).contents.images
    name = image if isinstance(image, str) else image.image_digest or image.image_tag or ""
    # A tag has no colon.
    stored = images.by_digest(name) if ":" in name else images.by_tag(name)
    if stored is None:
        raise ValueError(f"there is no image {image!r} in {repository_name!r}")
    plain = [_plain(finding) for finding in findings]
    registry.state(ScanningState).findings[stored] = FindingsSet(
        now,
        tuple(finding for is_enhanced, finding in plain if not is_enhanced),
        tuple(finding for is_enhanced, finding in plain if is_enhanced),
        status,
        description,
    )


def _plain(finding: Finding) -> tuple[bool, dict[str, Any]]:
    """Tell whether a finding is an enhanced one, and give its members."""
    if isinstance(finding, ImageScanFinding | EnhancedImageScanFinding):
        return isinstance(finding, EnhancedImageScanFinding), to_boto3(finding)
    for is_enhanced, shape_name in (
        (False, "ImageScanFinding"),
        (True, "EnhancedImageScanFinding"),
    ):
        if finding.keys() <= structure_members(shape_name):
            return is_enhanced, dict(finding)
    raise ValueError(f"neither kind of finding has all of these members: {sorted(finding)}")
