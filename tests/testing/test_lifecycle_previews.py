"""StartLifecyclePolicyPreview and GetLifecyclePolicyPreview: what a policy would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.newer import needs

from .answers import code_of, message_of
from .lifecycle_documents import TRANSITION, days, policy, rewritten, rule
from .pushing import index_of, manifest_of, push, push_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    Preview = Callable[..., Any]
    Result = tuple[str, int]


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


@pytest.fixture
def preview(boto3_ecr: ECRClient, passes: Callable[..., None]) -> Preview:
    """Give what previews rules and gives the answer when it is complete."""

    def preview(*rules: Any, **arguments: Any) -> Any:
        boto3_ecr.start_lifecycle_policy_preview(
            repositoryName="app", lifecyclePolicyText=policy(*rules)
        )
        passes(minutes=1)
        answer: Any = boto3_ecr.get_lifecycle_policy_preview(repositoryName="app", **arguments)
        assert answer["status"] == "COMPLETE"
        return answer

    return preview


@pytest.fixture
def push_daily(boto3_ecr: ECRClient, passes: Callable[..., None]) -> Callable[..., list[str]]:
    """Give what pushes an image a day: each argument is the tags of one, oldest first."""

    def push_daily(*tags: str) -> list[str]:
        digests: list[str] = []
        for number, each in enumerate(tags):
            names = each.split()
            digests.append(push(boto3_ecr, name=f"image {number}"))
            for tag in names:
                push(boto3_ecr, tag, name=f"image {number}")
            passes(days=1)
        return digests

    return push_daily


def results(answer: Any) -> list[Result]:
    """Give tags and rule of each result; an untagged image has the tags ''."""
    return [
        (" ".join(each.get("imageTags", [])), each["appliedRulePriority"])
        for each in answer["previewResults"]
    ]


def tagged(*patterns: str, **changes: Any) -> dict[str, Any]:
    """Write the members of a selection by tag patterns."""
    return {"tagStatus": "tagged", "tagPatternList": list(patterns), **changes}


@needs("LifecyclePolicyPreviewResult.storage_class")
def test_a_preview_takes_time(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """IN_PROGRESS has no results yet; COMPLETE has them, and a summary (API reference)."""
    digest = push(boto3_ecr, "v1")
    text = policy(rule(**days("sinceImagePushed", 3)))
    passes(days=4)
    call: Any = boto3_ecr.get_lifecycle_policy_preview
    assert code_of(call, repositoryName="app") == "LifecyclePolicyPreviewNotFoundException"
    started: Any = boto3_ecr.start_lifecycle_policy_preview(
        repositoryName="app", lifecyclePolicyText=text
    )
    del started["ResponseMetadata"]
    assert started == {
        "registryId": account_id,
        "repositoryName": "app",
        "lifecyclePolicyText": text,
        "status": "IN_PROGRESS",
    }
    answer = call(repositoryName="app")
    assert (answer["status"], answer["previewResults"]) == ("IN_PROGRESS", [])
    code = code_of(
        boto3_ecr.start_lifecycle_policy_preview, repositoryName="app", lifecyclePolicyText=text
    )
    assert code == "LifecyclePolicyPreviewInProgressException"
    passes(minutes=1)
    answer = call(repositoryName="app")
    del answer["ResponseMetadata"]
    (result,) = answer.pop("previewResults")
    assert answer == {
        **started,
        "status": "COMPLETE",
        "summary": {"expiringImageTotalCount": 1},
    }
    assert result.pop("imagePushedAt")
    assert result == {
        "imageTags": ["v1"],
        "imageDigest": digest,
        "action": {"type": "EXPIRE"},
        "appliedRulePriority": 1,
        "storageClass": "STANDARD",
    }
    boto3_ecr.start_lifecycle_policy_preview(repositoryName="app", lifecyclePolicyText=text)


def test_a_preview_changes_nothing(boto3_ecr: ECRClient, preview: Preview) -> None:
    """Images and policy stay as they are (API StartLifecyclePolicyPreview)."""
    push(boto3_ecr, "v1")
    push(boto3_ecr, "v2")
    assert len(preview(rule())["previewResults"]) == 1
    assert len(boto3_ecr.list_images(repositoryName="app")["imageIds"]) == 2
    assert code_of(boto3_ecr.get_lifecycle_policy, repositoryName="app") == (
        "LifecyclePolicyNotFoundException"
    )


def test_the_policy_of_the_repository(boto3_ecr: ECRClient) -> None:
    """Without a text it is the repository's policy; without one, an error (API reference)."""
    call: Any = boto3_ecr.start_lifecycle_policy_preview
    assert code_of(call, repositoryName="app") == "LifecyclePolicyNotFoundException"
    text = policy(rule())
    boto3_ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=text)
    assert call(repositoryName="app")["lifecyclePolicyText"] == rewritten(rule())
    assert code_of(call, repositoryName="absent") == "RepositoryNotFoundException"
    assert code_of(boto3_ecr.get_lifecycle_policy_preview, repositoryName="absent") == (
        "RepositoryNotFoundException"
    )


