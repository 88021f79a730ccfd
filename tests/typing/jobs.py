"""Jobs: what their outcomes hold follows from the function and its items."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_type

from ecr_typed import EcrClient, EcrError, ImageDetail, ImageIdentifier, Repository
from ecr_typed.documents import Descriptor, ImageConfig
from ecr_typed.jobs import (
    CopyItem,
    CopyReport,
    Decision,
    ImageGraph,
    JobFailedError,
    Outcome,
    Progress,
    Registry,
    Retention,
    RetentionAction,
    RetentionPlan,
    Status,
    apply_retention,
    copy_image,
    delete_images,
    each,
    each_registry,
    each_repository,
    plan_retention,
    progress_bar,
    push_image,
    push_layer,
    raise_failures,
    read_blob,
    read_config,
    read_image_graph,
    registries,
)


def count(ecr: EcrClient, repository: Repository) -> int:
    return len(ecr.list_images(repository.repository_name).to_list())


def arn_of(name: str) -> str:
    return f"arn:{name}"


def region_of(ecr: EcrClient, registry: Registry) -> str:
    return registry.region_name


def on_progress(progress: Progress) -> None:
    assert_type(progress.done, int)
    assert_type(progress.total, int | None)
    assert_type(progress.item, object)


def items(ecr: EcrClient) -> None:
    outcomes = each(arn_of, ["team/app"], ordered=True, on_progress=on_progress)
    assert_type(outcomes, Generator[Outcome[str, str], None, None])
    for outcome in outcomes:
        assert_type(outcome.item, str)
        assert_type(outcome.value, str | None)
        assert_type(outcome.error, EcrError | None)
        assert_type(outcome.status, Status)
        assert_type(outcome.registry, Registry | None)
    outcomes.close()
    for created in each(ecr.create_repository, {"team/app", "team/web"}):
        assert_type(created, Outcome[str, Repository])
    for described in each(count_of, ecr.describe_repositories(), executor=ThreadPoolExecutor()):
        assert_type(described, Outcome[Repository, int])


def count_of(repository: Repository) -> int:
    return len(repository.repository_name)


def repositories(ecr: EcrClient, fleet: list[Registry]) -> None:
    for outcome in each_repository(count, ecr, select="team/*"):
        assert_type(outcome, Outcome[Repository, int])
    for anywhere in each_repository(count, fleet, select=["team/*", "web"]):
        # A registry that can't be listed is an item, too.
        assert_type(anywhere, Outcome[Repository | Registry, int])
        if isinstance(anywhere.item, Repository):
            assert_type(anywhere.item.repository_name, str)
        else:
            assert_type(anywhere.item.region_name, str)


def fleets() -> None:
    fleet = registries(regions=["us-east-1"], accounts=["123456789012"], role_name="reader")
    assert_type(fleet, tuple[Registry, ...])
    for outcome in each_registry(region_of, fleet, on_progress=progress_bar("Reading")):
        assert_type(outcome, Outcome[Registry, str])
    assert_type(Registry("us-east-1").connect(), EcrClient)


def failures(outcomes: list[Outcome[Repository, int] | Outcome[str, None]]) -> None:
    try:
        raise_failures(outcomes)
    except JobFailedError as error:
        assert_type(error.exceptions, tuple[EcrError | ExceptionGroup[EcrError], ...])
        assert_type(error.maybe_applied, bool)


def outcomes_are_covariant(outcome: Outcome[Repository, int]) -> Outcome[object, float]:
    return outcome


def retention(ecr: EcrClient) -> None:
    graph = read_image_graph(ecr, "team/app")
    assert_type(graph, ImageGraph)
    assert_type(graph.images["sha256:..."], ImageDetail)
    assert_type(graph.roots(), tuple[str, ...])
    assert_type(graph.closure(["sha256:..."]), frozenset[str])
    assert_type(graph.waves(graph.images), tuple[tuple[str, ...], ...])
    rules = Retention(keep_tags="release-*", keep=["v1"], pushed_within=timedelta(days=30))
    assert_type(rules.keep_tags, tuple[str, ...])
    plan = plan_retention(graph, rules, now=datetime.now(UTC))
    assert_type(plan, RetentionPlan)
    assert_type(plan.remove, tuple[Decision, ...])
    assert_type(RetentionPlan.from_json(plan.to_json()), RetentionPlan)
    outcomes = apply_retention(ecr, plan, dry_run=False, action=RetentionAction.ARCHIVE)
    assert_type(outcomes, Generator[Outcome[Decision, None], None, None])
    images: list[str | ImageIdentifier] = ["v1", ImageIdentifier(image_tag="v2")]
    for outcome in delete_images(ecr, "team/app", images, with_children=True):
        assert_type(outcome, Outcome[ImageIdentifier, None])


def copies(source: EcrClient, target: EcrClient) -> None:
    report = copy_image(source, "team/app", "v1", target, "team/app", tags={"v1", "v2"})
    assert_type(report, CopyReport)
    assert_type(report.outcomes, tuple[Outcome[CopyItem, None], ...])
    assert_type(report.bytes_copied, int)
    raise_failures(report.outcomes)


def blobs(ecr: EcrClient) -> None:
    with Path("layer.tar").open("rb") as file:
        layer = push_layer(ecr, "team/app", file)
    assert_type(layer, Descriptor)
    config = read_config(ecr, "team/app", "v1")
    assert_type(config, ImageConfig)
    assert_type(push_image(ecr, "team/app", config, [layer, b"bytes"], tags=["v2"]), str)
    pieces: Iterator[bytes] = read_blob(ecr, "team/app", layer.digest)
    assert_type(next(pieces), bytes)
