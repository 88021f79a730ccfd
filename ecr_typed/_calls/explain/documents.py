"""Refused documents and names: what is known to be wrong in them, by its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from ecr_typed._errors import EcrError

_ARN: Final = re.compile(r"arn:[^:]+:ecr:[^:]*:[^:]*:repository/(.+)")
_WITH_TAG: Final = re.compile(r"([^.:@]+)[:@][^/]+")
"""A name as in `team/app:v1`. Hosts, which have dots and ports, are left to the parser of URIs."""

_Check = Callable[[str, Any], Iterable[object]]
"""Returns the problems of a document's text; the request may say more about it."""


def _lifecycle_policy(text: str, _: Any) -> Iterable[object]:
    from ecr_typed.documents import LifecyclePolicy

    return LifecyclePolicy.from_text(text).problems()


def _repository_policy(text: str, _: Any) -> Iterable[object]:
    from ecr_typed.documents import PolicyDocument

    return PolicyDocument.from_text(text).problems("repository")


def _registry_policy(text: str, _: Any) -> Iterable[object]:
    from ecr_typed.documents import PolicyDocument

    return PolicyDocument.from_text(text).problems("registry")


def _manifest(text: str, request: Any) -> Iterable[object]:
    from ecr_typed.documents import parse_manifest

    return parse_manifest(text, request.image_manifest_media_type).problems()


_TEMPLATE: Final[Mapping[str, _Check]] = {
    "lifecycle_policy": _lifecycle_policy,
    "repository_policy": _repository_policy,
}
_CHECKS: Final[Mapping[str, Mapping[str, _Check]]] = {
    "CreateRepositoryCreationTemplate": _TEMPLATE,
    "PutImage": {"image_manifest": _manifest},
    "PutLifecyclePolicy": {"lifecycle_policy_text": _lifecycle_policy},
    "PutRegistryPolicy": {"policy_text": _registry_policy},
    "SetRepositoryPolicy": {"policy_text": _repository_policy},
    "StartLifecyclePolicyPreview": {"lifecycle_policy_text": _lifecycle_policy},
    "UpdateRepositoryCreationTemplate": _TEMPLATE,
}


def explain_documents(operation_name: str, request: attrs.AttrsInstance) -> Iterator[str]:
    """Return what is known to be wrong in the documents of a refused request."""
    for argument, check in _CHECKS.get(operation_name, {}).items():
        text: object = getattr(request, argument)
        if not isinstance(text, str) or not text:
            continue
        try:
            problems = list(check(text, request))
        except EcrError as error:
            problems = [error.message]
        yield from (f"{argument}: {problem}" for problem in problems)


def explain_names(request: Any) -> Iterator[str]:
    """Return which arguments of a refused request mistake a name for an ARN, a URI or an image."""
    yield from _explain_uris(request)
    for argument, text in _names(request):
        if argument.endswith("image_tag"):
            continue
        if found := _ARN.fullmatch(text):
            yield f"{argument} is an ARN. Pass the repository's name: {found[1]!r}."
        elif found := _WITH_TAG.fullmatch(text):
            yield f"{argument} has a tag or a digest. The repository's name is {found[1]!r}."
    resource_arn: object = getattr(request, "resource_arn", None)
    if isinstance(resource_arn, str) and not resource_arn.startswith("arn:"):
        yield (
            "resource_arn is no ARN. Pass the `repository_arn` of the repository, which "
            "describe_repositories and create_repository return."
        )


def _explain_uris(request: Any) -> Iterator[str]:
    from ecr_typed.documents import ImageReference

    for argument, text in _names(request):
        if ".dkr" not in text or "/" not in text:
            continue
        try:
            reference = ImageReference.parse(text)
        except EcrError:
            continue
        parts = {
            "registry_id": reference.registry_id,
            "repository_name": reference.repository_name,
            "image_tag": reference.image_tag,
            "image_digest": reference.image_digest,
        }
        found = ", ".join(f"{name}={value!r}" for name, value in parts.items() if value)
        yield (
            f"{argument} is an image's URI: ImageReference.parse(...) of ecr_typed.documents takes it "
            f"apart, here into {found} in region {reference.region_name}."
        )


def _names(request: Any) -> Iterator[tuple[str, str]]:
    """Return the texts of a request that name a repository or an image, by their arguments."""
    yield "repository_name", getattr(request, "repository_name", None) or ""
    for place, name in enumerate(getattr(request, "repository_names", None) or ()):
        yield f"repository_names[{place}]", name
    yield "image_id.image_tag", getattr(getattr(request, "image_id", None), "image_tag", None) or ""
    for place, image in enumerate(getattr(request, "image_ids", None) or ()):
        yield f"image_ids[{place}].image_tag", image.image_tag or ""
