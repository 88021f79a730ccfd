"""The four operations of repository creation templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of, refusal
from .lifecycle_documents import policy, rewritten, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FILTERS: Any = [{"filterType": "WILDCARD", "filter": "dev-*"}]
FULL: dict[str, Any] = {
    "description": "what payments pull",
    "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": KEY},
    "resourceTags": [{"Key": "team", "Value": "payments"}],
    "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
    "imageTagMutabilityExclusionFilters": FILTERS,
    "repositoryPolicy": '{"Version": "2012-10-17", "Statement": []}',
    "lifecyclePolicy": '{"rules": []}',
    "appliedFor": ["PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"],
    "customRoleArn": "arn:aws:iam::123456789012:role/templates",
}


def create(boto3_ecr: ECRClient, prefix: str = "prod", **settings: Any) -> Any:
    """Create a template and give it as answered."""
    arguments: Any = {"appliedFor": ["REPLICATION"], **settings}
    answer = boto3_ecr.create_repository_creation_template(prefix=prefix, **arguments)
    return answer["repositoryCreationTemplate"]


def update(boto3_ecr: ECRClient, prefix: str = "prod", **changes: Any) -> Any:
    """Update a template and give it as answered, without its times."""
    answer = boto3_ecr.update_repository_creation_template(prefix=prefix, **changes)
    return without_times(answer["repositoryCreationTemplate"])


def without_times(template: Any) -> dict[str, Any]:
    """Leave out the times of a template."""
    return {k: v for k, v in template.items() if k not in {"createdAt", "updatedAt"}}


def described(boto3_ecr: ECRClient, **arguments: Any) -> list[str]:
    """Give the prefixes of the templates that are described."""
    answer: Any = boto3_ecr.describe_repository_creation_templates(**arguments)
    return [template["prefix"] for template in answer["repositoryCreationTemplates"]]


def test_its_documents_come_back_like_those_of_repositories(boto3_ecr: ECRClient) -> None:
    """Whether AWS rewrites them already in the template has not been captured."""
    text = json.dumps(
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "ecr:*"}}
    )
    template = create(
        boto3_ecr,
        repositoryPolicy=text,
        lifecyclePolicy=policy(rule(2), rule(1, tagStatus="untagged")),
    )
    assert '"AWS" : "arn:aws:iam::111122223333:root"' in template["repositoryPolicy"]
    assert template["lifecyclePolicy"] == rewritten(rule(1, tagStatus="untagged"), rule(2))
    changed = update(boto3_ecr, lifecyclePolicy=policy(rule()))
    assert changed["repositoryPolicy"] == template["repositoryPolicy"]
    assert changed["lifecyclePolicy"] == rewritten(rule())


def test_a_template_with_all_defaults(boto3_ecr: ECRClient) -> None:
    """Mutability and encryption are answered also when not given (Terraform's basic test)."""
    template = create(boto3_ecr)
    assert template.pop("createdAt") == template.pop("updatedAt")
    assert template == {
        "prefix": "prod",
        "appliedFor": ["REPLICATION"],
        "imageTagMutability": "MUTABLE",
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }


def test_a_template_with_everything(boto3_ecr: ECRClient) -> None:
    """Every setting comes back as it was given (API RepositoryCreationTemplate)."""
    template = create(boto3_ecr, **FULL)
    assert without_times(template) == {"prefix": "prod", **FULL}
    answer: Any = boto3_ecr.describe_repository_creation_templates()
    assert answer["repositoryCreationTemplates"] == [template]


def test_answers_name_the_registry(boto3_ecr: ECRClient, account_id: str) -> None:
    """All four answers have the registry beside the template (API reference)."""
    answers: list[Any] = [
        boto3_ecr.create_repository_creation_template(prefix="prod", appliedFor=["REPLICATION"]),
        boto3_ecr.describe_repository_creation_templates(),
        boto3_ecr.update_repository_creation_template(prefix="prod"),
        boto3_ecr.delete_repository_creation_template(prefix="prod"),
    ]
    assert [answer["registryId"] for answer in answers] == [account_id] * 4


@pytest.mark.parametrize(
    "prefix", ["p", "prod", "prod/", "a/b", "a/b/", "ROOT", "a__b", "a--b", "a" * 256]
)
def test_prefixes_that_the_pattern_allows(boto3_ecr: ECRClient, prefix: str) -> None:
    """A prefix has 1 to 256 characters, or is ROOT (hashicorp/terraform-provider-aws#42673)."""
    assert create(boto3_ecr, prefix)["prefix"] == prefix


@pytest.mark.parametrize("prefix", ["Root", "Prod", "/", "/prod", "a//b", "prod//", "ROOT/", "a b"])
def test_prefixes_that_the_pattern_refuses(boto3_ecr: ECRClient, prefix: str) -> None:
    """Other prefixes are refused with the pattern (API CreateRepositoryCreationTemplate)."""
    message = message_of(
        boto3_ecr.create_repository_creation_template, prefix=prefix, appliedFor=["REPLICATION"]
    )
    assert message.startswith("Invalid parameter at 'prefix' failed to satisfy constraint: 'must")


def test_a_slash_at_the_end_is_assumed(boto3_ecr: ECRClient) -> None:
    """`prod` and `prod/` cover the same repositories and are one template (API reference)."""
    create(boto3_ecr, "prod")
    call = boto3_ecr.create_repository_creation_template
    code = code_of(call, prefix="prod/", appliedFor=["REPLICATION"])
    assert code == "TemplateAlreadyExistsException"
    assert described(boto3_ecr, prefixes=["prod/"]) == ["prod"]
    assert update(boto3_ecr, "prod/", description="d")["prefix"] == "prod"
    boto3_ecr.delete_repository_creation_template(prefix="prod/")
    assert described(boto3_ecr) == []


def test_a_prefix_has_one_template(boto3_ecr: ECRClient, account_id: str) -> None:
    """A second creation is TemplateAlreadyExistsException (API reference)."""
    create(boto3_ecr, "ROOT")
    call = boto3_ecr.create_repository_creation_template
    error = refusal(call, prefix="ROOT", appliedFor=["REPLICATION"])["Error"]
    assert error["Code"] == "TemplateAlreadyExistsException"
    assert "'ROOT'" in error["Message"]
    assert account_id in error["Message"]


def test_unknown_scenarios_are_refused(boto3_ecr: ECRClient) -> None:
    """appliedFor holds the scenarios that the service knows (API reference)."""
    call = boto3_ecr.create_repository_creation_template
    message = message_of(call, prefix="prod", appliedFor=["REPLICATION", "PUSH"])
    assert "'appliedFor.2.member'" in message
    assert "CREATE_ON_PUSH" in message


@pytest.mark.parametrize(
    "key",
    [
        "alias/images",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws:kms:us-east-1:123456789012:alias/images",
        f"{KEY} ",
    ],
)
def test_a_key_is_a_full_arn(boto3_ecr: ECRClient, key: str) -> None:
    """A template takes neither alias nor key id (API reference, kmsKey)."""
    message = message_of(
        boto3_ecr.create_repository_creation_template,
        prefix="prod",
        appliedFor=["REPLICATION"],
        encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key},
    )
    assert "'encryptionConfiguration.kmsKey'" in message


