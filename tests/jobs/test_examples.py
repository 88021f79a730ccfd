"""The example programs of jobs run, as a user runs them."""

from __future__ import annotations

import ast
import base64
import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecr_typed import (
    EcrClient,
    FindingSeverity,
    ImageIdentifier,
    ImageScanFinding,
    LifecyclePolicyNotFoundException,
)
from ecr_typed.jobs import referrers
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import ErrorResponse
from tests.support.examples import FOLDER
from tests.support.examples import run_here as run

OTHER = "210987654321"


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

    denied = ErrorResponse("AccessDeniedException", "not yours")
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

    denied = ErrorResponse("AccessDeniedException", "not yours")
    emulator.faults.inject(denied, operation_name="BatchDeleteImage")
    refused = run(emulator, "clean.py", "team/app", "--delete")
    assert refused.returncode == 1
    assert "3 items failed:" in refused.stderr
    assert "not yours" in refused.stderr

    done = run(emulator, "clean.py", "team/app", "--delete")
    assert (done.stderr, done.returncode) == ("", 0)
    assert len(ecr.describe_images("team/app").to_list()) == 40


def test_copy_shows_a_plan_and_copies_only_if_told_to(emulator: EcrEmulator) -> None:
    """The copy goes to another account and region, and does nothing without `--yes`."""
    with (
        emulator.client() as ecr,
        emulator.client(region_name="eu-west-1", account_id=OTHER) as target,
    ):
        ecr.create_repository("team/app")
        pushed = emulator.push_image("team/app", tags=["v1"])
        role = f"arn:aws:iam::{OTHER}:role/writer"
        command = ("copy_image.py", "team/app", "v1", "eu-west-1", role)
        assert "would be created in 210987654321" in run(emulator, *command).stderr
        assert target.describe_repositories().to_list() == []
        assert run(emulator, *command, "--yes").stderr == ""
        (copied,) = target.describe_images("team/app")
        assert (copied.image_digest, copied.image_tags) == (pushed.image_digest, ("v1",))
        emulator.push_image("team/app", tags=["v2"])
        planned = run(emulator, "copy_image.py", "team/app", "v2", "eu-west-1", role)
        assert (planned.stderr, "PLANNED" in planned.stdout) == ("", True)
        assert len(target.describe_images("team/app").to_list()) == 1


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
    ecr.create_repository("team/platforms")
    children = [emulator.push_image("team/platforms", pushed_at=old) for _ in range(4)]
    emulator.push_image("team/platforms", tags=["v1"], children=children, pushed_at=old)

    dry = run(emulator, "lifecycle_everywhere.py", "team/*")
    assert dry.stderr == ""
    with pytest.raises(LifecyclePolicyNotFoundException):
        ecr.get_lifecycle_policy("team/few")
    done = run(emulator, "lifecycle_everywhere.py", "team/*", "--apply")
    assert sorted(done.stdout.splitlines()) == [
        "team/few created: 1 of 2 images expire",
        "team/many left: 3 of 4 images would expire",
        # What an index lists stays with it.
        "team/platforms created: 0 of 5 images expire",
    ]
    assert ecr.get_lifecycle_policy("team/few").lifecycle_policy_text


