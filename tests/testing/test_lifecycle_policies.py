"""PutLifecyclePolicy, GetLifecyclePolicy, DeleteLifecyclePolicy, and policies carried out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of, refusal
from .lifecycle_documents import EXPIRE, TRANSITION, days, policy, rewritten, rule
from .pushing import index_of, manifest_of, push, push_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

POLICY = policy(rule())
TAGGED = {"tagStatus": "tagged", "tagPatternList": ["v*"]}
NO_SCHEMA = "instance failed to match exactly one schema (matched 0 out of 2)"
NO_SCHEMA_OF_ARCHIVE = NO_SCHEMA.replace("2", "4")
NO_DOCUMENT = "Could not map policyString into LifecyclePolicy."
ARCHIVE = days("sinceImageTransitioned", 90, storageClass="archive")


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


def put(boto3_ecr: ECRClient, text: str) -> Any:
    """Give the repository a policy."""
    return boto3_ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=text)


def kept(boto3_ecr: ECRClient) -> str:
    """Return the text of the repository's policy."""
    answer: Any = boto3_ecr.get_lifecycle_policy(repositoryName="app")
    text: str = answer["lifecyclePolicyText"]
    return text


def why_refused(boto3_ecr: ECRClient, text: str) -> str:
    """Put a policy that the service refuses, and give its reason."""
    call = boto3_ecr.put_lifecycle_policy
    message = message_of(call, repositoryName="app", lifecyclePolicyText=text)
    before, found, why = message.partition("Lifecycle policy validation failure: ")
    assert before == "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: '"
    assert found
    assert why.endswith("'")
    return why[:-1]


def tags(boto3_ecr: ECRClient, status: str = "ACTIVE") -> set[str]:
    """List the tags in the repository, untagged images by their digest."""
    chosen: Any = {"imageStatus": status}
    ids: Any = boto3_ecr.list_images(repositoryName="app", filter=chosen)["imageIds"]
    return {each.get("imageTag", each["imageDigest"]) for each in ids}


def test_a_policy_is_put_got_and_deleted(boto3_ecr: ECRClient, account_id: str) -> None:
    """The text comes back rewritten; lastEvaluatedAt is 1970 until the policy was run."""
    expected: dict[str, Any] = {
        "registryId": account_id,
        "repositoryName": "app",
        "lifecyclePolicyText": rewritten(rule()),
    }
    answers: list[Any] = [put(boto3_ecr, POLICY)]
    answers.append(boto3_ecr.get_lifecycle_policy(repositoryName="app"))
    answers.append(boto3_ecr.delete_lifecycle_policy(repositoryName="app"))
    for answer in answers:
        del answer["ResponseMetadata"]
    assert answers[0] == expected
    expected["lastEvaluatedAt"] = datetime(1970, 1, 1, tzinfo=UTC)
    assert answers[1:] == [expected, expected]


def test_a_policy_comes_back_compact(boto3_ecr: ECRClient) -> None:
    """Blanks go (examples of put-lifecycle-policy in AWS's command line)."""
    captured = (
        '{"rules":[{"rulePriority":1,"description":"Expire images older than 14 days",'
        '"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days",'
        '"countNumber":14},"action":{"type":"expire"}}]}'
    )
    put(boto3_ecr, json.dumps(json.loads(captured), indent=4) + "\n")
    assert kept(boto3_ecr) == captured


def test_rules_come_back_by_priority(boto3_ecr: ECRClient) -> None:
    """Rules are sorted (hashicorp/terraform-provider-aws#22639)."""
    first, second = rule(1, tagStatus="untagged", description="ältere"), rule(2)
    assert put(boto3_ecr, policy(second, first))["lifecyclePolicyText"] == rewritten(first, second)
    assert kept(boto3_ecr) == rewritten(first, second)