@pytest.mark.parametrize("encryption_type", ["AES256", "KMS", "KMS_DSSE"])
def test_an_empty_key_is_no_key(boto3_ecr: ECRClient, encryption_type: str) -> None:
    """An empty key is allowed and means none (API reference, kmsKey)."""
    template = create(
        boto3_ecr, encryptionConfiguration={"encryptionType": encryption_type, "kmsKey": ""}
    )
    assert template["encryptionConfiguration"] == {"encryptionType": encryption_type}


def test_a_role_is_not_demanded_at_creation(boto3_ecr: ECRClient) -> None:
    """Tags and keys need a role only when the template is used (aws/containers-roadmap#2398)."""
    settings = {name: FULL[name] for name in ("resourceTags", "encryptionConfiguration")}
    assert "customRoleArn" not in create(boto3_ecr, **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"imageTagMutability": "MUTABLE_WITH_EXCLUSION"},
        {"imageTagMutabilityExclusionFilters": FILTERS},
        {"imageTagMutability": "IMMUTABLE", "imageTagMutabilityExclusionFilters": FILTERS},
        {"description": "d" * 257},
        {"customRoleArn": "a" * 2049},
        {"repositoryPolicy": "p" * 10241},
        {"lifecyclePolicy": "p" * 30721},
        {"resourceTags": [{"Key": "aws:x", "Value": ""}]},
        {"resourceTags": [{"Key": "k", "Value": ""}] * 2},
        {"resourceTags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]},
        {"encryptionConfiguration": {"encryptionType": "AES256", "kmsKey": KEY}},
    ],
)
def test_settings_that_are_refused(boto3_ecr: ECRClient, settings: dict[str, Any]) -> None:
    """Settings beyond the limits are refused, at creation and at update (API reference)."""
    call = boto3_ecr.create_repository_creation_template
    assert message_of(call, prefix="prod", appliedFor=["REPLICATION"], **settings)
    before = without_times(create(boto3_ecr))
    assert message_of(boto3_ecr.update_repository_creation_template, prefix="prod", **settings)
    assert update(boto3_ecr) == before


def test_update_keeps_what_is_absent(boto3_ecr: ECRClient) -> None:
    """An update changes what it names and nothing else (Terraform sends only changes)."""
    create(boto3_ecr, **FULL)
    changed = update(boto3_ecr, description="new", appliedFor=["CREATE_ON_PUSH"])
    assert changed == {
        "prefix": "prod",
        **FULL,
        "description": "new",
        "appliedFor": ["CREATE_ON_PUSH"],
    }


