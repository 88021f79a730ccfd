"""The five operations of pull through cache rules."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from tests.support.newer import needs

from .answers import code_of, message_of, refusal
from .sharing import share_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

ROLE = "arn:aws:iam::123456789012:role/pull-through"
LOGIN = json.dumps({"username": "me", "accessToken": "dckr_pat_0"})


def without_metadata(answer: Any) -> dict[str, Any]:
    """Give the members of an answer."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def create(boto3_ecr: ECRClient, prefix: str = "quay", url: str = "quay.io", **members: Any) -> Any:
    """Create a rule and give the answer's members."""
    answer = boto3_ecr.create_pull_through_cache_rule(
        ecrRepositoryPrefix=prefix, upstreamRegistryUrl=url, **members
    )
    return without_metadata(answer)


def described(boto3_ecr: ECRClient, **arguments: Any) -> list[Any]:
    """Give the rules that are described."""
    return list(boto3_ecr.describe_pull_through_cache_rules(**arguments)["pullThroughCacheRules"])


@pytest.fixture
def make_secret(account_id: str) -> Callable[..., str]:
    """Return a maker of secrets' ARNs; without Secrets Manager any secret is accepted."""

    def make(
        *, name: str = "login", account_id: str = account_id, region_name: str = "us-east-1"
    ) -> str:
        secret = f"ecr-pullthroughcache/{name}-{account_id}-AbCdEf"
        return f"arn:aws:secretsmanager:{region_name}:{account_id}:secret:{secret}"

    return make


@needs("PullThroughCacheRule.upstream_repository_prefix")
def test_a_rule_with_all_defaults(
    boto3_ecr: ECRClient, account_id: str, emulator: EcrEmulator
) -> None:
    """The upstream is named, and ROOT is the upstream prefix unless another is given (API reference)."""
    rule = create(boto3_ecr)
    created_at = rule.pop("createdAt")
    assert abs(created_at - emulator.clock.now()) < timedelta(minutes=1)
    assert rule == {
        "ecrRepositoryPrefix": "quay",
        "upstreamRegistryUrl": "quay.io",
        "registryId": account_id,
        "upstreamRegistry": "quay",
        "upstreamRepositoryPrefix": "ROOT",
    }
    assert described(boto3_ecr) == [{**rule, "createdAt": created_at, "updatedAt": created_at}]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("public.ecr.aws", "ecr-public"),
        ("registry.k8s.io", "k8s"),
        ("quay.io", "quay"),
        ("registry-1.docker.io", "docker-hub"),
        ("ghcr.io", "github-container-registry"),
        ("registry.gitlab.com", "gitlab-container-registry"),
        ("mine.azurecr.io", "azure-container-registry"),
        ("cgr.dev", "chainguard"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "ecr"),
    ],
)
def test_the_upstreams(
    boto3_ecr: ECRClient, make_secret: Callable[..., str], url: str, name: str
) -> None:
    """Each upstream registry is known by its URL; its name may be given (user guide)."""
    login = {"credentialArn": make_secret(), "customRoleArn": ROLE}
    assert create(boto3_ecr, "one", url, **login)["upstreamRegistry"] == name
    assert create(boto3_ecr, "two", url, upstreamRegistry=name, **login)["upstreamRegistry"] == name


@pytest.mark.parametrize(
    "url", ["harbor.example.com", "https://quay.io", "docker.io", "gcr.io", ""]
)
def test_other_upstreams_are_refused(boto3_ecr: ECRClient, url: str) -> None:
    """Other URLs are UnsupportedUpstreamRegistryException (goharbor/harbor#20174)."""
    error = refusal(
        boto3_ecr.create_pull_through_cache_rule,
        ecrRepositoryPrefix="other",
        upstreamRegistryUrl=url,
    )["Error"]
    assert error["Code"] == "UnsupportedUpstreamRegistryException"
    assert error["Message"] == (
        f"The upstream registry URL {url} is invalid. Specify a valid upstream registry URL and "
        "try again"
    )


def test_a_name_that_is_not_the_urls(boto3_ecr: ECRClient) -> None:
    """The upstream's name has to be that of its URL."""
    call = boto3_ecr.create_pull_through_cache_rule
    message = message_of(
        call, ecrRepositoryPrefix="a1", upstreamRegistryUrl="quay.io", upstreamRegistry="k8s"
    )
    assert "'upstreamRegistry'" in message


