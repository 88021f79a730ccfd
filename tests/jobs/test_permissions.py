"""The page about IAM permissions names the actions that each job needs, and no others.

Each job runs as a role that may do what its row of the table says, and what it calls is recorded.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import attrs
import pytest

from ecr_typed import (
    AccessDeniedException,
    CallEvent,
    EcrClient,
    ImageDetail,
    ImageIdentifier,
    ImageScanningConfiguration,
    ImageTagAlreadyExistsException,
    ImageTagMutability,
    LifecyclePolicyNotFoundException,
    RCTAppliedFor,
    Repository,
    RepositoryPolicyNotFoundException,
    jobs,
)
from ecr_typed.documents import LifecyclePolicy, LifecycleRule, PolicyDocument, Statement
from ecr_typed.jobs import (
    Registry,
    RepositorySettings,
    Retention,
    RetentionAction,
    apply_retention,
    copy_image,
    delete_images,
    each_registry,
    each_repository,
    ensure_creation_template,
    ensure_lifecycle_policy,
    ensure_pull_through_cache_rule,
    ensure_registry_policy_statement,
    ensure_repository,
    ensure_repository_policy,
    login,
    newest_images,
    plan_retention,
    push_image,
    push_layer,
    raise_failures,
    read_blob,
    read_config,
    read_image_graph,
    read_manifest,
    read_scan,
    referrers,
    scan_image,
    tag_image,
)
from ecr_typed.testing import EcrEmulator
from tests.support.pages import DOCS

PAGE = (DOCS / "howto" / "permissions.md").read_text("utf-8")
OPERATIONS = (DOCS / "reference" / "operations.md").read_text("utf-8")
NAMES = re.compile(r"`(\w+:\w+)`")
OTHER_ID = "210987654321"
OLD = datetime(2024, 1, 1, tzinfo=UTC)

RULE = LifecycleRule.expire_untagged(days=14)
LIFECYCLE = LifecyclePolicy([RULE])
PULL = Statement(sid="pull", principal={"AWS": OTHER_ID}, action="ecr:BatchGetImage")
SETTINGS = RepositorySettings(
    tags={"team": "payments"},
    image_tag_mutability=ImageTagMutability.IMMUTABLE,
    image_scanning_configuration=ImageScanningConfiguration(scan_on_push=True),
    lifecycle_policy=LIFECYCLE,
    repository_policy=PolicyDocument([PULL]),
)
REPLICATE = Statement(
    sid="replicate",
    principal={"AWS": f"arn:aws:iam::{OTHER_ID}:root"},
    action="ecr:ReplicateImage",
    resource="arn:aws:ecr:us-east-1:123456789012:repository/*",
)


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
ACTIONS = {
    method: frozenset(NAMES.findall(actions))
    for method, actions in re.findall(r"^\| `(\w+)` \| .* \| (.+) \|$", OPERATIONS, re.MULTILINE)
}
"""The actions that each method needs, as the list of operations says."""


def actions_of(operation_name: str) -> frozenset[str]:
    """Return the actions that an operation needs."""
    return ACTIONS[re.sub(r"(?<=.)(?=[A-Z])", "_", operation_name).lower()]


@attrs.frozen
class Place:
    """A registry, its owner, and a role that may do what a row says."""

    emulator: EcrEmulator
    owner: EcrClient
    ecr: EcrClient
    registry: Registry
    """How the role gets at the registry."""

    used: set[str]
    """The actions that the role used."""


@contextmanager
def place_of(
    actions: frozenset[str], monkeypatch: pytest.MonkeyPatch, account_id: str = "123456789012"
) -> Generator[Place]:
    """Give an empty registry, and a role that may do nothing but some actions."""
    role = f"arn:aws:iam::{account_id}:role/job"
    allowed = sorted(name for name in actions if name.startswith("ecr:")) or ["ecr:None"]
    policy = {"Statement": {"Effect": "Allow", "Action": allowed, "Resource": "*"}}
    used: set[str] = set()

    def record(call: CallEvent) -> None:
        used.update(actions_of(call.operation_name))

    with EcrEmulator(account_id=account_id, iam={role: policy}) as emulator:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint_url)
        registry = Registry("us-east-1", role_arn=role, endpoint_url=emulator.endpoint_url)
        with emulator.client() as owner, registry.connect(on_call=record) as ecr:
            # The role is a limited one.
            with pytest.raises(AccessDeniedException):
                ecr.delete_registry_policy()
            used.clear()
            yield Place(emulator, owner, ecr, registry, used)


Scenario = Callable[[Place], object]


def push(place: Place, *tags: str, **options: Any) -> ImageDetail:
    """Push an image as the owner."""
    return place.emulator.push_image("team/app", tags=tags, **options)


def push_index(place: Place, tag: str) -> ImageDetail:
    """Push an old index with one child."""
    return push(place, tag, children=[push(place, pushed_at=OLD)], pushed_at=OLD)


def by_tag(place: Place) -> None:
    """List what refers to an image that a tag names."""
    push(place, subject=push(place, "v1"))
    assert [*referrers(place.ecr, "team/app", "v1")]


def by_digest(place: Place) -> None:
    """List what refers to an image that a digest names."""
    image = push(place)
    push(place, subject=image)
    assert [*referrers(place.ecr, "team/app", image.image_digest)]


def config_of_an_index(place: Place) -> None:
    """Read the config of an index's child."""
    push(place, "v1", children=[push(place, platform="linux/amd64")])
    assert str(read_config(place.ecr, "team/app", "v1").platform) == "linux/amd64"


