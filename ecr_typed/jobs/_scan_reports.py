"""What is known of scans: one shape for what basic and enhanced scanning find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, cast

import attrs

from ecr_typed import (
    ArgumentProblem,
    EcrRequestError,
    EnhancedImageScanFinding,
    ImageScanFinding,
    Pager,
    ScanStatus,
)
from ecr_typed.jobs._tables import Column, cut, html_table, text_table

MAY_FIND: Final = (ScanStatus.COMPLETE, ScanStatus.ACTIVE)
"""The statuses in which there are findings, or will be."""

_COLUMNS: Final = (Column("severity"), Column("vulnerabilities", is_number=True))


class Severity(StrEnum):
    """How severe a vulnerability is. Severities can be compared: `severity >= Severity.HIGH`.

    The right side may also be a text or a `FindingSeverity`, as in `severity >= "HIGH"`.

    A severity that this release does not know is `UNDEFINED`, which is below all others: a gate
    that must let nothing unknown pass refuses `UNDEFINED`, too.
    """

    UNDEFINED = "UNDEFINED"
    """The scanner gave no severity, or one that this release does not know."""

    UNTRIAGED = "UNTRIAGED"
    """It was not assessed yet."""

    INFORMATIONAL = "INFORMATIONAL"
    """It is a piece of information."""

    LOW = "LOW"
    """It is of low severity."""

    MEDIUM = "MEDIUM"
    """It is of medium severity."""

    HIGH = "HIGH"
    """It is of high severity."""

    CRITICAL = "CRITICAL"
    """It is critical."""

    @classmethod
    def of(cls, text: str | None) -> Severity:
        """Return the severity that a text of the service stands for.

        Args:
            text: The text, or None.

        Returns:
            The severity, `UNDEFINED` for what is not known.
        """
        return cls.__members__.get((text or "").upper(), cls.UNDEFINED)

    def __lt__(self, other: str) -> bool:
        return _rank(self) < _rank(other)

    def __le__(self, other: str) -> bool:
        return _rank(self) <= _rank(other)

    def __gt__(self, other: str) -> bool:
        return _rank(self) > _rank(other)

    def __ge__(self, other: str) -> bool:
        return _rank(self) >= _rank(other)


_RANKS: Final[Mapping[str, int]] = {severity: rank for rank, severity in enumerate(Severity)}


def _rank(severity: str) -> int:
    """Return how severe a severity is; the service may have some that are not known."""
    if not isinstance(cast("object", severity), str):
        raise TypeError(f"a Severity can't be compared with {severity!r}")
    return _RANKS[Severity.of(severity)]


class ScanKind(StrEnum):
    """The scanner that a report is from."""

    BASIC = "BASIC"
    """ECR's own scanner."""

    ENHANCED = "ENHANCED"
    """Amazon Inspector."""


@attrs.frozen(kw_only=True)
class Vulnerability:
    """A vulnerability of a package in an image."""

    name: str
    """Its name, usually a CVE number."""

    severity: Severity
    """How severe it is."""

    package_name: str | None = None
    """The package; the first one if it concerns several."""

    package_version: str | None = None
    """The package's version in the image."""

    fixed_in: str | None = None
    """The version that fixes it; None if there is none or the scanner does not say."""

    score: float | None = None
    """The CVSS score, from 0 to 10."""

    url: str | None = None
    """A page about it."""

    description: str | None = None
    """What it is."""

    finding: ImageScanFinding | EnhancedImageScanFinding = attrs.field(repr=False)
    """The finding as the service returned it."""


