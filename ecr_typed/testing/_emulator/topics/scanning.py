"""Scanning: its configuration, the scans of images, and their findings.

A scan takes a second of the emulator's clock. Its findings are those that a test has set, else
none. The scans of basic and of enhanced scanning are kept apart: a registry that switches from one
to the other does not see the scans of the other.
"""

from __future__ import annotations

from collections import (
    Counter,
)
from collections.abc import (
    Mapping,
)
from dataclasses import (
    dataclass,
    field,
)
from datetime import (
    UTC,
    datetime,
    timedelta,
)
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
)

from ecr_typed.testing._emulator.registry.clock import (
    BACKGROUND_TIME,
)
from ecr_typed.testing._emulator.registry.errors import (
    ServiceError,
    invalid,
)
from ecr_typed.testing._emulator.registry.images import (
    with_digest,
)
from ecr_typed.testing._emulator.registry.matching import (
    matches,
)
from ecr_typed.testing._emulator.texts import constraints, refusals

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import (
        Call,
        Response,
    )
    from ecr_typed.testing._emulator.registry.images import (
        StoredImage,
    )
    from ecr_typed.testing._emulator.registry.repositories import (
        Registry,
        Repository,
    )

BASIC_SCAN_INTERVAL: Final = timedelta(hours=24)
# Of several rules that match, ECR enforces the one that scans the most.
_FREQUENCIES = ("CONTINUOUS_SCAN", "SCAN_ON_PUSH", "MANUAL")
_ALLOWED_FREQUENCIES: Mapping[str, frozenset[str]] = {
    "BASIC": frozenset({"SCAN_ON_PUSH", "MANUAL"}),
    "ENHANCED": frozenset({"SCAN_ON_PUSH", "CONTINUOUS_SCAN"}),
}
_DESCRIPTIONS = {
    "COMPLETE": refusals.SCAN_COMPLETE(),
    "PENDING": refusals.SCAN_PENDING(),
    "ACTIVE": refusals.SCAN_CONTINUOUS(),
    "UNSUPPORTED_IMAGE": refusals.SCAN_UNSUPPORTED(),
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


def get_registry_scanning_configuration(call: Call) -> Response:
    """Return the type of scanning and its rules."""
    return {"registryId": call.account_id, "scanningConfiguration": _configuration(call.registry)}


def put_registry_scanning_configuration(call: Call) -> Response:
    """Replace the type of scanning and its rules; what is left out gets its default."""
    scan_type: str = call.parameters.get("scanType", "BASIC")
    rules: list[dict[str, Any]] = call.parameters.get("rules", [])
    for position, rule in enumerate(rules, 1):
        if rule["scanFrequency"] not in _ALLOWED_FREQUENCIES[scan_type]:
            allowed = ", ".join(sorted(_ALLOWED_FREQUENCIES[scan_type]))
            raise invalid(
                f"rules.{position}.member.scanFrequency",
                constraints.OTHER_FREQUENCY(allowed=allowed, scan_type=scan_type),
            )
    configuration = call.registry.states.of(ScanningConfiguration)
    configuration.scan_type, configuration.rules = scan_type, rules
    scan_continuously(call.registry, call.now)
    return {"registryScanningConfiguration": _configuration(call.registry)}


def batch_get_repository_scanning_configuration(call: Call) -> Response:
    """Return when repositories are scanned; a name that does not exist is a failure."""
    registry = call.registry
    names = dict.fromkeys(call.parameters["repositoryNames"])
    return {
        "scanningConfigurations": [
            _repository_configuration(registry, registry.repository(name))
            for name in names
            if name in registry.repositories
        ],
        "failures": [
            {
                "repositoryName": name,
                "failureCode": "REPOSITORY_NOT_FOUND",
                "failureReason": "REPOSITORY_NOT_FOUND",
            }
            for name in names
            if name not in registry.repositories
        ],
    }


def put_image_scanning_configuration(call: Call) -> Response:
    """Set whether a repository is scanned on push; rules of the registry come first."""
    repository = call.repository()
    configuration = {"scanOnPush": False, **call.parameters["imageScanningConfiguration"]}
    repository.scanning_configuration = configuration
    return {**repository.names, "imageScanningConfiguration": configuration}


def start_image_scan(call: Call) -> Response:
    """Begin a basic scan of an image, at most once in 24 hours."""
    repository = call.repository()
    image = repository.image(call.parameters["imageId"])
    configuration, now = call.registry.states.of(ScanningConfiguration), call.now
    if configuration.scan_type == "ENHANCED":
        raise ServiceError("ValidationException", refusals.FEATURE_DISABLED())
    _check_scannable(image, now)
    last_started = configuration.last_started(image)
    if last_started is not None and now < last_started + BASIC_SCAN_INTERVAL:
        raise _quota_exceeded(call.registries.options.repeated_scan_error)
    configuration.start(image, now)
    return {**_subject(call, repository, image), "imageScanStatus": {"status": "IN_PROGRESS"}}


def describe_image_scan_findings(call: Call) -> Response:
    """Return the findings of an image by page, and the status of the scan on each page."""
    repository = call.repository()
    image = repository.image(call.parameters["imageId"])
    configuration = call.registry.states.of(ScanningConfiguration)
    result = configuration.result_of(repository, image, call.now)
    if result is None:
        raise _no_scan(repository, call.parameters["imageId"])
    status = {"status": result.status}
    if result.description is not None:
        status["description"] = result.description
    response = {**_subject(call, repository, image), "imageScanStatus": status}
    page, next_token = call.paginate_as_given(
        [
            *(("findings", each) for each in result.findings),
            *(("enhancedFindings", each) for each in result.enhanced_findings),
        ],
    )
    if result.has_findings:
        is_enhanced = configuration.scan_type == "ENHANCED" or bool(result.enhanced_findings)
        # The list of the kind of scanning is returned even if it is empty.
        lists: dict[str, list[Any]] = {"enhancedFindings" if is_enhanced else "findings": []}
        for kind, finding in page:
            lists.setdefault(kind, []).append(finding)
        response["imageScanFindings"] = {**_summary(result), **lists}
    return {**response, **next_token}


def _check_scannable(image: StoredImage, now: datetime) -> None:
    if image.manifest.is_index:
        raise ServiceError(
            "UnsupportedImageTypeException",
            refusals.UNSUPPORTED_IMAGE_TYPE(media_type=image.manifest.media_type),
        )
    if image.storage.status(now) != "ACTIVE":
        raise ServiceError(
            "ImageArchivedException",
            refusals.IMAGE_IS_ARCHIVED(digest=image.digest),
        )


def _quota_exceeded(code: str) -> ServiceError:
    """Return the error of a second scan: both have been reported of AWS."""
    if code == "ThrottlingException":
        return ServiceError(code, refusals.RATE_EXCEEDED())
    return ServiceError(code, refusals.SCAN_QUOTA_EXCEEDED())


def _no_scan(repository: Repository, image_id: Mapping[str, str]) -> ServiceError:
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    return ServiceError(
        "ScanNotFoundException",
        refusals.SCAN_NOT_FOUND(digest=digest, tag=tag, place=repository.place),
    )


def _configuration(registry: Registry) -> dict[str, Any]:
    configuration = registry.states.of(ScanningConfiguration)
    return {"scanType": configuration.scan_type, "rules": configuration.rules}


def _repository_configuration(registry: Registry, repository: Repository) -> dict[str, Any]:
    frequency, filters = registry.states.of(ScanningConfiguration).frequency_of(repository)
    return {
        "repositoryArn": repository.arn,
        "repositoryName": repository.name,
        "scanOnPush": frequency == "SCAN_ON_PUSH",
        "scanFrequency": frequency,
        "appliedScanFilters": filters,
    }


def _subject(call: Call, repository: Repository, image: StoredImage) -> dict[str, Any]:
    return {
        **repository.names,
        "imageId": with_digest(call.parameters["imageId"], image),
    }


def _summary(result: ScanResult) -> dict[str, Any]:
    findings = (*result.findings, *result.enhanced_findings)
    return {
        "imageScanCompletedAt": result.completed_at,
        "vulnerabilitySourceUpdatedAt": result.completed_at,
        "findingSeverityCounts": Counter(each.get("severity", "UNDEFINED") for each in findings),
    }


def _scan_once(configuration: ScanningConfiguration, image: StoredImage, now: datetime) -> None:
    # An index has nothing to scan: the images that it lists are scanned instead.
    if configuration.last_started(image) is None and not image.manifest.is_index:
        configuration.start(image, now)


def _covers(pattern: str, repository_name: str) -> bool:
    """Return whether a filter covers a repository; without a wildcard it matches any part."""
    return matches(pattern if "*" in pattern else f"*{pattern}*", repository_name)
