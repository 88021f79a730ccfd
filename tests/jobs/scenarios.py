"""What each job is run for, as a role that may do nothing but what the job needs."""

from __future__ import annotations

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
    RCTAppliedFor,
    Repository,
)
from ecr_typed.documents import LifecyclePolicy, LifecycleRule, PolicyDocument, Statement
from ecr_typed.jobs import (
    Registry,
    RepositorySettings,
    Retention,
    RetentionAction,
    apply_retention,
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
