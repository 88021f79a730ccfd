"""The example programs run, as a user runs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    FindingSeverity,
    ImageIdentifier,
    ImageScanFinding,
    LifecyclePolicyNotFoundException,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import ErrorAnswer
from tests.support.newer import needs

FOLDER = Path(__file__).parent.parent / "examples"
ROLE = "arn:aws:iam::123456789012:role/ecr-templates"


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def ecr(emulator: EcrEmulator) -> Iterator[EcrClient]:
    with emulator.client() as ecr:
        yield ecr


def run(emulator: EcrEmulator | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    if emulator is not None:
        environment["AWS_ENDPOINT_URL_ECR"] = emulator.endpoint_url
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


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
    for _ in range(2):
        done = run(emulator, "create_encrypted.py", "team/app", "--tag", "team=payments")
        assert (done.stderr, done.returncode) == ("", 0)
        assert "is encrypted with arn:aws:kms:" in done.stdout
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
    """The template of a namespace is created first and updated from then on."""
    for _ in range(2):
        done = run(emulator, "namespace_template.py", "team", ROLE)
        assert (done.stderr, done.returncode) == ("", 0)
        assert "for PULL_THROUGH_CACHE, CREATE_ON_PUSH" in done.stdout
    (template,) = ecr.describe_repository_creation_templates()
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


def test_fleet_counts_images_in_every_region(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The table has a line for each repository of each region, and for what could not be read."""
    ecr.create_repository("team/app")
    with emulator.client(region_name="eu-west-1") as other:
        other.create_repository("team/web")
    done = run(emulator, "fleet.py", "us-east-1", "eu-west-1")
    assert (done.stderr, done.returncode) == ("", 0)
    heading, *lines = done.stdout.splitlines()
    assert heading == "registry,item,status,value,error"
    assert sorted(lines) == ["eu-west-1,team/web,DONE,0,", "us-east-1,team/app,DONE,0,"]

    denied = ErrorAnswer("AccessDeniedException", "not yours")
    emulator.faults.inject(denied, operation_name="ListImages")
    done = run(emulator, "fleet.py", "us-east-1")
    assert (done.stderr, done.returncode) == ("", 1)
    assert 'us-east-1,team/app,FAILED,,"ListImages: not yours' in done.stdout