@pytest.mark.parametrize(
    "url",
    ["registry-1.docker.io", "ghcr.io", "registry.gitlab.com", "mine.azurecr.io", "cgr.dev"],
)
def test_upstreams_that_need_a_secret(boto3_ecr: ECRClient, url: str) -> None:
    """Without one they are refused (user guide; aws-controllers-k8s/community#2589)."""
    error = refusal(
        boto3_ecr.create_pull_through_cache_rule, ecrRepositoryPrefix="hub", upstreamRegistryUrl=url
    )["Error"]
    assert error["Code"] == "UnsupportedUpstreamRegistryException"
    assert "requires authentication" in error["Message"]


def test_ecr_of_another_account_needs_a_role(boto3_ecr: ECRClient, account_id: str) -> None:
    """ECR is read by a role if the registry is another account's (user guide)."""
    host = "{}.dkr.ecr.eu-west-1.amazonaws.com".format
    create(boto3_ecr, "ours", host(account_id))
    call = boto3_ecr.create_pull_through_cache_rule
    arguments = {"ecrRepositoryPrefix": "theirs", "upstreamRegistryUrl": host("151515151515")}
    assert "'customRoleArn'" in message_of(call, **arguments)
    assert (
        create(boto3_ecr, "theirs", host("151515151515"), customRoleArn=ROLE)["customRoleArn"]
        == ROLE
    )


def test_the_secret_is_of_the_same_account_and_region(
    boto3_ecr: ECRClient, make_secret: Callable[..., str]
) -> None:
    """Account and Region of secret and rule must match (user guide, creating a rule)."""
    call = boto3_ecr.create_pull_through_cache_rule
    rule: Any = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
    for elsewhere in ({"region_name": "eu-west-1"}, {"account_id": "161616161616"}):
        arn = make_secret(**elsewhere)
        assert "'credentialArn'" in message_of(call, **rule, credentialArn=arn)


def test_the_secrets_name_begins_with_ecr_pullthroughcache(boto3_ecr: ECRClient) -> None:
    """Other names are refused (user guide, creating a rule)."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:docker-hub-AbCdEf"
    call = boto3_ecr.create_pull_through_cache_rule
    rule: Any = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
    assert "'credentialArn'" in message_of(call, **rule, credentialArn=arn)


@pytest.mark.parametrize("prefix", ["ab", "a" * 30, "team/hub", "hub/", "a.b_c--d", "ROOT"])
def test_prefixes_that_are_accepted(boto3_ecr: ECRClient, prefix: str) -> None:
    """A prefix may end in a slash, and may be ROOT (API CreatePullThroughCacheRule)."""
    assert create(boto3_ecr, prefix)["ecrRepositoryPrefix"] == prefix
    assert [rule["ecrRepositoryPrefix"] for rule in described(boto3_ecr)] == [prefix]


@pytest.mark.parametrize("prefix", ["a", "a" * 31, "Hub", "/hub", "hub//", "ROOT/", "root*"])
def test_prefixes_that_are_refused(unchecked: ECRClient, prefix: str) -> None:
    """A prefix has 2 to 30 characters (API CreatePullThroughCacheRule)."""
    call = unchecked.create_pull_through_cache_rule
    message = message_of(call, ecrRepositoryPrefix=prefix, upstreamRegistryUrl="quay.io")
    assert "'ecrRepositoryPrefix'" in message


def test_upstream_prefixes(boto3_ecr: ECRClient) -> None:
    """ROOT goes with the upstream's ROOT only (user guide, customizing prefixes)."""
    assert create(boto3_ecr, upstreamRepositoryPrefix="org")["upstreamRepositoryPrefix"] == "org"
    call = boto3_ecr.create_pull_through_cache_rule
    rule: Any = {"ecrRepositoryPrefix": "ROOT", "upstreamRegistryUrl": "quay.io"}
    assert "'upstreamRepositoryPrefix'" in message_of(call, **rule, upstreamRepositoryPrefix="org")


def test_a_prefix_has_one_rule(boto3_ecr: ECRClient) -> None:
    """A slash is assumed at the end, so `quay` and `quay/` are one (API reference)."""
    create(boto3_ecr)
    for prefix in ("quay", "quay/"):
        code = code_of(
            boto3_ecr.create_pull_through_cache_rule,
            ecrRepositoryPrefix=prefix,
            upstreamRegistryUrl="public.ecr.aws",
        )
        assert code == "PullThroughCacheRuleAlreadyExistsException"


def test_fifty_rules_and_no_more(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient]
) -> None:
    """A registry has 50 rules at most (user guide, service quotas)."""
    for number in range(50):
        create(boto3_ecr, f"rule{number}")
    once = make_client(config=Config(retries={"total_max_attempts": 1}))
    call = once.create_pull_through_cache_rule
    code = code_of(call, ecrRepositoryPrefix="more", upstreamRegistryUrl="quay.io")
    assert code == "LimitExceededException"
    boto3_ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="rule7")
    create(boto3_ecr, "more")