def test_a_policy_that_is_refused(boto3_ecr: ECRClient) -> None:
    """A text that is no policy is refused at once, as PutLifecyclePolicy refuses it."""
    message = message_of(
        boto3_ecr.start_lifecycle_policy_preview,
        repositoryName="app",
        lifecyclePolicyText=policy(),
    )
    assert "Lifecycle policy validation failure" in message


def test_a_preview_fails(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """FAILED is the end of a preview of a policy that can't be read."""
    boto3_ecr.create_repository_creation_template(
        prefix="ROOT", appliedFor=["CREATE_ON_PUSH"], lifecyclePolicy="{}"
    )
    push(boto3_ecr, "v1", manifest=index_of(), repository="new")
    boto3_ecr.start_lifecycle_policy_preview(repositoryName="new")
    passes(minutes=1)
    answer: Any = boto3_ecr.get_lifecycle_policy_preview(repositoryName="new")
    assert (answer["status"], answer["previewResults"]) == ("FAILED", [])


def test_image_counts(push_daily: Callable[..., list[str]], preview: Preview) -> None:
    """imageCountMoreThan keeps the newest; results begin with the oldest (user guide)."""
    push_daily("a", "b", "", "c")
    assert results(preview(rule(countNumber=2))) == [("a", 1), ("b", 1)]
    assert results(preview(rule(countNumber=4))) == []
    assert results(preview(rule(countNumber=5))) == []
    assert results(preview(rule(**tagged("*")))) == [("a", 1), ("b", 1)]


def test_days_since_the_push(push_daily: Callable[..., list[str]], preview: Preview) -> None:
    """sinceImagePushed takes what is older than so many days (user guide)."""
    push_daily("a", "b", "c", "d")
    assert results(preview(rule(**days("sinceImagePushed", 3)))) == [("a", 1)]
    # Since the first preview a minute has passed.
    assert results(preview(rule(**days("sinceImagePushed", 3)))) == [("a", 1), ("b", 1)]


@needs("LifecyclePolicyRuleAction.target_storage_class")
def test_days_since_the_pull(
    boto3_ecr: ECRClient, push_daily: Callable[..., list[str]], preview: Preview
) -> None:
    """sinceImagePulled counts from the push for images never pulled (user guide)."""
    push_daily("a", "b", "c", "d")
    boto3_ecr.batch_get_image(repositoryName="app", imageIds=[{"imageTag": "a"}])
    old = rule(**days("sinceImagePulled", 2), action=TRANSITION)
    answer = preview(old)
    assert results(answer) == [("b", 1)]
    assert answer["previewResults"][0]["action"] == {
        "type": "TRANSITION",
        "targetStorageClass": "ARCHIVE",
    }
    assert answer["summary"] == {
        "expiringImageTotalCount": 0,
        "transitioningImageTotalCounts": [{"targetStorageClass": "ARCHIVE", "imageTotalCount": 1}],
    }


def test_days_since_the_archive(
    boto3_ecr: ECRClient,
    push_daily: Callable[..., list[str]],
    preview: Preview,
    passes: Callable[..., None],
) -> None:
    """sinceImageTransitioned takes archived images only, and other rules none (user guide)."""
    push_daily("a", "b", "c")
    for tag in ("b", "a"):
        boto3_ecr.update_image_storage_class(
            repositoryName="app", imageId={"imageTag": tag}, targetStorageClass="ARCHIVE"
        )
        passes(days=30)
    archived = rule(2, **days("sinceImageTransitioned", 90, storageClass="archive"))
    passes(days=40)
    answer = preview(rule(), archived)
    assert results(answer) == [("b", 2)]
    assert answer["previewResults"][0]["storageClass"] == "ARCHIVE"
    passes(days=30)
    assert results(preview(archived)) == [("b", 2), ("a", 2)]
    boto3_ecr.update_image_storage_class(
        repositoryName="app", imageId={"imageTag": "b"}, targetStorageClass="STANDARD"
    )
    assert results(preview(rule(), archived)) == [("a", 2)]


def test_a_restored_image_begins_anew(
    boto3_ecr: ECRClient,
    push_daily: Callable[..., list[str]],
    preview: Preview,
    passes: Callable[..., None],
) -> None:
    """Its age counts from the end of the restore, not from its push or pull (user guide)."""
    push_daily("a", "b")
    boto3_ecr.batch_get_image(repositoryName="app", imageIds=[{"imageTag": "a"}])
    for storage_class in ("ARCHIVE", "STANDARD"):
        boto3_ecr.update_image_storage_class(
            repositoryName="app",
            imageId={"imageTag": "a"},
            targetStorageClass=storage_class,
        )
    passes(minutes=20)
    assert results(preview(rule())) == [("b", 1)]
    assert results(preview(rule(**days("sinceImagePushed", 1)))) == [("b", 1)]
    passes(days=1)
    pulled = rule(**days("sinceImagePulled", 2), action=TRANSITION)
    assert results(preview(pulled)) == [("b", 1)]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (tagged("prod*"), ["prod1 test1", "prod-2"]),
        (tagged("*prod*"), ["prod1 test1", "prod-2", "my-prod"]),
        (tagged("prod*", "test*"), ["prod1 test1"]),
        (tagged("*1"), ["prod1 test1", "test1-1"]),
        (tagged("prod"), []),
        ({"tagStatus": "tagged", "tagPrefixList": ["prod"]}, ["prod1 test1", "prod-2"]),
        ({"tagStatus": "tagged", "tagPrefixList": ["test", "prod"]}, ["prod1 test1"]),
        ({"tagStatus": "untagged"}, [""]),
        ({"tagStatus": "any"}, ["prod1 test1", "prod-2", "my-prod", "test1-1", ""]),
    ],
)
def test_images_are_selected_by_tags(
    push_daily: Callable[..., list[str]],
    preview: Preview,
    selection: dict[str, Any],
    expected: list[str],
) -> None:
    """All patterns of a list have to fit, each any of the tags (user guide, evaluation rules)."""
    push_daily("prod1 test1", "prod-2", "my-prod", "test1-1", "", "newest")
    old = rule(**{**selection, **days("sinceImagePushed", 1)})
    assert [tags for tags, _ in results(preview(old)) if tags != "newest"] == expected


