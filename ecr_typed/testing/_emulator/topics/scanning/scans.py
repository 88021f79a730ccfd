"""Scans: which repositories are scanned when, and the results of an image's scan.

A scan takes a second of the emulator's clock. Its findings are those that a test has set, else
none. The scans of basic and of enhanced scanning are kept apart: a registry that switches from one
to the other does not see the scans of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ecr_typed.testing._emulator.registry.clock import BACKGROUND_TIME
from ecr_typed.testing._emulator.registry.matching import matches

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository

BASIC_SCAN_INTERVAL: Final = timedelta(hours=24)
# Of several rules that match, ECR enforces the one that scans the most.
_FREQUENCIES = ("CONTINUOUS_SCAN", "SCAN_ON_PUSH", "MANUAL")
_DESCRIPTIONS = {
    "COMPLETE": "The scan was completed successfully.",
    "ACTIVE": "Continuous scan is selected for image.",
    "UNSUPPORTED_IMAGE": "The image type is not supported: it is no container image.",
}
_WITH_FINDINGS = frozenset({"COMPLETE", "ACTIVE"})


@dataclass(frozen=True, slots=True)
class FindingsSet:
    """The findings that a test has set for an image."""

    set_at: datetime
    findings: tuple[dict[str, Any], ...]
    enhanced_findings: tuple[dict[str, Any], ...]
    status: str | None
    description: str | None


_NOTHING_FOUND = FindingsSet(datetime.min.replace(tzinfo=UTC), (), (), None, None)


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The result of a scan."""

    status: str
    description: str | None = None
    completed_at: datetime | None = None
    findings: tuple[dict[str, Any], ...] = ()
    enhanced_findings: tuple[dict[str, Any], ...] = ()

    @property
    def has_findings(self) -> bool:
        """Whether a response has a list of findings, which may be empty."""
        return self.status in _WITH_FINDINGS or bool(self.findings or self.enhanced_findings)


@dataclass(slots=True)
class ImageScans:
    """The scans of an image."""

    started: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """When the last scan began, by the type of scanning."""
    findings: FindingsSet | None = None


@dataclass(slots=True)
class ScanningConfiguration:
    """The scanning configuration of a registry."""

    scan_type: str = "BASIC"
    rules: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def frequency_of(self, repository: Repository) -> tuple[str, list[dict[str, str]]]:
        """Return when a repository is scanned, and the filter that decides it, if one does."""
        for frequency in _FREQUENCIES:
            filters = [
                each
                for rule in self.rules
                if rule["scanFrequency"] == frequency
                for each in rule["repositoryFilters"]
                if _covers(each["filter"], repository.name)
            ]
            if filters:
                # Of several filters that match, the service names the last one.
                return frequency, filters[-1:]
        if self.scan_type == "BASIC" and repository.scanning_configuration.get("scanOnPush", False):
            return "SCAN_ON_PUSH", []
        return "MANUAL", []

    def last_started(self, image: StoredImage) -> datetime | None:
        """Return when the last scan of an image began."""
        return image.states.of(ImageScans).started.get(self.scan_type)

    def start(self, image: StoredImage, now: datetime) -> None:
        """Begin to scan an image."""
        image.states.of(ImageScans).started[self.scan_type] = now

    def result_of(
        self, repository: Repository, image: StoredImage, now: datetime
    ) -> ScanResult | None:
        """Return the result of the last scan of an image, `None` if there was no scan."""
        started, found = self.last_started(image), image.states.of(ImageScans).findings
        if found is not None and (started is None or found.set_at >= started):
            completed_at = found.set_at
        elif started is None:
            return None
        else:
            completed_at = started + BACKGROUND_TIME
            if now < completed_at:
                return ScanResult("IN_PROGRESS" if self.scan_type == "BASIC" else "PENDING")
        status = None if found is None else found.status
        if status is None:
            is_continuous = self.frequency_of(repository)[0] == "CONTINUOUS_SCAN"
            status = "ACTIVE" if is_continuous else "COMPLETE"
            if found is None and not image.manifest.is_container_image:
                status = "UNSUPPORTED_IMAGE"
        found = found or _NOTHING_FOUND
        return ScanResult(
            status,
            found.description or _DESCRIPTIONS.get(status),
            completed_at,
            found.findings,
            found.enhanced_findings,
        )


def scan_on_push(repository: Repository, image: StoredImage, now: datetime) -> None:
    """Begin to scan an image that was pushed, if its repository is scanned on push."""
    configuration = repository.registry.states.of(ScanningConfiguration)
    if configuration.frequency_of(repository)[0] != "MANUAL":
        _scan_once(configuration, image, now)


def scan_continuously(registry: Registry, now: datetime) -> None:
    """Begin to scan the images that exist, where scans are continuous."""
    configuration = registry.states.of(ScanningConfiguration)
    for repository in registry.repositories.values():
        if configuration.frequency_of(repository)[0] == "CONTINUOUS_SCAN":
            for image in repository.images:
                _scan_once(configuration, image, now)


def _scan_once(configuration: ScanningConfiguration, image: StoredImage, now: datetime) -> None:
    # An index has nothing to scan: the images that it lists are scanned instead.
    if configuration.last_started(image) is None and not image.manifest.is_index:
        configuration.start(image, now)


def _covers(pattern: str, repository_name: str) -> bool:
    """Return whether a filter covers a repository; without a wildcard it matches any part."""
    return matches(pattern if "*" in pattern else f"*{pattern}*", repository_name)