def test_rules_are_described_by_prefix(boto3_ecr: ECRClient) -> None:
    """The rules asked for are given; one unknown prefix fails the call (API reference)."""
    for prefix in ("one", "two", "ROOT"):
        create(boto3_ecr, prefix)
    found = described(boto3_ecr, ecrRepositoryPrefixes=["two/", "ROOT"])
    assert {rule["ecrRepositoryPrefix"] for rule in found} == {"two", "ROOT"}
    code = code_of(
        boto3_ecr.describe_pull_through_cache_rules, ecrRepositoryPrefixes=["one", "none"]
    )
    assert code == "PullThroughCacheRuleNotFoundException"


def test_rules_are_described_by_page(boto3_ecr: ECRClient) -> None:
    """Rules are listed by pages, with and without prefixes (API reference)."""
    prefixes = [f"rule{number}" for number in range(5)]
    for prefix in prefixes:
        create(boto3_ecr, prefix)
    paginator: Any = boto3_ecr.get_paginator("describe_pull_through_cache_rules")
    for arguments in ({}, {"ecrRepositoryPrefixes": prefixes}):
        pages = list(paginator.paginate(**arguments, PaginationConfig={"PageSize": 2}))
        assert [len(page["pullThroughCacheRules"]) for page in pages] == [2, 2, 1]
    message_of(boto3_ecr.describe_pull_through_cache_rules, maxResults=1001)


@needs("PullThroughCacheRule.upstream_repository_prefix")
def test_update_changes_the_login(
    boto3_ecr: ECRClient,
    make_secret: Callable[..., str],
    passes: Callable[..., None],
    account_id: str,
) -> None:
    """An update replaces the secret and tells when (API UpdatePullThroughCacheRule)."""
    old, new = make_secret(name="old"), make_secret(name="new")
    rule = create(boto3_ecr, "hub", "registry-1.docker.io", credentialArn=old)
    passes(minutes=5)
    answer = without_metadata(
        boto3_ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="hub", credentialArn=new)
    )
    assert answer.pop("updatedAt") - rule["createdAt"] == timedelta(minutes=5)
    assert answer == {
        "ecrRepositoryPrefix": "hub",
        "registryId": account_id,
        "credentialArn": new,
        "upstreamRepositoryPrefix": "ROOT",
    }
    (stored,) = described(boto3_ecr)
    assert (stored["credentialArn"], stored["createdAt"]) == (new, rule["createdAt"])


def test_delete_answers_with_the_rule(boto3_ecr: ECRClient) -> None:
    """The deleted rule is answered (API DeletePullThroughCacheRule)."""
    rule = create(boto3_ecr)
    answer = without_metadata(boto3_ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay/"))
    del rule["upstreamRegistry"]
    assert answer == rule
    assert described(boto3_ecr) == []


@pytest.mark.parametrize("operation", ["update", "delete", "validate"])
def test_an_unknown_prefix(boto3_ecr: ECRClient, operation: str) -> None:
    """An unknown prefix is PullThroughCacheRuleNotFoundException (API reference)."""
    call = getattr(boto3_ecr, f"{operation}_pull_through_cache_rule")
    login = {"customRoleArn": ROLE} if operation == "update" else {}
    error = refusal(call, ecrRepositoryPrefix="none", **login)["Error"]
    assert error["Code"] == "PullThroughCacheRuleNotFoundException"
    assert "'none'" in error["Message"]


@needs("PullThroughCacheRule.upstream_repository_prefix")
def test_a_rule_is_validated(
    boto3_ecr: ECRClient, make_secret: Callable[..., str], account_id: str
) -> None:
    """A rule whose login is well formed, or that needs none, is valid (API reference)."""
    arn = make_secret()
    create(boto3_ecr, "hub", "registry-1.docker.io", credentialArn=arn)
    answer = boto3_ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="hub")
    assert without_metadata(answer) == {
        "ecrRepositoryPrefix": "hub",
        "registryId": account_id,
        "upstreamRegistryUrl": "registry-1.docker.io",
        "credentialArn": arn,
        "upstreamRepositoryPrefix": "ROOT",
        "isValid": True,
    }
    create(boto3_ecr)
    assert boto3_ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="quay")["isValid"] is True


def test_rules_of_another_account(
    boto3_ecr: ECRClient, account_id: str, make_client: Callable[..., ECRClient]
) -> None:
    """`registryId` names the registry (API reference)."""
    other = make_client(account_id="171717171717")
    share_registry(boto3_ecr, "171717171717")
    assert create(other, registryId=account_id)["registryId"] == account_id
    assert described(other) == []
    assert described(boto3_ecr) == described(other, registryId=account_id) != []
