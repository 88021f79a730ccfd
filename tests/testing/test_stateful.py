"""Random sequences of operations: the emulator never disagrees with a small reference."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from ecr_typed import (
    EcrServiceError,
    ImageIdentifier,
    ImageTagMutability,
    RCTAppliedFor,
)

from .reference import Refused, Registry, Template, digest_of

if TYPE_CHECKING:
    from ecr_typed import EcrClient
    from ecr_typed.testing import EcrEmulator

Result = TypeVar("Result")

NAMES = st.sampled_from(["prod/aa", "prod/deep/aa", "zz"])
MUTABILITIES = st.sampled_from(["MUTABLE", "IMMUTABLE"])
KEYS = st.sampled_from(["team", "stage", "owner"])
TAGS = st.dictionaries(KEYS, st.text("ab", max_size=2), max_size=3)
IMAGE_TAGS = st.sampled_from(["v1", "v2"])
PREFIXES = st.sampled_from(["prod", "prod/", "prod/deep", "ROOT"])
SCENARIOS = st.lists(
    st.sampled_from(["CREATE_ON_PUSH", "REPLICATION", "PULL_THROUGH_CACHE"]),
    min_size=1,
    unique=True,
)
INDEX = "application/vnd.oci.image.index.v1+json"


def index(name: str, *children: str) -> str:
    """Write an index; without children it is an image that needs no layers."""
    listed = [
        {"mediaType": INDEX, "size": len(each), "digest": digest_of(each)} for each in children
    ]
    annotations = {"name": name}
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": listed,
            "annotations": annotations,
        }
    )


ONE, TWO = index("one"), index("two")
MANIFESTS = st.sampled_from([ONE, TWO, index("both", ONE, TWO)])


class Machine(RuleBasedStateMachine):
    """The emulator, read and changed through the typed client, beside the reference."""

    def __init__(self, emulator: EcrEmulator, ecr: EcrClient) -> None:
        super().__init__()
        emulator.reset()
        self.ecr = ecr
        self.expected = Registry()

    def both(self, expect: Callable[[], object], call: Callable[[], Result]) -> Result | None:
        """Do the same on both sides; where the reference refuses, the service does, likewise."""
        code: str | None = None
        try:
            expect()
        except Refused as refused:
            code = refused.code
        if code is None:
            return call()
        with pytest.raises(EcrServiceError) as caught:
            call()
        assert caught.value.code == code
        return None

    def arn(self, name: str) -> str:
        """Give the ARN of a repository, there or not."""
        return f"arn:aws:ecr:us-east-1:123456789012:repository/{name}"

    @initialize()
    def begin(self) -> None:
        """Begin with something to work on: most calls on an empty registry are refused."""
        for name, mutability in (("prod/aa", "MUTABLE"), ("zz", "IMMUTABLE")):
            self.create_repository(name, mutability, {"team": "a"})
            self.put_image(name, ONE, "v1")
        for prefix, mutability in (("prod", "MUTABLE"), ("prod/deep", "IMMUTABLE")):
            self.create_template(prefix, ["CREATE_ON_PUSH"], mutability)

    @rule(name=NAMES, mutability=MUTABILITIES, tags=TAGS)
    def create_repository(self, name: str, mutability: str, tags: dict[str, str]) -> None:
        kind = ImageTagMutability(mutability)
        created = self.both(
            lambda: self.expected.create(name, mutability, tags),
            lambda: self.ecr.create_repository(name, image_tag_mutability=kind, tags=tags),
        )
        assert created is None or created.repository_arn == self.arn(name)

    @rule(name=NAMES, force=st.booleans())
    def delete_repository(self, name: str, force: bool) -> None:
        self.both(
            lambda: self.expected.delete(name, force=force),
            lambda: self.ecr.delete_repository(name, force=force),
        )

    @rule(name=NAMES, mutability=MUTABILITIES)
    def put_image_tag_mutability(self, name: str, mutability: str) -> None:
        self.both(
            lambda: setattr(self.expected.repository(name), "mutability", mutability),
            lambda: self.ecr.put_image_tag_mutability(name, ImageTagMutability(mutability)),
        )

    @rule(name=NAMES, tags=TAGS)
    def tag_resource(self, name: str, tags: dict[str, str]) -> None:
        self.both(
            lambda: self.expected.repository(name).tags.update(tags),
            lambda: self.ecr.tag_resource(self.arn(name), tags),
        )

    @rule(name=NAMES, keys=st.lists(KEYS, max_size=2))
    def untag_resource(self, name: str, keys: list[str]) -> None:
        def expect() -> None:
            tags = self.expected.repository(name).tags
            for key in keys:
                tags.pop(key, None)

        self.both(expect, lambda: self.ecr.untag_resource(self.arn(name), keys))

    @rule(name=NAMES, manifest=MANIFESTS, tag=st.none() | IMAGE_TAGS)
    def put_image(self, name: str, manifest: str, tag: str | None) -> None:
        put = self.both(
            lambda: self.expected.put_image(name, manifest, tag),
            lambda: self.ecr.put_image(name, manifest, image_tag=tag),
        )
        assert put is None or put.image_id == ImageIdentifier(
            image_digest=digest_of(manifest), image_tag=tag
        )

    @rule(name=NAMES, manifest=MANIFESTS, tag=st.none() | IMAGE_TAGS)
    def batch_delete_image(self, name: str, manifest: str, tag: str | None) -> None:
        codes: list[str | None] = []
        image_id = (
            ImageIdentifier(image_digest=digest_of(manifest))
            if tag is None
            else ImageIdentifier(image_tag=tag)
        )
        answer = self.both(
            lambda: codes.append(self.expected.repository(name).delete_image(manifest, tag)),
            lambda: self.ecr.batch_delete_image(name, [image_id]),
        )
        if answer is not None:
            failures = [failure.failure_code for failure in answer.failures or ()]
            assert failures == [code for code in codes if code is not None]

    @rule(prefix=PREFIXES, scenarios=SCENARIOS, mutability=MUTABILITIES)
    def create_template(self, prefix: str, scenarios: list[str], mutability: str) -> None:
        self.both(
            lambda: self.expected.create_template(Template(prefix, scenarios, mutability)),
            lambda: self.ecr.create_repository_creation_template(
                prefix,
                [RCTAppliedFor(scenario) for scenario in scenarios],
                image_tag_mutability=ImageTagMutability(mutability),
            ),
        )

    @rule(prefix=PREFIXES, description=st.sampled_from(["", "d", "e"]), scenarios=SCENARIOS)
    def update_template(self, prefix: str, description: str, scenarios: list[str]) -> None:
        def expect() -> None:
            template = self.expected.template(prefix)
            template.description = description or None
            template.applied_for = scenarios

        self.both(
            expect,
            lambda: self.ecr.update_repository_creation_template(
                prefix,
                description=description,
                applied_for=[RCTAppliedFor(scenario) for scenario in scenarios],
            ),
        )

    @rule(prefix=PREFIXES)
    def delete_template(self, prefix: str) -> None:
        self.both(
            lambda: self.expected.delete_template(prefix),
            lambda: self.ecr.delete_repository_creation_template(prefix),
        )

    @rule()
    def read(self) -> None:
        """Compare all that can be read."""
        self.compare_repositories()
        self.compare_templates()

    def teardown(self) -> None:
        self.read()

    def compare_repositories(self) -> None:
        read = {
            repository.repository_name: repository.image_tag_mutability
            for repository in self.ecr.describe_repositories(page_size=2)
        }
        expected = self.expected.repositories
        assert read == {name: each.mutability for name, each in expected.items()}
        for name, repository in expected.items():
            tags = self.ecr.list_tags_for_resource(self.arn(name))
            assert {tag.key: tag.value for tag in tags} == repository.tags
            images = {
                image.image_digest: set(image.image_tags or ())
                for image in self.ecr.describe_images(name, page_size=2)
            }
            assert images == {digest_of(image): t for image, t in repository.images.items()}

    def compare_templates(self) -> None:
        read = [
            (each.prefix, each.applied_for, each.image_tag_mutability, each.description)
            for each in self.ecr.describe_repository_creation_templates(page_size=1)
        ]
        expected = [
            (each.prefix, tuple(each.applied_for), each.mutability, each.description)
            for _, each in sorted(self.expected.templates.items())
        ]
        assert sorted(read, key=str) == sorted(expected, key=str)


def test_any_sequence_of_operations(fresh: EcrEmulator, typed: EcrClient) -> None:
    """Whatever was done before, repositories, tags, images and templates are those of the reference."""

    class OfThese(Machine):
        def __init__(self) -> None:
            super().__init__(fresh, typed)

    run_state_machine_as_test(
        OfThese,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