def test_clean_deletes_only_when_told(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The plan is printed, a dry run deletes nothing, and failures are reported."""
    ecr.create_repository("team/app")
    for days in range(2, 25):
        pushed_at = datetime.now(UTC) - timedelta(days=days)
        child = emulator.push_image("team/app", pushed_at=pushed_at)
        emulator.push_image("team/app", tags=[f"v{days}"], children=[child], pushed_at=pushed_at)
    dry = run(emulator, "clean.py", "team/app")
    assert (dry.stderr, dry.returncode) == ("", 0)
    assert dry.stdout.startswith("team/app: 6 of 46 images are removed")
    assert len(ecr.describe_images("team/app").to_list()) == 46

    denied = ErrorAnswer("AccessDeniedException", "not yours")
    emulator.faults.inject(denied, operation_name="BatchDeleteImage")
    refused = run(emulator, "clean.py", "team/app", "--delete")
    assert refused.returncode == 1
    assert "3 items failed:" in refused.stderr
    assert "not yours" in refused.stderr

    done = run(emulator, "clean.py", "team/app", "--delete")
    assert (done.stderr, done.returncode) == ("", 0)
    assert len(ecr.describe_images("team/app").to_list()) == 40


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


def test_demo_only_reads_with_aws(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """With --aws the demo lists what is there and changes nothing."""
    ecr.create_repository("plain/one")
    before = ecr.describe_repositories().to_list()
    done = run(emulator, "demo.py", "--aws")
    assert (done.stderr, done.returncode) == ("", 0)
    assert re.search(r"plain +│ +1 │", done.stdout)
    assert ecr.describe_repositories().to_list() == before


def test_copy_shows_a_plan_and_copies_only_if_told_to(emulator: EcrEmulator) -> None:
    """The copy goes to another region, and does nothing without `--yes`."""
    with emulator.client() as ecr, emulator.client(region_name="eu-west-1") as target:
        for client in (ecr, target):
            client.create_repository("team/app")
        pushed = emulator.push_image("team/app", tags=["v1"])
        command = ("copy_image.py", "team/app", "v1", "eu-west-1")
        planned = run(emulator, *command)
        assert planned.stderr == ""
        assert "PLANNED" in planned.stdout
        assert target.describe_images("team/app").to_list() == []
        assert run(emulator, *command, "--yes").stderr == ""
        (copied,) = target.describe_images("team/app")
        assert copied.image_digest == pushed.image_digest


def test_scan_gate_stops_what_is_severe(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The status is 0 for a clean image, 1 for a vulnerable one, and each finding is printed."""
    ecr.create_repository("team/app")
    clean = emulator.push_image("team/app", tags=["clean"])
    bad = emulator.push_image("team/app", tags=["bad"])
    assert clean.image_digest != bad.image_digest
    emulator.set_scan_findings("team/app", ImageIdentifier(image_tag="clean"), [])
    finding = ImageScanFinding(name="CVE-2026-1", severity=FindingSeverity.CRITICAL)
    emulator.set_scan_findings("team/app", ImageIdentifier(image_tag="bad"), [finding])

    assert run(emulator, "scan_gate.py", "team/app", "clean").returncode == 0
    stopped = run(emulator, "scan_gate.py", "team/app", "bad")
    assert stopped.returncode == 1
    assert stopped.stdout == "CRITICAL CVE-2026-1 None no fix\n"
    assert "1 severe vulnerabilities" in stopped.stderr


def test_lifecycle_policy_is_set_but_where_it_expires_much(
    emulator: EcrEmulator, ecr: EcrClient
) -> None:
    """A dry run sets nothing; then the policy is set where it expires at most half."""
    old = datetime.now(UTC) - timedelta(days=30)
    for name, untagged in (("team/few", 1), ("team/many", 3)):
        ecr.create_repository(name)
        emulator.push_image(name, tags=["v1"])
        for _ in range(untagged):
            emulator.push_image(name, pushed_at=old)
    ecr.create_repository("other/app")

    dry = run(emulator, "lifecycle_everywhere.py", "team/*")
    assert dry.stderr == ""
    with pytest.raises(LifecyclePolicyNotFoundException):
        ecr.get_lifecycle_policy("team/few")
    done = run(emulator, "lifecycle_everywhere.py", "team/*", "--apply")
    assert sorted(done.stdout.splitlines()) == [
        "team/few created: 1 of 2 images expire",
        "team/many left: 3 of 4 images would expire",
    ]
    assert ecr.get_lifecycle_policy("team/few").lifecycle_policy_text


def test_pull_through_is_set_up_once(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The second run finds rule and template as they have to be."""
    assert run(emulator, "pull_through.py", "quay", "quay.io").stdout == (
        "rule CREATED, template CREATED\n"
    )
    assert run(emulator, "pull_through.py", "quay", "quay.io").stdout == (
        "rule UNCHANGED, template UNCHANGED\n"
    )


def test_labels_of_the_newest_images_are_printed(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Each repository has a line, with what refers to its newest image."""
    ecr.create_repository("team/app")
    ecr.create_repository("team/empty")
    image = emulator.push_image("team/app", tags=["v1"])
    emulator.push_image("team/app", subject=image, pushed_at=datetime.now(UTC) - timedelta(days=1))
    done = run(emulator, "labels.py")
    assert done.stderr == ""
    lines = sorted(done.stdout.splitlines())
    assert lines[0].startswith("team/app ('v1',): {")
    assert lines[1] == "team/empty no images"
