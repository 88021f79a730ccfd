"""Scans: which repositories are scanned when, and what the scan of an image has come to.

A scan takes a second of the emulator's clock. What it finds is what a test has set, else nothing.
The scans of basic and of enhanced scanning are kept apart: a registry that switches from one to
the other doesn't see those of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.registry.matching import fits
from ecr_typed.testing._emulator.registry.scheduler import BACKGROUND_TIME

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.repositories import EcrBackend, EcrRepository

BASIC_SCAN_INTERVAL: Final = timedelta(hours=24)
# Of several rules that fit, the one that scans the most is enforced.
_FREQUENCIES = ("CONTINUOUS_SCAN", "SCAN_ON_PUSH", "MANUAL")
_DESCRIPTIONS = {
    "COMPLETE": "The scan was completed successfully.",
    "ACTIVE": "Continuous scan is selected for image.",
}
_WITH_FINDINGS = frozenset(_DESCRIPTIONS)


@dataclass(frozen=True, slots=True)
class FindingsSet:
    """What a test has set for an image."""

    set_at: datetime
    findings: tuple[dict[str, Any], ...]
    enhanced_findings: tuple[dict[str, Any], ...]
    status: str | None
    description: str | None


_NOTHING_FOUND = FindingsSet(datetime.min.replace(tzinfo=UTC), (), (), None, None)


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan has come to."""

    status: str
    description: str | None = None
    completed_at: datetime | None = None
    findings: tuple[dict[str, Any], ...] = ()
    enhanced_findings: tuple[dict[str, Any], ...] = ()

    @property
    def has_findings(self) -> bool:
        """Whether findings are answered at all, be they none."""
        return self.status in _WITH_FINDINGS or bool(self.findings or self.enhanced_findings)


@dataclass(slots=True)
class ScanningState:
    """A registry's scanning configuration, and the scans of its images."""

    scan_type: str = "BASIC"
    rules: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    started: dict[tuple[str, StoredImage], datetime] = field(
        default_factory=dict[tuple[str, StoredImage], datetime]
    )
    """When the last scan of an image began, by the type of scanning."""
    findings: dict[StoredImage, FindingsSet] = field(default_factory=dict[StoredImage, FindingsSet])

    def frequency_of(self, repository: EcrRepository) -> tuple[str, list[dict[str, str]]]:
        """Tell when a repository is scanned, and the filter that says so, if one does."""
        for frequency in _FREQUENCIES:
            filters = [
                each
                for rule in self.rules
                if rule["scanFrequency"] == frequency
                for each in rule["repositoryFilters"]
                if _covers(each["filter"], repository.name)
            ]
            if filters:
                # Of several that fit, the service names the last.
                return frequency, filters[-1:]
        # moto declares another type than it keeps.
        own: Any = repository.image_scanning_configuration
        if self.scan_type == "BASIC" and own.get("scanOnPush", False):
            return "SCAN_ON_PUSH", []
        return "MANUAL", []

    def last_started(self, image: StoredImage) -> datetime | None:
        """Tell when the last scan of an image began."""
        return self.started.get((self.scan_type, image))

    def start(self, image: StoredImage, now: datetime) -> None:
        """Begin to scan an image."""
        self.started[self.scan_type, image] = now

    def result_of(
        self, repository: EcrRepository, image: StoredImage, now: datetime
    ) -> ScanResult | None:
        """Tell what the last scan of an image has come to; `None` if there was none."""
        started, found = self.last_started(image), self.findings.get(image)
        if found is not None and (started is None or found.set_at >= started):
            completed_at = found.set_at
        elif started is None:
            return None
        else:
            completed_at = started + BACKGROUND_TIME
            if now < completed_at:
                return ScanResult("IN_PROGRESS" if self.scan_type == "BASIC" else "PENDING")
        found = found or _NOTHING_FOUND
        is_continuous = self.frequency_of(repository)[0] == "CONTINUOUS_SCAN"
        status = found.status or ("ACTIVE" if is_continuous else "COMPLETE")
        return ScanResult(
            status,
            found.description or _DESCRIPTIONS.get(status),
            completed_at,
            found.findings,
            found.enhanced_findings,
        )


def scan_on_push(
    registry: EcrBackend, repository: EcrRepository, image: StoredImage, now: datetime
) -> None:
    """Begin to scan an image that was pushed, if its repository is scanned then."""
    state = registry.state(ScanningState)
    if state.frequency_of(repository)[0] != "MANUAL":
        _scan_for_the_first_time(state, image, now)


def scan_continuously(registry: EcrBackend, now: datetime) -> None:
    """Begin to scan what is there already, where scans are continuous."""
    state = registry.state(ScanningState)
    for repository in map(registry.repository, registry.repositories):
        if state.frequency_of(repository)[0] == "CONTINUOUS_SCAN":
            for image in repository.contents.images:
                _scan_for_the_first_time(state, image, now)


def _scan_for_the_first_time(state: ScanningState, image: StoredImage, now: datetime) -> None:
    # An index has nothing to scan: the images that it lists are scanned instead.
    if state.last_started(image) is None and not image.manifest.is_index:
        state.start(image, now)


def _covers(pattern: str, repository_name: str) -> bool:
    """Tell whether a filter covers a repository; one without a wildcard fits any part of a name."""
    return fits(pattern if "*" in pattern else f"*{pattern}*", repository_name)