def test_images_of_a_higher_rule_are_counted_but_not_taken(
    push_daily: Callable[..., list[str]], preview: Preview
) -> None:
    """What fits a rule no lower one expires (user guide, examples: filtering on multiple rules)."""
    push_daily("beta-1 prod-1", "beta-2 prod-2", "beta-3")
    assert results(preview(rule(1, **tagged("prod*")), rule(2, **tagged("beta*")))) == [
        ("beta-1 prod-1", 1)
    ]
    assert results(preview(rule(1, **tagged("beta*")), rule(2, **tagged("prod*")))) == [
        ("beta-1 prod-1", 1),
        ("beta-2 prod-2", 1),
    ]


def test_rules_follow_their_priority(
    push_daily: Callable[..., list[str]], preview: Preview
) -> None:
    """The order in the document is of no matter, and `any` takes what is left (user guide)."""
    push_daily("a1", "b1", "a2", "", "b2", "")
    rules = [rule(9), rule(5, tagStatus="untagged"), rule(1, **tagged("a*"))]
    assert results(preview(*rules)) == [("a1", 1), ("", 5), ("b1", 9), ("b2", 9)]


def test_what_an_index_lists_stays(
    boto3_ecr: ECRClient, preview: Preview, passes: Callable[..., None]
) -> None:
    """No rule takes an image as long as an index lists it (user guide, evaluation rules)."""
    push(boto3_ecr, name="listed")
    alone = push(boto3_ecr, name="alone")
    push(boto3_ecr, "v1", manifest=index_of(manifest_of("listed")))
    passes(days=2)
    answer = preview(rule(tagStatus="untagged", **days("sinceImagePushed", 1)))
    assert [each["imageDigest"] for each in answer["previewResults"]] == [alone]