@pytest.mark.parametrize("operation", ["get_lifecycle_policy", "delete_lifecycle_policy"])
def test_a_repository_without_a_policy(
    boto3_ecr: ECRClient, account_id: str, operation: str
) -> None:
    """It is LifecyclePolicyNotFoundException, before and after (API reference)."""
    put(boto3_ecr, POLICY)
    boto3_ecr.delete_lifecycle_policy(repositoryName="app")
    error = refusal(getattr(boto3_ecr, operation), repositoryName="app")["Error"]
    assert error["Code"] == "LifecyclePolicyNotFoundException"
    assert error["Message"] == (
        "Lifecycle policy does not exist for the repository with name 'app' in the registry with "
        f"id '{account_id}'"
    )
    assert code_of(getattr(boto3_ecr, operation), repositoryName="absent") == (
        "RepositoryNotFoundException"
    )


def test_a_policy_replaces_another(boto3_ecr: ECRClient) -> None:
    """A repository has one policy (API PutLifecyclePolicy)."""
    put(boto3_ecr, POLICY)
    put(boto3_ecr, policy(rule(2)))
    assert kept(boto3_ecr) == rewritten(rule(2))
    why_refused(boto3_ecr, policy(rule(0)))
    assert kept(boto3_ecr) == rewritten(rule(2))


@pytest.mark.parametrize("length", [99, 30_721])
def test_texts_of_other_lengths(unchecked: ECRClient, length: int) -> None:
    """A text has 100 to 30720 characters (CircleCI-Public/aws-ecr-orb#217)."""
    unchecked.create_repository(repositoryName="app")
    message = message_of(
        unchecked.put_lifecycle_policy,
        repositoryName="app",
        lifecyclePolicyText=policy(rule())[:50].ljust(length),
    )
    assert "'lifecyclePolicyText'" in message


@pytest.mark.parametrize(
    "rules",
    [
        [rule(description="the newest stays")],
        [rule(2, tagStatus="untagged"), rule(7, **TAGGED), rule(9)],
        [rule(tagStatus="tagged", tagPrefixList=["v", "w"])],
        [rule(tagStatus="tagged", tagPatternList=["*test*1*2*3", "test*1*2*3*"])],
        [rule(**days("sinceImagePushed", 14))],
        [rule(**days("sinceImagePushed", 14), action=TRANSITION, storageClass="standard")],
        [rule(**days("sinceImagePulled", 30), action=TRANSITION)],
        [rule(action=TRANSITION), rule(2, **ARCHIVE)],
        [rule(), rule(2, **ARCHIVE)],
        [rule(n, tagStatus="tagged", tagPatternList=[f"{n}-*"]) for n in range(1, 51)],
    ],
)
def test_policies_that_are_good(boto3_ecr: ECRClient, rules: list[Any]) -> None:
    """All that the user guide's pages on lifecycle policies show is accepted."""
    put(boto3_ecr, policy(*rules))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no json".ljust(100), NO_DOCUMENT),
        ("[" * 5000, NO_DOCUMENT),
        ("[]".ljust(100), NO_DOCUMENT),
        ("{}".ljust(100), 'object has missing required properties (["rules"])'),
        (policy(*[rule(n) for n in range(1, 52)]), "array is too long: "),
        (policy(), "array is too short: "),
        (policy("rule"), "instance type (string) does not match any allowed primitive type"),
        (policy(None), "instance type (null) does not match any allowed primitive type"),
        (policy({}), '(["action", "rulePriority", "selection"])'),
        (policy({**rule(), "name": "a"}), 'not allowed by the schema: (["name"])'),
        (policy(rule(0)), "required minimum (minimum: 1, found: 0)"),
        (policy({**rule(), "rulePriority": "1"}), "instance type (string)"),
        (policy({**rule(), "rulePriority": True}), "instance type (boolean)"),
        (policy(rule(description=5)), "instance type (integer)"),
        (policy(rule(), rule()), "unique rulePriority"),
    ],
)
def test_policies_that_are_none(boto3_ecr: ECRClient, text: str, why: str) -> None:
    """A document that the schema refuses says what is wrong (getmoto/moto's captured texts)."""
    assert why in why_refused(boto3_ecr, text)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tagStatus": None}, 'missing required properties (["tagStatus"])'),
        ({"tagStatus": "some"}, 'instance value ("some") not found in enum'),
        ({"countNumber": 0}, "required minimum"),
        ({"countNumber": 1.5}, "instance type (number)"),
        ({"newest": 1}, 'not allowed by the schema: (["newest"])'),
        ({"countType": "imageAge"}, NO_SCHEMA),
        ({"countUnit": "days"}, NO_SCHEMA),
        ({"countType": "sinceImagePushed"}, NO_SCHEMA),
        (days("sinceImagePushed", 1, countUnit="weeks"), 'instance value ("weeks")'),
        (days("sinceImagePushed", 1, storageClass="archive"), NO_SCHEMA_OF_ARCHIVE),
        (days("sinceImageTransitioned", 90), NO_SCHEMA_OF_ARCHIVE),
        (
            {"tagStatus": "tagged"},
            "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED",
        ),
        ({**TAGGED, "tagPrefixList": ["v"]}, "Can't specify both"),
        ({"tagPatternList": ["v*"]}, "tagPatternList can only be specified when tagStatus=TAGGED"),
        ({"tagStatus": "untagged", "tagPrefixList": ["v"]}, "tagPrefixList can only be specified"),
        ({"tagStatus": "tagged", "tagPatternList": []}, "array is too short"),
        ({"tagStatus": "tagged", "tagPatternList": [""]}, "is too short"),
        ({"tagStatus": "tagged", "tagPrefixList": "v"}, "instance type (string)"),
        ({"tagStatus": "tagged", "tagPatternList": ["*1*2*3*4*"]}, "more than 4 wildcards"),
    ],
)
def test_selections_that_are_refused(
    boto3_ecr: ECRClient, changes: dict[str, Any], why: str
) -> None:
    """Members of a selection go together as the user guide says (lifecycle policy parameters)."""
    assert why in why_refused(boto3_ecr, policy(rule(**changes)))


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ({}, NO_SCHEMA),
        ({"type": "delete"}, NO_SCHEMA),
        ({"type": "transition"}, NO_SCHEMA_OF_ARCHIVE),
        ({**EXPIRE, "targetStorageClass": None}, NO_SCHEMA_OF_ARCHIVE),
        ({**EXPIRE, "targetStorageClass": "archive"}, NO_SCHEMA_OF_ARCHIVE),
        ({**TRANSITION, "targetStorageClass": "standard"}, NO_SCHEMA_OF_ARCHIVE),
    ],
)
def test_actions_that_are_refused(boto3_ecr: ECRClient, action: dict[str, Any], why: str) -> None:
    """An action is to expire, or to transition to archive.

    The count of schemas is 4 of 2026's schemas for the archive, as captured in
    hashicorp/terraform-provider-aws#45909, and 2 otherwise (cloudposse/terraform-aws-ecr#158).
    """
    assert why_refused(boto3_ecr, policy(rule(action=action))) == why