def blob(place: Place) -> None:
    """Read a layer."""
    push(place, "v1")
    manifest: Any = read_manifest(place.owner, "team/app", "v1")
    assert b"".join(read_blob(place.ecr, "team/app", manifest.layers[0].digest))


def retag(place: Place) -> None:
    """Give an image another tag."""
    push(place, "v1")
    tag_image(place.ecr, "team/app", "v1", "latest")


def push_twice(place: Place) -> None:
    """Push an image; then try to move its immutable tag."""
    push_image(place.ecr, "team/app", None, [b"one"], tags=["v1"])
    place.owner.put_image_tag_mutability("team/app", ImageTagMutability.IMMUTABLE)
    with pytest.raises(ImageTagAlreadyExistsException):
        push_image(place.ecr, "team/app", None, [b"two"], tags=["v1"])


def clean(
    action: RetentionAction, *, with_index: bool = False, meanwhile: bool = False
) -> Scenario:
    """Return a scenario that removes old images; meanwhile, the owner may delete one of them."""

    def scenario(place: Place) -> None:
        for number in range(2):
            push(place, f"v{number}", pushed_at=OLD)
        if with_index:
            push_index(place, "index")
        push(place, "new")
        graph = read_image_graph(place.owner, "team/app")
        plan = plan_retention(graph, Retention(keep_newest=1), now=datetime.now(UTC))
        if meanwhile:
            place.owner.batch_delete_image("team/app", [ImageIdentifier(image_tag="v0")])
        raise_failures(apply_retention(place.ecr, plan, action=action, dry_run=False))

    return scenario


def delete(*, with_children: bool) -> Scenario:
    """Return a scenario that deletes an image."""

    def scenario(place: Place) -> None:
        push(place, "v1")
        raise_failures(
            delete_images(place.ecr, "team/app", ["v1"], with_children=with_children, dry_run=False)
        )

    return scenario


def delete_index(place: Place) -> None:
    """Delete an index with two children, one of which the owner deletes meanwhile."""
    children = [push(place, platform=f"linux/{name}") for name in ("amd64", "arm64")]
    push(place, "v1", children=children)
    child = ImageIdentifier(image_digest=children[0].image_digest)

    def delete_child(_: object) -> None:
        place.owner.batch_delete_image("team/app", [child])

    outcomes = delete_images(
        place.ecr,
        "team/app",
        ["v1"],
        with_children=True,
        dry_run=False,
        on_progress=delete_child,
    )
    raise_failures(outcomes)