def test_an_index_takes_its_images_along(
    boto3_ecr: ECRClient, preview: Preview, passes: Callable[..., None]
) -> None:
    """When the index expires, the images that it lists may, also through another index."""
    for name in ("arm", "amd"):
        push(boto3_ecr, name=name)
    inner = index_of(manifest_of("arm"))
    push(boto3_ecr, manifest=inner)
    outer = push(boto3_ecr, "v1", manifest=index_of(inner, manifest_of("amd")))
    passes(days=2)
    old = days("sinceImagePushed", 1)
    assert preview(rule(tagStatus="untagged", **old))["previewResults"] == []
    assert len(preview(rule(**old))["previewResults"]) == 4
    boto3_ecr.update_image_storage_class(
        repositoryName="app", imageId={"imageDigest": outer}, targetStorageClass="ARCHIVE"
    )
    assert len(preview(rule(tagStatus="untagged", **old))["previewResults"]) == 3


def test_artifacts_follow_their_subject(
    boto3_ecr: ECRClient, preview: Preview, passes: Callable[..., None]
) -> None:
    """No rule takes a signature as long as its image is there (user guide, evaluation rules)."""
    push(boto3_ecr, "v1")
    push_signature(boto3_ecr, manifest_of("v1"))
    push_signature(boto3_ecr, manifest_of("absent"), "other")
    passes(days=2)
    assert len(preview(rule(**days("sinceImagePushed", 1)))["previewResults"]) == 2


def test_results_have_pages(
    boto3_ecr: ECRClient, push_daily: Callable[..., list[str]], preview: Preview
) -> None:
    """A page holds 100 results at most; the summary counts all (API reference)."""
    push_daily(*[""] * 5, *"abcdef")
    answer = preview(rule(), maxResults=4)
    assert answer["summary"] == {"expiringImageTotalCount": 10}
    found = results(answer)
    while "nextToken" in answer:
        answer = boto3_ecr.get_lifecycle_policy_preview(
            repositoryName="app", maxResults=4, nextToken=answer["nextToken"]
        )
        found += results(answer)
    assert found == [("", 1)] * 5 + [(tag, 1) for tag in "abcde"]
    message = message_of(
        boto3_ecr.get_lifecycle_policy_preview, repositoryName="app", maxResults=101
    )
    assert "'maxResults'" in message


def test_results_are_chosen(
    boto3_ecr: ECRClient, push_daily: Callable[..., list[str]], preview: Preview
) -> None:
    """By tagStatus, or by ids, which refuse paging (API GetLifecyclePolicyPreview)."""
    digests = push_daily("", "a", "b", "c")
    preview(rule())
    call: Any = boto3_ecr.get_lifecycle_policy_preview

    def chosen(**arguments: Any) -> list[str]:
        answer = call(repositoryName="app", **arguments)
        assert answer["summary"] == {"expiringImageTotalCount": 3}
        return [tags for tags, _ in results(answer)]

    assert chosen(filter={"tagStatus": "TAGGED"}) == ["a", "b"]
    assert chosen(filter={"tagStatus": "UNTAGGED"}) == [""]
    assert chosen(filter={"tagStatus": "ANY"}) == ["", "a", "b"]
    ids = [{"imageTag": "b"}, {"imageTag": "c"}, {"imageDigest": digests[0]}, {}]
    assert chosen(imageIds=ids) == ["", "b"]
    assert chosen(imageIds=[{"imageTag": "b", "imageDigest": digests[0]}]) == []
    for paging in ({"maxResults": 10}, {"nextToken": "any"}):
        (parameter,) = paging
        message = message_of(call, repositoryName="app", imageIds=ids, **paging)
        assert f"'{parameter}'" in message