def test_a_null_member_is_refused(boto3_ecr: ECRClient) -> None:
    """A member that is null matches no schema (cloudposse/terraform-aws-ecr#132)."""
    document = rule()
    document["selection"]["countUnit"] = None
    assert why_refused(boto3_ecr, policy(document)) == NO_SCHEMA


@pytest.mark.parametrize(
    "changes",
    [
        {**days("sinceImagePulled", 30), "action": EXPIRE},
        {**ARCHIVE, "action": TRANSITION},
        {**ARCHIVE, "countNumber": 89},
    ],
)
def test_actions_that_do_not_fit_the_selection(
    boto3_ecr: ECRClient, changes: dict[str, Any]
) -> None:
    """Pull times archive; archived images expire, after 90 days at least (user guide)."""
    assert why_refused(boto3_ecr, policy(rule(**changes)))


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (
            [rule(1), rule(2, tagStatus="untagged")],
            "Rule for tagStatus=ANY must have the lowest priority per storage class",
        ),
        (
            [rule(1), rule(2)],
            "Rule for tagStatus=ANY must have the lowest priority per storage class",
        ),
        (
            [rule(1, tagStatus="untagged"), rule(2, tagStatus="untagged", countNumber=5)],
            "Only one rule can select Untagged images per storage class.",
        ),
        (
            [rule(1, **TAGGED), rule(2, **TAGGED, countNumber=5)],
            "Only one rule can select a set of tags per storage class.",
        ),
    ],
)
def test_rules_that_do_not_go_together(boto3_ecr: ECRClient, rules: list[Any], why: str) -> None:
    """`any` is last, and no two rules of a storage class are for the same images (user guide)."""
    assert why_refused(boto3_ecr, policy(*rules)) == why