def changed_repository(place: Place) -> None:
    """Change everything of a repository that can be changed."""
    for name in ("team/app", "team/new"):
        assert ensure_repository(place.ecr, name, SETTINGS).differences


def template(place: Place) -> None:
    """Create a template, then change it."""
    for description in ("one", "two"):
        ensure_creation_template(
            place.ecr, "other", [RCTAppliedFor.REPLICATION], description=description
        )


def cache_rule(place: Place) -> None:
    """Create a rule, then change its credentials."""
    secret = f"arn:aws:secretsmanager:us-east-1:{place.registry.account_id}:secret:"
    for name in ("one", "two"):
        ensure_pull_through_cache_rule(
            place.ecr,
            "hub",
            "registry-1.docker.io",
            credential_arn=f"{secret}ecr-pullthroughcache/{name}-abcdef",
        )


def list_repositories(ecr: EcrClient, _: Repository | Registry) -> int:
    """Count the repositories."""
    return len(ecr.describe_repositories().to_list())


def nothing(_: EcrClient, __: Repository | Registry) -> None:
    """Call nothing."""


SCENARIOS: dict[str, list[Scenario]] = {
    "`login`, `Logins`": [lambda place: login(place.ecr)],
    "`newest_images`": [lambda place: newest_images(place.ecr, "team/app", tags=["v*"])],
    "`referrers`": [by_digest, by_tag],
    "`read_manifest`": [
        lambda place: (push(place, "v1"), read_manifest(place.ecr, "team/app", "v1"))
    ],
    "`read_config`": [config_of_an_index],
    "`read_blob`": [blob],
    "`tag_image`": [retag],
    "`push_layer`": [lambda place: push_layer(place.ecr, "team/app", BytesIO(b"layer"))],
    "`push_image`": [
        lambda place: push_image(place.ecr, "team/app", None, [b"one"], tags=["v1"]),
        push_twice,
    ],
    "`read_image_graph`": [
        lambda place: (push(place), read_image_graph(place.ecr, "team/app")),
        lambda place: (push_index(place, "v1"), read_image_graph(place.ecr, "team/app")),
    ],
    "`apply_retention`": [
        clean(RetentionAction.DELETE),
        clean(RetentionAction.DELETE, with_index=True, meanwhile=True),
    ],
    "`apply_retention`, archiving": [
        clean(RetentionAction.ARCHIVE),
        clean(RetentionAction.ARCHIVE, meanwhile=True),
    ],
    "`delete_images`": [delete(with_children=False)],
    "`delete_images`, with children": [delete(with_children=True), delete_index],
    "`read_scan`": [lambda place: (push(place, "v1"), read_scan(place.ecr, "team/app", "v1"))],
    "`scan_image`": [
        lambda place: (push(place, "v1"), scan_image(place.ecr, "team/app", "v1", timeout=0))
    ],
    "`ensure_repository`": [
        lambda place: ensure_repository(place.ecr, "team/new", RepositorySettings()),
        changed_repository,
    ],
    "`ensure_lifecycle_policy`": [
        lambda place: ensure_lifecycle_policy(place.ecr, "team/app", LIFECYCLE)
    ],
    "`ensure_repository_policy`": [
        lambda place: ensure_repository_policy(place.ecr, "team/app", PolicyDocument([PULL]))
    ],
    "`ensure_registry_policy_statement`": [
        lambda place: ensure_registry_policy_statement(place.ecr, REPLICATE)
    ],
    "`ensure_creation_template`": [
        lambda place: ensure_creation_template(place.ecr, "team", [RCTAppliedFor.REPLICATION]),
        template,
    ],
    "`ensure_pull_through_cache_rule`": [
        lambda place: ensure_pull_through_cache_rule(place.ecr, "quay", "quay.io"),
        cache_rule,
    ],
    "`each_repository`": [lambda place: raise_failures(each_repository(nothing, place.ecr))],
    "`each_registry`": [lambda place: raise_failures(each_registry(nothing, [place.registry]))],
}
"""What runs for each row: first what needs the least, then what needs the most."""


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
