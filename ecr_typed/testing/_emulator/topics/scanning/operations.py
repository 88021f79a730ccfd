"""Configure scanning, start scans, and read their findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.images import with_digest
from ecr_typed.testing._emulator.registry.pages import paginate_as_given
from ecr_typed.testing._emulator.topics.scanning.scans import (
    BASIC_SCAN_INTERVAL,
    ScanningConfiguration,
    ScanResult,
    scan_continuously,
)

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository

_FREQUENCIES: Mapping[str, frozenset[str]] = {
    "BASIC": frozenset({"SCAN_ON_PUSH", "MANUAL"}),
    "ENHANCED": frozenset({"SCAN_ON_PUSH", "CONTINUOUS_SCAN"}),
}


def get_registry_scanning_configuration(call: Call) -> Response:
    """Return the type of scanning and its rules."""
    return {"registryId": call.account_id, "scanningConfiguration": _configuration(call.registry)}


def put_registry_scanning_configuration(call: Call) -> Response:
    """Replace the type of scanning and its rules; what is left out gets its default."""
    scan_type: str = call.parameters.get("scanType", "BASIC")
    rules: list[dict[str, Any]] = call.parameters.get("rules", [])
    for position, rule in enumerate(rules, 1):
        if rule["scanFrequency"] not in _FREQUENCIES[scan_type]:
            allowed = ", ".join(sorted(_FREQUENCIES[scan_type]))
            raise invalid(
                f"rules.{position}.member.scanFrequency",
                f"must be one of [{allowed}] when scanType is {scan_type}",
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
        raise ServiceError("ValidationException", "This feature is disabled")
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
    page, next_token = paginate_as_given(
        call,
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
            f"An artifact with media type '{image.manifest.media_type}' cannot be scanned. "
            "For more information, see the Amazon ECR documentation.",
        )
    if image.storage.status(now) != "ACTIVE":
        raise ServiceError(
            "ImageArchivedException",
            f"The image with digest '{image.digest}' is archived and cannot be scanned",
        )


def _quota_exceeded(code: str) -> ServiceError:
    """Return the error of a second scan: both have been reported of AWS."""
    if code == "ThrottlingException":
        return ServiceError(code, "Rate exceeded")
    return ServiceError(code, "The scan quota per image has been exceeded. Wait and try again.")


def _no_scan(repository: Repository, image_id: Mapping[str, str]) -> ServiceError:
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    return ServiceError(
        "ScanNotFoundException",
        f"Image scan does not exist for the image with '{{imageDigest:'{digest}', "
        f"imageTag:'{tag}'}}' in the {repository.place}",
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