def test_policies_are_carried_out(
    boto3_ecr: ECRClient, emulator: EcrEmulator, passes: Callable[..., None]
) -> None:
    """Images are expired and archived, signatures with them, and the time is noted."""
    boto3_ecr.create_repository(repositoryName="untouched")
    push(boto3_ecr, "v1", repository="untouched")
    for number in range(3):
        push(boto3_ecr, f"v{number}")
        push(boto3_ecr, f"w{number}")
        passes(days=1)
    signatures = [
        push_signature(boto3_ecr, manifest_of(each), f"of {each}") for each in ("v0", "w0", "w2")
    ]
    rules = [
        rule(1, tagStatus="tagged", tagPrefixList=["v"]),
        rule(2, tagStatus="tagged", tagPrefixList=["w"], action=TRANSITION),
    ]
    put(boto3_ecr, policy(*rules))
    emulator.apply_lifecycle_policies()
    assert tags(boto3_ecr) == {"v2", "w2", signatures[2]}
    assert tags(boto3_ecr, "ARCHIVED") == {"w0", "w1", signatures[1]}
    evaluated_at = boto3_ecr.get_lifecycle_policy(repositoryName="app")["lastEvaluatedAt"]
    assert evaluated_at == emulator.clock.now()
    emulator.apply_lifecycle_policies()
    assert tags(boto3_ecr) == {"v2", "w2", signatures[2]}
    assert len(boto3_ecr.list_images(repositoryName="untouched")["imageIds"]) == 1


@pytest.mark.parametrize("number", [1_000_000, 1_000_000_000, 10**30])
def test_more_days_than_there_are_dates(
    boto3_ecr: ECRClient, emulator: EcrEmulator, number: int
) -> None:
    """No image is that old; other repositories' policies are carried out."""
    text = policy(rule(**days("sinceImagePushed", number)))
    put(boto3_ecr, text)
    push(boto3_ecr, "v1")
    answer = boto3_ecr.start_lifecycle_policy_preview(
        repositoryName="app", lifecyclePolicyText=text
    )
    assert answer["status"] == "IN_PROGRESS"
    boto3_ecr.create_repository(repositoryName="zoo")
    boto3_ecr.put_lifecycle_policy(repositoryName="zoo", lifecyclePolicyText=policy(rule()))
    for tag in ("v1", "v2"):
        push(boto3_ecr, tag, repository="zoo")
    emulator.apply_lifecycle_policies()
    assert tags(boto3_ecr) == {"v1"}
    assert len(boto3_ecr.list_images(repositoryName="zoo")["imageIds"]) == 1


def test_a_chain_of_artifacts_goes_as_a_whole(
    boto3_ecr: ECRClient, emulator: EcrEmulator, account_id: str
) -> None:
    """Artifacts may refer to artifacts, in a chain of any length."""
    boto3_ecr.create_repository(repositoryName="deep")
    boto3_ecr.put_lifecycle_policy(repositoryName="deep", lifecyclePolicyText=policy(rule()))
    image = emulator.push_image("deep", account_id=account_id)
    for _ in range(1_100):
        image = emulator.push_image(
            "deep", subject=image, artifact_type="application/example", account_id=account_id
        )
    push(boto3_ecr, "kept", repository="deep")
    emulator.apply_lifecycle_policies()
    (left,) = boto3_ecr.list_images(repositoryName="deep")["imageIds"]
    assert left.get("imageTag") == "kept"


def test_a_policy_that_cannot_be_read_does_nothing(
    boto3_ecr: ECRClient, emulator: EcrEmulator
) -> None:
    """A template may bring a policy along that nothing has checked."""
    boto3_ecr.create_repository_creation_template(
        prefix="ROOT", appliedFor=["CREATE_ON_PUSH"], lifecyclePolicy="{}"
    )
    push(boto3_ecr, "v1", manifest=index_of(), repository="new")
    emulator.apply_lifecycle_policies()
    assert len(boto3_ecr.list_images(repositoryName="new")["imageIds"]) == 1