def test_pull_through_is_set_up_once(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The second run finds rule and template as they have to be."""
    command = ("pull_through.py", "quay", "quay.io")
    for applied, shown in (
        ((), "CREATED"),
        (("--apply",), "CREATED"),
        ((), "UNCHANGED"),
        (("--apply",), "UNCHANGED"),
    ):
        done = run(emulator, *command, *applied)
        assert (done.stderr, done.stdout) == ("", f"rule {shown}, template {shown}\n")
    assert len(ecr.describe_pull_through_cache_rules().to_list()) == 1


def test_labels_of_the_newest_images_are_printed(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Each repository has a line, with what refers to its newest image."""
    ecr.create_repository("team/app")
    ecr.create_repository("team/empty")
    image = emulator.push_image("team/app", tags=["v1"])
    emulator.push_image("team/app", subject=image, artifact_type="application/spdx+json")
    done = run(emulator, "labels.py")
    assert done.stderr == ""
    lines = sorted(done.stdout.splitlines())
    assert lines[0].startswith("team/app ('v1',): {")
    assert lines[0].endswith(" ['application/spdx+json']")
    assert lines[1] == "team/empty no images"


def test_fleet_counts_images_in_other_accounts(emulator: EcrEmulator) -> None:
    """Accounts are entered by a role, in each region."""
    with emulator.client(region_name="eu-west-1", account_id=OTHER) as other:
        other.create_repository("team/web")
    done = run(emulator, "fleet.py", "us-east-1", "eu-west-1", OTHER, "111122223333")
    assert (done.stderr, done.returncode) == ("", 0)
    heading, line = done.stdout.splitlines()
    assert heading == "registry,item,status,value,error"
    assert line.endswith("team/web,DONE,0,")
    assert OTHER in line


def test_set_up_changes_only_what_differs(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A dry run creates nothing; the second run finds all as it has to be."""
    ecr.create_repository("team/web")
    settings = "'image_tag_mutability', 'image_scanning_configuration', 'lifecycle_policy'"
    planned = run(emulator, "set_up.py", "team/app", "team/web")
    assert (planned.stderr, sorted(planned.stdout.splitlines())) == (
        "",
        [f"('team/app', 'CREATED', {settings})", f"('team/web', 'CHANGED', {settings})"],
    )
    assert len(ecr.describe_repositories().to_list()) == 1
    done = run(emulator, "set_up.py", "team/app", "team/web", "--apply")
    assert done.stdout.splitlines() != []
    again = run(emulator, "set_up.py", "team/app", "team/web", "--apply")
    assert sorted(again.stdout.splitlines()) == [
        "('team/app', 'UNCHANGED')",
        "('team/web', 'UNCHANGED')",
    ]
    wrong = run(emulator, "set_up.py", "Team/App", "--apply")
    assert "Team/App: FAILED" in wrong.stdout


def test_promotion_moves_a_tag_to_the_newest_release(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """The tag is moved only if that is meant, and not again."""
    ecr.create_repository("team/app")
    ecr.create_repository("team/empty")
    now = datetime.now(UTC)
    for days, tags in ((3, ["v1", "stable"]), (2, ["v2"]), (1, ["nightly"])):
        emulator.push_image("team/app", tags=tags, pushed_at=now - timedelta(days=days))
    command = ("promote.py", "team/*", "v*", "stable")
    for applied, shown in (((), "PLANNED"), (("--yes",), "DONE"), (("--yes",), "UNCHANGED")):
        done = run(emulator, *command, *applied)
        assert done.stderr == ""
        app, empty = sorted(done.stdout.splitlines())
        assert app.startswith(f"team/app {shown}: sha256:")
        assert empty == "team/empty no release"
    found = {image.image_tags for image in ecr.describe_images("team/app")}
    assert ("v1",) in found


def test_file_is_attached_to_an_image(
    emulator: EcrEmulator, ecr: EcrClient, tmp_path: Path
) -> None:
    """The file becomes a referrer of the image, once."""
    ecr.create_repository("team/app")
    image = emulator.push_image("team/app", tags=["v1"])
    bill = tmp_path / "bill.json"
    bill.write_text("{}")
    command = ("attach.py", "team/app", "v1", str(bill))
    assert "would be attached" in run(emulator, *command).stderr
    digests = {run(emulator, *command, "--yes").stdout.strip() for _ in range(2)}
    (referrer,) = referrers(ecr, "team/app", image.image_digest)
    assert digests == {referrer.digest}
    assert referrer.artifact_type == "application/spdx+json"


def test_scan_report_has_a_line_for_each_repository(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """What was not scanned is told from what is clean."""
    for name in ("team/clean", "team/bad", "team/new", "team/empty"):
        ecr.create_repository(name)
        if name != "team/empty":
            emulator.push_image(name, subject=emulator.push_image(name, tags=["v1"]))
    emulator.set_scan_findings("team/clean", ImageIdentifier(image_tag="v1"), [])
    finding = ImageScanFinding(name="CVE-2026-1", severity=FindingSeverity.HIGH)
    emulator.set_scan_findings("team/bad", ImageIdentifier(image_tag="v1"), [finding])
    done = run(emulator, "scan_report.py", "team/*")
    assert done.stderr == ""
    lines = {line[0]: line[1:] for line in csv.reader(done.stdout.splitlines())}
    assert lines["team/clean"] == ["COMPLETE", "True", *"0000000"]
    assert lines["team/bad"] == ["COMPLETE", "True", *"0000010"]
    assert lines["team/new"] == ["NO_SCAN", "False", *"0000000"]
    assert lines["team/empty"] == ["no image"]


def test_login_is_saved_and_not_shown(emulator: EcrEmulator, tmp_path: Path) -> None:
    """The password is in the file alone."""
    done = run(emulator, "login.py", str(tmp_path))
    (entry,) = json.loads((tmp_path / "config.json").read_text())["auths"].values()
    password = base64.b64decode(entry["auth"]).decode().partition(":")[2]
    assert done.stderr == ""
    assert password not in done.stdout
    assert entry["auth"] not in done.stdout


def test_images_are_deleted_with_their_children_if_that_is_meant(
    emulator: EcrEmulator, ecr: EcrClient
) -> None:
    """Without `--delete` it is only shown."""
    ecr.create_repository("team/app")
    child = emulator.push_image("team/app")
    emulator.push_image("team/app", tags=["v1"], children=[child])
    emulator.push_image("team/app", tags=["v2"])
    planned = run(emulator, "delete.py", "team/app", "v1", "gone")
    assert planned.stderr == ""
    assert planned.stdout.count("PLANNED") == 2
    assert len(ecr.describe_images("team/app").to_list()) == 3
    done = run(emulator, "delete.py", "team/app", "v1", "gone", "--delete")
    assert done.stdout.count("DONE") == 3
    assert [image.image_tags for image in ecr.describe_images("team/app")] == [("v2",)]


SEVEN = (
    "clean.py",
    "copy_image.py",
    "scan_gate.py",
    "lifecycle_everywhere.py",
    "fleet.py",
    "pull_through.py",
    "labels.py",
)
"""The jobs that public programs have in common."""


@pytest.mark.parametrize("name", SEVEN)
def test_common_jobs_take_15_lines(name: str) -> None:
    """Imports, docstrings and blank lines are not counted."""
    text = (FOLDER / name).read_text("utf-8")
    others: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            others.update(range(node.lineno, (node.end_lineno or 0) + 1))
        elif isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            others.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(text.splitlines(), 1)
    assert len([line for number, line in lines if line.strip() and number not in others]) <= 15


@pytest.mark.parametrize(
    "name",
    [
        *SEVEN,
        "set_up.py",
        "promote.py",
        "attach.py",
        "scan_report.py",
        "login.py",
        "delete.py",
    ],
)
def test_examples_of_jobs_have_30_lines(name: str) -> None:
    """Somebody who starts from one reads it at a glance."""
    assert len((FOLDER / name).read_text("utf-8").splitlines()) <= 30
