"""Lifecycle policies: from the text of a document to its rules, or to the service's refusal.

The service checks a document against a JSON schema, and then its rules against each other. Where
its wording has been seen, it is kept; of a schema that has alternatives it says no more than that
none of them fits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from ecr_typed.testing._emulator.topics.lifecycle_policies.schema import (
    failure,
    one_of,
    read_any,
    read_count,
    read_list,
    read_object,
    read_text,
    read_texts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.errors import ServiceError

StorageClass: TypeAlias = Literal["STANDARD", "ARCHIVE"]

MOST_RULES = 50
MOST_WILDCARDS = 4
SHORTEST_ARCHIVE_DAYS = 90
_TAG_LISTS = ("tagPatternList", "tagPrefixList")
_TAG_STATUSES = ("any", "tagged", "untagged")
_ACTIONS = ({"type": "expire"}, {"type": "transition", "targetStorageClass": "archive"})
_COUNT_TYPES = (
    "imageCountMoreThan",
    "sinceImagePulled",
    "sinceImagePushed",
    "sinceImageTransitioned",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of a policy."""

    priority: int
    tag_status: str
    patterns: tuple[str, ...]
    storage_class: StorageClass
    count_type: str
    count_number: int
    action: Literal["EXPIRE", "TRANSITION"]


def read_rules(text: str) -> list[Rule]:
    """Read the rules of a policy in the order of their priority, or refuse the policy."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise failure("Could not map policyString into LifecyclePolicy.") from error
    rules = sorted(map(_rule, _documents(document)), key=lambda rule: rule.priority)
    _check_together(rules)
    return rules


def _documents(document: object) -> list[object]:
    if not isinstance(document, dict):
        raise failure("Could not map policyString into LifecyclePolicy.")
    members = read_object(cast("object", document), {"rules": read_list}, required=("rules",))
    rules: list[object] = members["rules"]
    if not rules:
        raise failure("array is too short: must have at least 1 elements but instance has 0")
    if len(rules) > MOST_RULES:
        raise failure(
            f"array is too long: must have at most {MOST_RULES} elements but instance has "
            f"{len(rules)}"
        )
    return rules


def _rule(document: object) -> Rule:
    members = read_object(
        document,
        {
            "rulePriority": read_count,
            "description": read_text,
            "selection": _selection,
            "action": read_any,
        },
        required=("action", "rulePriority", "selection"),
    )
    selection, action = members["selection"], members["action"]
    if action not in _ACTIONS:
        raise _no_schema()
    _check_selection(selection)
    _check_action(selection, action["type"])
    prefixes = [f"{prefix}*" for prefix in selection.get("tagPrefixList", [])]
    return Rule(
        priority=members["rulePriority"],
        tag_status=selection["tagStatus"],
        patterns=(*selection.get("tagPatternList", []), *prefixes),
        storage_class="ARCHIVE" if selection.get("storageClass") == "archive" else "STANDARD",
        count_type=selection["countType"],
        count_number=selection["countNumber"],
        action="EXPIRE" if action["type"] == "expire" else "TRANSITION",
    )


def _selection(document: object) -> dict[str, Any]:
    return read_object(
        document,
        {
            "tagStatus": one_of(_TAG_STATUSES),
            "tagPatternList": read_texts,
            "tagPrefixList": read_texts,
            "storageClass": one_of(("archive", "standard")),
            "countType": read_text,
            "countUnit": one_of(("days",)),
            "countNumber": read_count,
        },
        required=("countNumber", "countType", "tagStatus"),
    )


def _check_selection(selection: Mapping[str, Any]) -> None:
    if selection["countType"] not in _COUNT_TYPES:
        raise _no_schema()
    counts_days = selection["countType"] != "imageCountMoreThan"
    of_archive = selection["countType"] == "sinceImageTransitioned"
    is_archive = selection.get("storageClass", "standard") == "archive"
    if counts_days != ("countUnit" in selection) or of_archive != is_archive:
        raise _no_schema()
    lists = [name for name in _TAG_LISTS if name in selection]
    if selection["tagStatus"] != "tagged":
        if lists:
            raise failure(f"{lists[0]} can only be specified when tagStatus=TAGGED")
    elif not lists:
        raise failure("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED")
    elif len(lists) > 1:
        raise failure("Can't specify both tagPrefixList and tagPatternList")
    for pattern in selection.get("tagPatternList", []):
        if pattern.count("*") > MOST_WILDCARDS:
            raise failure(f"'{pattern}' has more than {MOST_WILDCARDS} wildcards")


def _check_action(selection: Mapping[str, Any], action: str) -> None:
    if selection["countType"] == "sinceImagePulled" and action == "expire":
        raise failure("countType=sinceImagePulled can only be used to transition images")
    if selection["countType"] == "sinceImageTransitioned":
        if action == "transition":
            raise failure("countType=sinceImageTransitioned can only be used to expire images")
        if selection["countNumber"] < SHORTEST_ARCHIVE_DAYS:
            raise failure(f"Images stay in the archive for {SHORTEST_ARCHIVE_DAYS} days at least")


def _check_together(rules: list[Rule]) -> None:
    """Check rules in the order of their priority against those that select from the same class."""
    if len({rule.priority for rule in rules}) < len(rules):
        raise failure("Each rule must have a unique rulePriority")
    for storage_class in ("STANDARD", "ARCHIVE"):
        same = [rule for rule in rules if rule.storage_class == storage_class]
        if any(rule.tag_status == "any" for rule in same[:-1]):
            raise failure("Rule for tagStatus=ANY must have the lowest priority per storage class")
        if sum(rule.tag_status == "untagged" for rule in same) > 1:
            raise failure("Only one rule can select Untagged images per storage class.")
        patterns = [frozenset(rule.patterns) for rule in same if rule.patterns]
        if len(set(patterns)) < len(patterns):
            raise failure("Only one rule can select a set of tags per storage class.")


def _no_schema() -> ServiceError:
    return failure("instance failed to match exactly one schema (matched 0 out of 2)")
