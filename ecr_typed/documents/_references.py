"""Image references, as container tools use them."""

from __future__ import annotations

import re
from typing import Any, Self

import attrs

from ecr_typed import models
from ecr_typed.documents._problems import refuse

# `dkr.ecr` is for IPv4, and `dkr-ecr` for IPv4 and IPv6. Each partition has its own domain. AWS adds
# partitions, so any domain is accepted.
_HOST = re.compile(
    r"(?P<registry_id>[0-9]{12})\.dkr[.-]ecr(?:-fips)?"
    r"\.(?P<region_name>[a-z0-9]+(?:-[a-z0-9]+)+)(?:\.[a-z0-9-]+){2,}"
)
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._-]+|/)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_DIGEST = re.compile(r"(?!sha256:)[A-Za-z0-9_+.-]+:[A-Fa-f0-9]+|sha256:[a-f0-9]{64}")

_FORM = (
    "<account>.dkr.ecr.<region>.amazonaws.com/<repository>, optionally with :<tag> and @<digest>"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")


def _check(pattern: re.Pattern[str], allowed: str) -> Any:
    def check(_: ImageReference, attribute: attrs.Attribute[str], value: str | None) -> None:
        if value is None and attribute.default is None:
            return
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise refuse(attribute.name, value, allowed)

    return check


@attrs.frozen(kw_only=True, order=False)
class ImageReference:
    """A reference to an image in Amazon ECR, as used by Docker and Kubernetes.

    Parse one with `ImageReference.parse`; `str(reference)` returns the text again. A reference
    without tag and digest names a repository, like `Repository.repository_uri`.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
    """

    registry_host: str = attrs.field(validator=_check(_HOST, "the host of a registry of ECR"))
    """The host of the registry, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com`."""

    repository_name: str = attrs.field(validator=_check(_REPOSITORY, "a repository's name"))
    """The repository's name, including its namespace, as in `team/app`."""

    image_tag: str | None = attrs.field(default=None, validator=_check(_TAG, "a tag"))
    """The image's tag."""

    image_digest: str | None = attrs.field(default=None, validator=_check(_DIGEST, "a digest"))
    """The digest of the image's manifest, such as `sha256:...`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse an image reference.

        Args:
            text: The reference, such as
                `123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:v1`. The hosts of all
                partitions, FIPS endpoints and dual-stack endpoints are accepted.

        Returns:
            The reference.

        Raises:
            EcrRequestError: The text is not a reference to an image in Amazon ECR.
        """
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
            raise refuse("text", text, _FORM)
        host, slash, path = text.partition("/")
        if not slash or not _HOST.fullmatch(host):
            raise refuse("text", text, _FORM, _why_no_host(text, host))
        named, at, digest = path.partition("@")
        repository, colon, tag = named.partition(":")
        for part, pattern, why in (
            (repository, _REPOSITORY, _why_no_repository(repository)),
            (tag if colon else None, _TAG, f"{tag!r} is not a tag"),
            (digest if at else None, _DIGEST, _why_no_digest(digest)),
        ):
            if part is not None and not pattern.fullmatch(part):
                raise refuse("text", text, _FORM, why)
        return cls(
            registry_host=host,
            repository_name=repository,
            image_tag=tag if colon else None,
            image_digest=digest if at else None,
        )

    @property
    def registry_id(self) -> str:
        """The account id of the registry."""
        return self._host_part("registry_id")

    @property
    def region_name(self) -> str:
        """The region of the registry."""
        return self._host_part("region_name")

    def _host_part(self, name: str) -> str:
        found = _HOST.fullmatch(self.registry_host)
        assert found is not None  # noqa: S101  # the validator has checked it
        return found[name]

    @property
    def image_id(self) -> models.ImageIdentifier | None:
        """The image's identifier, with tag and digest. None if the reference has neither."""
        if self.image_tag is None and self.image_digest is None:
            return None
        return models.ImageIdentifier(image_tag=self.image_tag, image_digest=self.image_digest)

    def __str__(self) -> str:
        tag = "" if self.image_tag is None else f":{self.image_tag}"
        digest = "" if self.image_digest is None else f"@{self.image_digest}"
        return f"{self.registry_host}/{self.repository_name}{tag}{digest}"


def _why_no_host(text: str, host: str) -> str:
    if scheme := _SCHEME.match(text):
        return f"remove {scheme[0]!r}"
    if text.startswith("arn:"):
        return "this is an ARN: use the repository_uri of the repository"
    if host in {"public.ecr.aws", "ecr-public.aws.com"}:
        return "Amazon ECR Public is another service"
    if "/" in text and "." in host:
        return f"{host!r} is not the host of a private ECR registry"
    return "the host of the registry is missing"


def _why_no_repository(name: str) -> str:
    if name != name.lower():
        return f"{name!r} has upper-case letters, which repository names can't have"
    return f"{name!r} is not a repository name"


def _why_no_digest(digest: str) -> str:
    if digest.startswith("sha256:"):
        return f"{digest!r} is not a digest: 'sha256:' must be followed by 64 digits of 0-9 and a-f"
    return f"{digest!r} is not a digest"