@attrs.frozen(kw_only=True)
class ScanReport:
    """What is known of an image's scan. `str(report)` is a table of what was found."""

    NO_SCAN: ClassVar[ScanStatus] = ScanStatus("NO_SCAN")
    """The status of an image that was not scanned."""

    status: ScanStatus
    """The scan's status; `ScanReport.NO_SCAN` for an image that was not scanned."""

    description: str | None = None
    """What the service says about the status."""

    kind: ScanKind | None = None
    """The scanner that it is from; None as long as that is not known."""

    completed_at: datetime | None = None
    """When the scan ended, or was last repeated."""

    counts: Mapping[Severity, int] = attrs.field(factory=dict[Severity, int])
    """How many vulnerabilities there are of each severity."""

    _listing: Callable[[], Pager[Any, Any]] | None = attrs.field(
        default=None, repr=False, eq=False, alias="listing"
    )

    @property
    def is_conclusive(self) -> bool:
        """Whether a report without vulnerabilities means that none were found.

        A scan that is pending, or continuous scanning that has just begun, has not looked yet.
        """
        has_looked = self.status in MAY_FIND
        return has_looked and (self.completed_at is not None or any(self.counts.values()))

    @property
    def vulnerabilities(self) -> Iterator[Vulnerability]:
        """All vulnerabilities, page by page; each iteration reads them anew."""
        if self._listing is None:
            return iter(())
        return map(_vulnerability, self._listing())

    def at_least(self, severity: Severity | str) -> int:
        """Count the vulnerabilities from a severity on.

        Args:
            severity: The least severity, or its text, such as `HIGH`.

        Returns:
            How many there are.

        Raises:
            EcrRequestError: `severity` is no `Severity`.
        """
        # A misspelt one must not count as the least.
        if not isinstance(cast("object", severity), str) or severity not in _RANKS:
            allowed = "a Severity, such as Severity.HIGH"
            raise EcrRequestError([ArgumentProblem("severity", repr(severity), allowed)])
        return sum(number for kind, number in self.counts.items() if kind >= severity)

    def __str__(self) -> str:
        # What costs requests, the vulnerabilities, is not in it.
        summary = cut(self._summary())
        return "\n".join((summary, text_table(_COLUMNS, self._rows()))) if self.counts else summary

    def _repr_html_(self) -> str:
        return html_table(self._summary(), _COLUMNS, self._rows())

    def _summary(self) -> str:
        kind = "" if self.kind is None else f" {self.kind.lower()}"
        when = "" if self.completed_at is None else f" of {self.completed_at:%Y-%m-%d %H:%M %Z}"
        if self.is_conclusive:
            count = sum(self.counts.values())
            found = f"{count:,} {'vulnerability' if count == 1 else 'vulnerabilities'}"
        else:
            found = "not conclusive" + (f": {self.description}" if self.description else "")
        return f"{self.status}:{kind} scan{when}, {found}"

    def _rows(self) -> Iterator[Sequence[str]]:
        for severity in sorted(self.counts, reverse=True):
            yield severity.name, f"{self.counts[severity]:,}"

    def __reduce__(self) -> tuple[Any, ...]:
        # The listing calls through a client, which stays where it is.
        return _without_listing, (
            {
                "status": self.status,
                "description": self.description,
                "kind": self.kind,
                "completed_at": self.completed_at,
                "counts": dict(self.counts),
            },
        )


def _without_listing(attributes: dict[str, Any]) -> ScanReport:
    return ScanReport(**attributes)


def _vulnerability(finding: ImageScanFinding | EnhancedImageScanFinding) -> Vulnerability:
    if isinstance(finding, EnhancedImageScanFinding):
        return _of_enhanced(finding)
    details = {attribute.key: attribute.value for attribute in finding.attributes or ()}
    return Vulnerability(
        name=finding.name or "unknown",
        severity=Severity.of(finding.severity),
        package_name=details.get("package_name"),
        package_version=details.get("package_version"),
        fixed_in=details.get("fixed_in_version") or details.get("fixedInVersion"),
        score=_score(details.get("CVSS3_SCORE") or details.get("CVSS2_SCORE")),
        url=finding.uri,
        description=finding.description,
        finding=finding,
    )


def _of_enhanced(finding: EnhancedImageScanFinding) -> Vulnerability:
    details = finding.package_vulnerability_details
    packages = (details.vulnerable_packages if details is not None else None) or ()
    package = packages[0] if packages else None
    name = details.vulnerability_id if details is not None else None
    fixed_in = package.fixed_in_version if package is not None else None
    return Vulnerability(
        name=name or finding.title or "unknown",
        severity=Severity.of(finding.severity),
        package_name=package.name if package is not None else None,
        package_version=package.version if package is not None else None,
        fixed_in=None if fixed_in == "NotAvailable" else fixed_in,
        score=finding.score,
        url=details.source_url if details is not None else None,
        description=finding.description,
        finding=finding,
    )


def _score(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
