"""What AWS's command line makes of the emulator.

It has a botocore of its own, so it lives in another environment than the emulator and reaches it
as any tool does: by the address that `python -m ecr_typed.testing` prints.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from ecr_typed import DescribeRepositoriesResponse, from_json, to_json

Aws: TypeAlias = Callable[..., Any]

REPOSITORIES = [f"team/app-{number}" for number in range(7)]


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """Serve the emulator, and give the variables that it prints."""
    command = [sys.executable, "-m", "ecr_typed.testing"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            _, *words = process.stdout.readline().split()
            yield dict(word.split("=", 1) for word in words)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def run(variables: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs `aws ecr` and gives what came of it."""
    # The session `cli` names it: where it is installed is that session's affair.
    program = os.environ["ECR_TYPED_AWS_CLI"]
    environment = {**os.environ, **variables, "AWS_PAGER": ""}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, "ecr", *arguments, "--output", "json"],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    return run


@pytest.fixture(scope="module")
def aws(run: Callable[..., subprocess.CompletedProcess[str]]) -> Aws:
    """Give a function that runs `aws ecr` and gives what it answered."""

    def aws(*arguments: str) -> Any:
        done = run(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout) if done.stdout else None

    return aws


@pytest.fixture(scope="module")
def repositories(aws: Aws) -> list[str]:
    """Create repositories, and give their names."""
    for name in REPOSITORIES:
        aws("create-repository", "--repository-name", name)
    return REPOSITORIES


def test_output_makes_models(
    run: Callable[..., subprocess.CompletedProcess[str]], repositories: list[str]
) -> None:
    """What the command line prints is read by `from_json`, times included."""
    printed = run("describe-repositories").stdout

    response = from_json(DescribeRepositoriesResponse, printed)

    assert [found.repository_name for found in response.repositories] == repositories
    (first, *_) = response.repositories
    assert datetime.now(UTC) - first.created_at < timedelta(minutes=10)
    assert from_json(DescribeRepositoriesResponse, to_json(response)) == response


def names(answer: Any) -> list[str]:
    """Give the names of the repositories of an answer."""
    return [repository["repositoryName"] for repository in answer["repositories"]]


def test_create_and_delete(aws: Aws) -> None:
    """A repository is created as asked for, described alike, and deleted."""
    created = aws(
        "create-repository",
        *("--repository-name", "payments/ledger"),
        *("--image-tag-mutability", "IMMUTABLE"),
        *("--encryption-configuration", "encryptionType=KMS"),
        *("--image-scanning-configuration", "scanOnPush=true"),
    )["repository"]
    assert created["repositoryArn"].endswith(":123456789012:repository/payments/ledger")
    assert created["imageTagMutability"] == "IMMUTABLE"
    assert created["encryptionConfiguration"]["kmsKey"].startswith("arn:aws:kms:us-east-1:")
    described = aws("describe-repositories", "--repository-names", "payments/ledger")
    assert described["repositories"] == [created]
    deleted = aws("delete-repository", "--repository-name", "payments/ledger")
    assert deleted["repository"] == created


def test_list_in_pages(aws: Aws, repositories: list[str]) -> None:
    """Whatever the size of the pages, all repositories are listed."""
    for size in ("1", "3", "1000"):
        assert names(aws("describe-repositories", "--page-size", size)) == repositories


def test_list_some_and_go_on(aws: Aws, repositories: list[str]) -> None:
    """A listing that stops in the middle of a page goes on from its starting token."""
    command = ["describe-repositories", "--page-size", "2", "--max-items", "3"]
    listed: list[str] = []
    token: list[str] = []
    while True:
        answer = aws(*command, *token)
        listed += names(answer)
        if "NextToken" not in answer:
            break
        token = ["--starting-token", answer["NextToken"]]
    assert listed == repositories


def test_templates(aws: Aws) -> None:
    """A template is created, listed, changed and deleted."""
    created = aws(
        "create-repository-creation-template",
        *("--prefix", "prod"),
        *("--applied-for", "PULL_THROUGH_CACHE", "REPLICATION"),
        *("--description", "what payments pull"),
        *("--resource-tags", "Key=team,Value=payments"),
    )["repositoryCreationTemplate"]
    assert created["appliedFor"] == ["PULL_THROUGH_CACHE", "REPLICATION"]
    assert created["resourceTags"] == [{"Key": "team", "Value": "payments"}]
    listed = aws("describe-repository-creation-templates")["repositoryCreationTemplates"]
    assert listed == [created]
    update = ["update-repository-creation-template", "--prefix", "prod"]
    changed = aws(*update, "--image-tag-mutability", "IMMUTABLE")["repositoryCreationTemplate"]
    assert changed["imageTagMutability"] == "IMMUTABLE"
    assert changed["description"] == "what payments pull"
    deleted = aws("delete-repository-creation-template", "--prefix", "prod")
    assert deleted["repositoryCreationTemplate"] == changed
    assert not aws("describe-repository-creation-templates")["repositoryCreationTemplates"]


def test_tags(aws: Aws, repositories: list[str]) -> None:
    """Tags are added, listed and removed; calls without an answer print nothing."""
    described = aws("describe-repositories", "--repository-names", repositories[0])
    arn = ["--resource-arn", described["repositories"][0]["repositoryArn"]]
    tags = ["Key=team,Value=payments", "Key=stage,Value=test"]
    assert aws("tag-resource", *arn, "--tags", *tags) is None
    assert aws("untag-resource", *arn, "--tag-keys", "stage") is None
    assert aws("list-tags-for-resource", *arn) == {"tags": [{"Key": "team", "Value": "payments"}]}


def test_login(aws: Aws, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """`get-login-password` prints the password that is in the authorization token."""
    done = run("get-login-password")
    assert done.returncode == 0
    assert done.stdout.strip()
    assert aws("get-authorization-token")["authorizationData"][0]["proxyEndpoint"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["create-repository", "--repository-name", "Team/App"], "InvalidParameterException"),
        (["delete-repository", "--repository-name", "absent"], "RepositoryNotFoundException"),
        (["describe-repositories", "--starting-token", "x"], "InvalidParameterException"),
        (
            ["delete-repository-creation-template", "--prefix", "absent"],
            "TemplateNotFoundException",
        ),
    ],
)
def test_refusals(
    run: Callable[..., subprocess.CompletedProcess[str]], arguments: list[str], code: str
) -> None:
    """What the service refuses ends the command with the service's code."""
    done = run(*arguments)
    # 255 for the first version of the command line, 254 for the second.
    assert done.returncode in {254, 255}
    assert f"An error occurred ({code})" in done.stderr
