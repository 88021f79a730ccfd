"""What the documents take and return."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_type

from ecr_typed import (
    EcrClient,
    Image,
    ImageDetail,
    ImageIdentifier,
    PutLifecyclePolicyResponse,
    RCTAppliedFor,
    SetRepositoryPolicyResponse,
)
from ecr_typed.documents import (
    Descriptor,
    DocumentProblem,
    ImageConfig,
    ImageIndex,
    ImageReference,
    LifecycleAction,
    LifecycleDecision,
    LifecyclePolicy,
    LifecycleRule,
    LifecycleSelection,
    Manifest,
    Platform,
    PolicyDocument,
    Statement,
    UnknownManifest,
    parse_manifest,
)


def lifecycle_policies(text: str, images: list[ImageDetail], now: datetime) -> None:
    policy = LifecyclePolicy.from_text(text)
    assert_type(policy, LifecyclePolicy)
    assert_type(policy.rules, tuple[LifecycleRule, ...])
    assert_type(policy.extra, Mapping[str, Any])
    assert_type(policy.problems(), tuple[DocumentProblem, ...])
    assert_type(policy.is_same(policy), bool)
    assert_type(policy.is_same(text), bool)
    assert_type(policy.decide(images), Mapping[str, LifecycleDecision])
    for decision in policy.decide(images, now=now).values():
        assert_type(decision.rule, LifecycleRule)
        assert_type(decision.action, LifecycleAction)
        assert_type(decision.action.type, str | None)


def lifecycle_rules(rule: LifecycleRule, selection: LifecycleSelection) -> None:
    rules = [
        LifecycleRule.keep_newest(5),
        LifecycleRule.keep_newest(5, tags=["v*"]),
        LifecycleRule.expire_untagged(days=7),
        LifecycleRule.expire_older(days=7, tags=("v*",)),
        LifecycleRule.expire_unpulled(days=7),
        LifecycleRule.archive_unpulled(days=7),
        LifecycleRule.expire_archived(days=90),
        LifecycleRule.protect(tags={"v*"}),
        LifecycleRule(selection=selection, action=LifecycleAction(type="expire"), priority=1),
    ]
    assert_type(rules, list[LifecycleRule])
    assert_type(LifecyclePolicy(rules), LifecyclePolicy)
    assert_type(rule.selection, LifecycleSelection)
    assert_type(rule.action, LifecycleAction)
    assert_type(rule.priority, int | None)
    assert_type(selection.tag_pattern_list, tuple[str, ...])
    assert_type(selection.count_number, int | None)
    LifecycleSelection(tag_status="tagged", tag_pattern_list=["v*"], extra={"later": 1})


def policies(text: str) -> None:
    policy = PolicyDocument.from_text(text)
    assert_type(policy, PolicyDocument)
    assert_type(policy.statements, tuple[Statement, ...])
    assert_type(policy.version, str | None)
    assert_type(policy.problems(), tuple[DocumentProblem, ...])
    assert_type(policy.problems("registry"), tuple[DocumentProblem, ...])
    assert_type(policy.is_same(text), bool)
    statement = Statement(
        sid="Pull",
        principal={"AWS": ["111122223333"], "Service": "lambda.amazonaws.com"},
        action="ecr:BatchGetImage",
        condition={"Bool": {"aws:SecureTransport": True}},
    )
    assert_type(policy.with_statement(statement), PolicyDocument)
    assert_type(policy.without("Pull"), PolicyDocument)
    assert_type(statement.action, tuple[str, ...])
    assert_type(statement.condition, Mapping[str, Any])
    assert_type(statement.principal, str | Mapping[str, tuple[str, ...]] | None)
    PolicyDocument([Statement(principal="*", action=["ecr:BatchGetImage"])], version=None)


def manifests(text: str) -> None:
    manifest = parse_manifest(text)
    assert_type(manifest, Manifest | ImageIndex | UnknownManifest)
    assert_type(manifest.digest, str)
    assert_type(manifest.media_type, str | None)
    assert_type(manifest.subject, Descriptor | None)
    assert_type(manifest.annotations, Mapping[str, str])
    assert_type(manifest.problems(), tuple[DocumentProblem, ...])
    match parse_manifest(text, "application/json"):
        case Manifest(config=config, layers=layers):
            assert_type(config, Descriptor)
            assert_type(layers, tuple[Descriptor, ...])
        case ImageIndex(manifests=found):
            assert_type(found[0].platform, Platform | None)
        case UnknownManifest(text=unknown):
            assert_type(unknown, str)


def configurations(text: str) -> None:
    config = ImageConfig.from_text(text)
    assert_type(config, ImageConfig)
    assert_type(config.labels, Mapping[str, str])
    assert_type(config.created, datetime | None)
    assert_type(config.platform, Platform | None)
    assert_type(config.cmd, tuple[str, ...])


def references(ecr: EcrClient, text: str) -> None:
    reference = ImageReference.parse(text)
    assert_type(reference, ImageReference)
    assert_type(reference.registry_id, str)
    assert_type(reference.region_name, str)
    assert_type(reference.image_tag, str | None)
    assert_type(reference.image_id, ImageIdentifier | None)
    if reference.image_id is not None:
        ecr.describe_images(reference.repository_name, image_ids=[reference.image_id])


def arguments(ecr: EcrClient, lifecycle: LifecyclePolicy, policy: PolicyDocument) -> None:
    assert_type(ecr.put_lifecycle_policy("app", lifecycle), PutLifecyclePolicyResponse)
    ecr.start_lifecycle_policy_preview("app", lifecycle_policy_text=lifecycle)
    assert_type(ecr.set_repository_policy("app", policy), SetRepositoryPolicyResponse)
    ecr.put_registry_policy(policy)
    ecr.create_repository_creation_template(
        "app", [RCTAppliedFor.REPLICATION], lifecycle_policy=lifecycle, repository_policy=policy
    )
    ecr.update_repository_creation_template(
        "app", lifecycle_policy=lifecycle, repository_policy=policy
    )
    assert_type(ecr.put_image("app", parse_manifest("{}"), image_tag="v1"), Image)
