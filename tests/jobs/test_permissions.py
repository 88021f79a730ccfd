"""The page about IAM permissions names the actions that each job needs, and no others.

Each job runs as a role that may do what its row of the table says, and what it calls is recorded.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from ecr_typed import (
    LifecyclePolicyNotFoundException,
    RCTAppliedFor,
    RepositoryPolicyNotFoundException,
    jobs,
)
from ecr_typed.documents import PolicyDocument
from ecr_typed.jobs import (
    Registry,
    Retention,
    apply_retention,
    copy_image,
    delete_images,
    ensure_creation_template,
    ensure_lifecycle_policy,
    ensure_pull_through_cache_rule,
    ensure_registry_policy_statement,
    ensure_repository,
    ensure_repository_policy,
    plan_retention,
    raise_failures,
    read_image_graph,
    tag_image,
)
from ecr_typed.testing import EcrEmulator
from tests.jobs.scenarios import (
    ACTIONS,
    LIFECYCLE,
    NAMES,
    OTHER_ID,
    PULL,
    REPLICATE,
    SCENARIOS,
    SETTINGS,
    Scenario,
    list_repositories,
    place_of,
    push,
    push_index,
)
from tests.support.pages import DOCS

PAGE = (DOCS / "howto" / "permissions.md").read_text("utf-8")


@attrs.frozen
class Row:
    """The actions that the table says a job needs: always, and in some cases."""

    always: frozenset[str]
    sometimes: frozenset[str]


def rows() -> dict[str, Row]:
    """Return the rows of the page's table of jobs by their first column."""
    table = PAGE.partition("## Jobs")[2].partition("\n## ")[0]
    found: dict[str, Row] = {}
    for line in table.splitlines():
        if line.startswith("| `"):
            job, actions = (cell.strip() for cell in line.strip("|").split("|"))
            always, _, sometimes = actions.partition("also ")
            found[job] = Row(frozenset(NAMES.findall(always)), frozenset(NAMES.findall(sometimes)))
    return found


ROWS = rows()