def test_update_changes_the_time_of_update_only(boto3_ecr: ECRClient) -> None:
    """updatedAt moves with every update, createdAt never (API RepositoryCreationTemplate)."""
    times = [create(boto3_ecr)]
    for _ in range(3):
        answer: Any = boto3_ecr.update_repository_creation_template(prefix="prod")
        times.append(answer["repositoryCreationTemplate"])
    assert len({template["updatedAt"] for template in times}) == 4
    assert len({template["createdAt"] for template in times}) == 1
    assert times == sorted(times, key=lambda template: template["updatedAt"])


@pytest.mark.parametrize(
    "member", ["description", "customRoleArn", "lifecyclePolicy", "repositoryPolicy"]
)
def test_an_empty_text_clears(boto3_ecr: ECRClient, member: str) -> None:
    """An empty text clears its member (Terraform's update of a removed argument)."""
    create(boto3_ecr, **FULL)
    assert update(boto3_ecr, **{member: ""}) == {
        "prefix": "prod",
        **{name: value for name, value in FULL.items() if name != member},
    }


def test_an_empty_list_clears_the_tags(boto3_ecr: ECRClient) -> None:
    """`resourceTags` without tags clears them."""
    create(boto3_ecr, **FULL)
    assert "resourceTags" not in update(boto3_ecr, resourceTags=[])


def test_update_replaces_the_encryption_as_a_whole(boto3_ecr: ECRClient) -> None:
    """A new encryption configuration doesn't inherit the old one's key."""
    create(boto3_ecr, **FULL)
    changed = update(boto3_ecr, encryptionConfiguration={"encryptionType": "KMS_DSSE"})
    assert changed["encryptionConfiguration"] == {"encryptionType": "KMS_DSSE"}


def test_filters_end_with_their_kind(boto3_ecr: ECRClient) -> None:
    """A change to a kind without exceptions drops the filters; a change between kinds keeps them."""
    create(boto3_ecr, **FULL)
    changed = update(boto3_ecr, imageTagMutability="MUTABLE_WITH_EXCLUSION")
    assert changed["imageTagMutabilityExclusionFilters"] == FILTERS
    assert "imageTagMutabilityExclusionFilters" not in update(
        boto3_ecr, imageTagMutability="MUTABLE"
    )


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_an_unknown_prefix(boto3_ecr: ECRClient, operation: str) -> None:
    """Update and delete of an unknown prefix are TemplateNotFoundException (API reference)."""
    call = getattr(boto3_ecr, f"{operation}_repository_creation_template")
    error = refusal(call, prefix="prod")["Error"]
    assert error["Code"] == "TemplateNotFoundException"
    assert "'prod'" in error["Message"]


def test_delete_answers_with_the_template(boto3_ecr: ECRClient) -> None:
    """DeleteRepositoryCreationTemplate gives the template that was (API reference)."""
    template = create(boto3_ecr, **FULL)
    answer: Any = boto3_ecr.delete_repository_creation_template(prefix="prod")
    assert answer["repositoryCreationTemplate"] == template
    assert described(boto3_ecr) == []


def test_describe_by_prefix(boto3_ecr: ECRClient) -> None:
    """The templates asked for are given; an unknown prefix is simply not among them."""
    for prefix in ("prod", "test", "ROOT"):
        create(boto3_ecr, prefix)
    assert sorted(described(boto3_ecr)) == ["ROOT", "prod", "test"]
    assert sorted(described(boto3_ecr, prefixes=["test", "absent", "ROOT"])) == ["ROOT", "test"]
    assert described(boto3_ecr, prefixes=["absent"]) == []


def test_describe_by_page(boto3_ecr: ECRClient) -> None:
    """Templates are listed by pages, with and without prefixes (API reference)."""
    prefixes = [f"team{n}" for n in range(5)]
    for prefix in prefixes:
        create(boto3_ecr, prefix)
    paginator: Any = boto3_ecr.get_paginator("describe_repository_creation_templates")
    for arguments in ({}, {"prefixes": prefixes}):
        pages = list(paginator.paginate(**arguments, PaginationConfig={"PageSize": 2}))
        assert [len(page["repositoryCreationTemplates"]) for page in pages] == [2, 2, 1]


def test_templates_leave_create_repository_alone(boto3_ecr: ECRClient) -> None:
    """A template doesn't act on CreateRepository (user guide, repository creation templates)."""
    create(boto3_ecr, "ROOT", **FULL)
    repository: Any = boto3_ecr.create_repository(repositoryName="prod/app")["repository"]
    assert repository["imageTagMutability"] == "MUTABLE"
    assert repository["encryptionConfiguration"] == {"encryptionType": "AES256"}


def test_templates_belong_to_account_and_region(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient]
) -> None:
    """Other regions and accounts have templates of their own (user guide)."""
    create(boto3_ecr)
    assert described(make_client(region_name="eu-west-1")) == []
    assert described(make_client(account_id="666666666666")) == []
