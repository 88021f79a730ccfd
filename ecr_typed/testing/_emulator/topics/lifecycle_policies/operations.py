"""Put, get and delete lifecycle policies, and preview what they would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.rewriting import rewrite_lifecycle_policy
from ecr_typed.testing._emulator.texts import refusals
from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import read_rules
from ecr_typed.testing._emulator.topics.lifecycle_policies.evaluation import (
    Outcome,
    evaluate,
    storage_class_of,
)

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.images import ImageStore
    from ecr_typed.testing._emulator.registry.repositories import Repository

PREVIEW_DURATION = timedelta(seconds=5)
# The time that the service returns for a policy that it has not evaluated yet.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecyclePreview:
    """A preview: its results are fixed when it begins, and returned when it is complete."""

    policy_text: str
    complete_at: datetime
    results: list[dict[str, Any]] | None

    @classmethod
    def begin(cls, policy_text: str, images: ImageStore, now: datetime) -> LifecyclePreview:
        """Evaluate a policy on the images that exist."""
        results: list[dict[str, Any]] | None = None
        try:
            rules = read_rules(policy_text)
        except ServiceError:
            # A template gives its repositories a policy that nothing has checked.
            pass
        else:
            results = [_result(outcome, now) for outcome in evaluate(rules, images, now)]
        return cls(policy_text=policy_text, complete_at=now + PREVIEW_DURATION, results=results)

    def status(self, now: datetime) -> Literal["IN_PROGRESS", "COMPLETE", "FAILED"]:
        """Return the status of the preview."""
        if now < self.complete_at:
            return "IN_PROGRESS"
        return "FAILED" if self.results is None else "COMPLETE"


@dataclass(slots=True)
class RepositoryPreview:
    """The last preview of a repository's lifecycle policy."""

    last: LifecyclePreview | None = None


def put_lifecycle_policy(call: Call) -> Response:
    """Set the policy of a repository."""
    repository = call.repository()
    text: str = call.parameters["lifecyclePolicyText"]
    read_rules(text)
    repository.lifecycle_policy = rewrite_lifecycle_policy(text)
    repository.lifecycle_evaluated_at = None
    return {**repository.names, "lifecyclePolicyText": repository.lifecycle_policy}


def get_lifecycle_policy(call: Call) -> Response:
    """Return the policy of a repository."""
    return _policy(call.repository())


def delete_lifecycle_policy(call: Call) -> Response:
    """Delete the policy of a repository, and return it."""
    repository = call.repository()
    response = _policy(repository)
    repository.lifecycle_policy = None
    return response


def start_lifecycle_policy_preview(call: Call) -> Response:
    """Begin a preview of a policy, or of the policy that the repository has.

    The captured response of a preview has the text as it was sent, unlike those of policies.
    """
    repository = call.repository()
    now = call.now
    text: str | None = call.parameters.get("lifecyclePolicyText")
    if text is None:
        text = _policy_text(repository)
    else:
        read_rules(text)
    states = repository.states.of(RepositoryPreview)
    if states.last is not None and states.last.status(now) == "IN_PROGRESS":
        raise ServiceError(
            "LifecyclePolicyPreviewInProgressException",
            refusals.PREVIEW_IN_PROGRESS(place=repository.place),
        )
    preview = LifecyclePreview.begin(text, repository.images, now)
    states.last = preview
    return {
        **repository.names,
        "lifecyclePolicyText": text,
        "status": preview.status(now),
    }


def get_lifecycle_policy_preview(call: Call) -> Response:
    """Return the status of the last preview, and its results by page once it is complete."""
    parameters = call.parameters
    repository = call.repository()
    if "imageIds" in parameters:
        call.refuse_paging("imageIds")
    preview = repository.states.of(RepositoryPreview).last
    if preview is None:
        raise ServiceError(
            "LifecyclePolicyPreviewNotFoundException",
            refusals.PREVIEW_NOT_FOUND(place=repository.place),
        )
    status = preview.status(call.now)
    found = preview.results if status == "COMPLETE" and preview.results is not None else []
    # The results are in the order in which the rules would select the images.
    page, next_token = call.paginate_as_given(
        [result for result in found if _passes(result, parameters)]
    )
    return {
        **repository.names,
        "lifecyclePolicyText": preview.policy_text,
        "status": status,
        "previewResults": page,
        **({"summary": _summary(found)} if status == "COMPLETE" else {}),
        **next_token,
    }


def _result(outcome: Outcome, now: datetime) -> dict[str, Any]:
    image, rule = outcome.image, outcome.rule
    transition = {"targetStorageClass": "ARCHIVE"} if rule.action == "TRANSITION" else {}
    return {
        **({"imageTags": list(image.tags)} if image.tags else {}),
        "imageDigest": image.digest,
        "imagePushedAt": image.pushed_at,
        "action": {"type": rule.action, **transition},
        "appliedRulePriority": rule.priority,
        "storageClass": storage_class_of(image, now),
    }


def _passes(result: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    tags: list[str] = result.get("imageTags", [])
    tag_status = parameters.get("filter", {}).get("tagStatus", "ANY")
    if tag_status not in {"ANY", "TAGGED" if tags else "UNTAGGED"}:
        return False
    image_ids: list[dict[str, str]] | None = parameters.get("imageIds")
    return image_ids is None or any(
        image_id
        and image_id.get("imageDigest", result["imageDigest"]) == result["imageDigest"]
        and ("imageTag" not in image_id or image_id["imageTag"] in tags)
        for image_id in image_ids
    )


def _summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of all results, whatever the filter is."""
    expiring = sum(result["action"]["type"] == "EXPIRE" for result in results)
    archiving = len(results) - expiring
    counts = [{"targetStorageClass": "ARCHIVE", "imageTotalCount": archiving}]
    return {
        "expiringImageTotalCount": expiring,
        **({"transitioningImageTotalCounts": counts} if archiving else {}),
    }


def _policy(repository: Repository) -> dict[str, Any]:
    return {
        **repository.names,
        "lifecyclePolicyText": _policy_text(repository),
        "lastEvaluatedAt": repository.lifecycle_evaluated_at or _NEVER,
    }


def _policy_text(repository: Repository) -> str:
    if not repository.lifecycle_policy:
        raise ServiceError(
            "LifecyclePolicyNotFoundException",
            refusals.LIFECYCLE_POLICY_NOT_FOUND(place=repository.place),
        )
    return repository.lifecycle_policy