@pytest.mark.parametrize("job", SCENARIOS)
def test_job_needs_the_actions_of_its_row(job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are enough for each scenario, and each is used."""
    row = ROWS[job]
    used: list[set[str]] = []
    with place_of(row.always | row.sometimes, monkeypatch) as place:
        for scenario in SCENARIOS[job]:
            place.owner.create_repository("team/app")
            scenario(place)
            used.append({*place.used})
            place.used.clear()
            for repository in place.owner.describe_repositories():
                place.owner.delete_repository(repository.repository_name, force=True)
    assert used[0] == row.always
    of_ecr = {name for name in row.always | row.sometimes if name.startswith("ecr:")}
    assert set[str]().union(*used) == of_ecr


def test_copy_needs_the_actions_of_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Source and target, in two accounts, have a row each."""
    source, target = (ROWS[f"`copy_image`, {side}"] for side in ("source", "target"))
    with (
        place_of(source.always, monkeypatch) as reads,
        place_of(target.always, monkeypatch, OTHER_ID) as writes,
    ):
        for place in (reads, writes):
            place.owner.create_repository("team/app")
        image = push(reads, "v1", children=[push(reads, platform="linux/amd64")])
        push(reads, subject=image)
        report = copy_image(reads.ecr, "team/app", "v1", writes.ecr, "team/app")
        raise_failures(report.outcomes)
        assert frozenset(reads.used) == source.always
        assert frozenset(writes.used) == target.always


def is_read(action: str) -> bool:
    """Return whether an action changes nothing."""
    return re.match("ecr:(BatchCheck|BatchGet|Describe|Get|List)", action) is not None


def test_dry_runs_need_no_action_that_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that may only read makes the dry run of every job that has one."""
    reads = frozenset(filter(is_read, frozenset[str]().union(*ACTIONS.values())))
    dry: dict[str, Scenario] = {
        "tag_image": lambda place: tag_image(place.ecr, "team/app", "v1", "v2", dry_run=True),
        "copy_image": lambda place: copy_image(
            place.ecr, "team/app", "v1", place.ecr, "team/other", dry_run=True
        ),
        "apply_retention": lambda place: apply_retention(
            place.ecr,
            plan_retention(
                read_image_graph(place.ecr, "team/app"),
                Retention(keep_newest=1),
                now=datetime.now(UTC),
            ),
        ),
        "delete_images": lambda place: delete_images(
            place.ecr, "team/app", ["v1"], with_children=True
        ),
        "ensure_repository": lambda place: [
            ensure_repository(place.ecr, name, SETTINGS, dry_run=True)
            for name in ("team/app", "team/new")
        ],
        "ensure_lifecycle_policy": lambda place: ensure_lifecycle_policy(
            place.ecr, "team/app", LIFECYCLE, dry_run=True
        ),
        "ensure_repository_policy": lambda place: ensure_repository_policy(
            place.ecr, "team/app", PolicyDocument([PULL]), dry_run=True
        ),
        "ensure_registry_policy_statement": lambda place: ensure_registry_policy_statement(
            place.ecr, REPLICATE, dry_run=True
        ),
        "ensure_creation_template": lambda place: ensure_creation_template(
            place.ecr, "team", [RCTAppliedFor.REPLICATION], dry_run=True
        ),
        "ensure_pull_through_cache_rule": lambda place: ensure_pull_through_cache_rule(
            place.ecr, "quay", "quay.io", dry_run=True
        ),
    }
    functions = {name: getattr(jobs, name) for name in jobs.__all__}
    have_dry_runs = {
        name
        for name, function in functions.items()
        if inspect.isfunction(function) and "dry_run" in inspect.signature(function).parameters
    }
    assert set(dry) == have_dry_runs
    with place_of(reads, monkeypatch) as place:
        for name in ("team/app", "team/other"):
            place.owner.create_repository(name)
        push_index(place, "v1")
        push(place, "new")
        for scenario in dry.values():
            outcomes: Any = scenario(place)
            if hasattr(outcomes, "__next__"):
                raise_failures(outcomes)
        assert len(place.owner.describe_images("team/app").to_list()) == 3


def test_every_job_is_in_the_table() -> None:
    """Each row was run, and each function has a row or is named as one that makes no calls."""
    assert {*SCENARIOS, "`copy_image`, source", "`copy_image`, target"} == set(ROWS)
    text = PAGE.partition("## Jobs")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", text))
    functions = {name for name in jobs.__all__ if inspect.isfunction(getattr(jobs, name))}
    assert functions - named == {"progress_bar", "raise_failures", "registries"}


@pytest.mark.parametrize("job", ["`each_repository`", "`each_registry`"])
def test_registries_with_a_role_need_sts(
    job: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A job on a registry with a role assumes the role."""
    assert ROWS[job].sometimes == {"sts:AssumeRole"}
    run_job: Callable[..., Any] = getattr(jobs, job.strip("`"))
    with (
        EcrEmulator() as emulator,
        caplog.at_level("DEBUG", "botocore.endpoint"),
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint_url)
        role = f"arn:aws:iam::{OTHER_ID}:role/{job.strip('`')}"
        registry = Registry("us-east-1", role_arn=role, endpoint_url=emulator.endpoint_url)
        raise_failures(run_job(list_repositories, [registry]))
    assert "AssumeRole" in caplog.text


def test_policies_of_the_page_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """One lets a program read all about repositories and images, the other lets it clean."""
    reader, cleaner = (
        frozenset[str](json.loads(text)["Statement"][0]["Action"])
        for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    )
    rows = [ROWS[job] for job in ("`read_image_graph`", "`apply_retention`")]
    assert cleaner == frozenset[str]().union(*(row.always | row.sometimes for row in rows))
    with place_of(reader, monkeypatch) as place:
        place.owner.create_repository("team/app")
        push_index(place, "v1")
        for repository in place.ecr.describe_repositories():
            name = repository.repository_name
            place.ecr.list_images(name).to_list()
            place.ecr.list_tags_for_resource(repository.repository_arn)
            read_image_graph(place.ecr, name)
            with pytest.raises(LifecyclePolicyNotFoundException):
                place.ecr.get_lifecycle_policy(name)
            with pytest.raises(RepositoryPolicyNotFoundException):
                place.ecr.get_repository_policy(name)
        assert place.used == reader
