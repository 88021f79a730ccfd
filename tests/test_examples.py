"""The example programs run, as a user runs them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
)
from ecr_typed.testing import EcrEmulator
from tests.support.examples import run
from tests.support.newer import needs

ROLE = "arn:aws:iam::123456789012:role/ecr-templates"


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def ecr(emulator: EcrEmulator) -> Iterator[EcrClient]:
    with emulator.client() as ecr:
        yield ecr


def test_inventory_counts_by_encryption(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The inventory counts each kind of encryption over the whole registry."""
    for number in range(3):
        ecr.create_repository(f"plain/{number}")
    dsse = EncryptionConfiguration(encryption_type=EncryptionType.KMS_DSSE)
    ecr.create_repository("secret/one", encryption_configuration=dsse)
    done = run(emulator, "inventory.py")
    assert done.stderr == ""
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["AES256", "3"],
        ["KMS_DSSE", "1"],
    ]


def test_create_encrypted_can_be_repeated(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Creating an encrypted repository works twice, and sets its tags."""
    for status in ("CREATED", "UNCHANGED"):
        done = run(emulator, "create_encrypted.py", "team/app", "--tag", "team=payments")
        assert (done.stderr, done.returncode) == ("", 0)
        assert f"is encrypted with KMS_DSSE: {status}" in done.stdout
    (repository,) = ecr.describe_repositories()
    assert repository.encryption_configuration is not None
    assert repository.encryption_configuration.encryption_type is EncryptionType.KMS_DSSE
    (tag,) = ecr.list_tags_for_resource(repository.repository_arn)
    assert (tag.key, tag.value) == ("team", "payments")


def test_create_encrypted_refuses_another_encryption(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A repository that is there with another encryption is told, and is a failure."""
    ecr.create_repository("team/app")
    done = run(emulator, "create_encrypted.py", "team/app")
    assert done.returncode == 1
    assert "AES256" in done.stderr


@needs("RepositoryCreationTemplate")
def test_namespace_template_creates_and_updates(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The template of a namespace is created first, and updated where it differs."""
    other = "arn:aws:iam::123456789012:role/other"
    for role, expected in (
        (other, "CREATED"),
        (ROLE, "CHANGED custom_role_arn"),
        (ROLE, "UNCHANGED"),
    ):
        done = run(emulator, "namespace_template.py", "team", role)
        assert (done.stderr, done.returncode) == ("", 0)
        assert f"template team: {expected}" in done.stdout
    (template,) = ecr.describe_repository_creation_templates()
    assert template.applied_for == ("PULL_THROUGH_CACHE", "CREATE_ON_PUSH")
    assert template.prefix == "team"
    assert template.custom_role_arn == ROLE


def test_find_unencrypted_exits_by_what_it_finds(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Repositories outside the policy are printed, and decide the exit status."""
    ecr.create_repository("plain/one")
    kms = EncryptionConfiguration(encryption_type=EncryptionType.KMS)
    ecr.create_repository("secret/one", encryption_configuration=kms)
    strict = run(emulator, "find_unencrypted.py", "KMS", "KMS_DSSE")
    assert strict.returncode == 1
    assert strict.stdout.split("\t")[:2] == ["plain/one", "AES256"]
    lenient = run(emulator, "find_unencrypted.py", "AES256", "KMS", "KMS_OF_TOMORROW")
    assert (lenient.returncode, lenient.stdout) == (0, "")


def test_demo_shows_its_claims() -> None:
    """Each step prints what it promises, on lines of 80 columns, and nothing of the code is stale."""
    done = run(None, "demo.py")
    assert (done.stderr, done.returncode) == ("", 0)
    for shown in (
        "{'AES256': 30, 'KMS': 30, 'KMS_DSSE': 60}",
        "not known to this release> True False",
        "CreateRepository 2 attempts, None",
        "ServerException after 50 repositories\n121 repositories, 121 different",
        "Counter({'DONE': 121})",
        "v4  among the newest 2",
        "v1  no rule keeps it",
        "Breaks a known limit: repository_name:",
        "Read next:\n  docs/tutorial.md",
    ):
        assert shown in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert ("\n('latest',) " in done.stdout) == bool(shutil.which("skopeo"))
    assert re.search(r"^[1-9]\d* requests were throttled", done.stdout, re.MULTILINE)


def test_demo_says_what_it_lacks_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region, `--aws` ends with the error's text alone."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    done = run(None, "demo.py", "--aws")
    assert done.returncode == 1
    assert done.stderr.startswith("EcrClient: You must specify a region.\nPass region_name")


def test_demo_only_reads_with_aws(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """With --aws the demo lists what is there and changes nothing."""
    ecr.create_repository("plain/one")
    before = ecr.describe_repositories().to_list()
    done = run(emulator, "demo.py", "--aws")
    assert (done.stderr, done.returncode) == ("", 0)
    assert re.search(r"plain +│ +1 │", done.stdout)
    assert ecr.describe_repositories().to_list() == before
