"""Lifecycle policy documents: from their text to rules, or to the service's refusal.

The service checks a document against a JSON schema, and then its rules against each other. Its
wording is kept where it has been captured; of a schema with alternatives it says no more than that
none of them matches.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.texts import lifecycle_policies as lifecycle_texts

StorageClass: TypeAlias = Literal["STANDARD", "ARCHIVE"]
_Reader: TypeAlias = Callable[[object], Any]

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
_ARCHIVE_WORDS = frozenset(
    {
        "transition",
        "targetStorageClass",
        "storageClass",
        "sinceImagePulled",
        "sinceImageTransitioned",
    }
)
_JSON_NAMES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


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
        raise _failure(lifecycle_texts.NO_POLICY()) from error
    rules = sorted(map(_rule, _documents(document)), key=lambda rule: rule.priority)
    _check_together(rules)
    return rules


def is_lifecycle_policy(text: str) -> bool:
    """Return whether a text is a lifecycle policy that the service accepts."""
    try:
        read_rules(text)
    except ServiceError:
        return False
    return True


def _documents(document: object) -> list[object]:
    if not isinstance(document, dict):
        raise _failure(lifecycle_texts.NO_POLICY())
    members = _read_object(cast("object", document), {"rules": _read_list}, required=("rules",))
    rules: list[object] = members["rules"]
    if not rules:
        raise _failure(lifecycle_texts.EMPTY_ARRAY())
    if len(rules) > MOST_RULES:
        raise _failure(lifecycle_texts.TOO_MANY_RULES(most=MOST_RULES, count=len(rules)))
    return rules


def _rule(document: object) -> Rule:
    members = _read_object(
        document,
        {
            "rulePriority": _read_count,
            "description": _read_text,
            "selection": _selection,
            "action": _read_any,
        },
        required=("action", "rulePriority", "selection"),
    )
    selection, action = members["selection"], members["action"]
    if action not in _ACTIONS:
        raise _no_schema({**selection, **(action if isinstance(action, dict) else {})})
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
    return _read_object(
        document,
        {
            "tagStatus": _one_of(_TAG_STATUSES),
            "tagPatternList": _read_texts,
            "tagPrefixList": _read_texts,
            "storageClass": _one_of(("archive", "standard")),
            "countType": _read_text,
            "countUnit": _one_of(("days",)),
            "countNumber": _read_count,
        },
        required=("countNumber", "countType", "tagStatus"),
    )


def _check_selection(selection: Mapping[str, Any]) -> None:
    if selection["countType"] not in _COUNT_TYPES:
        raise _no_schema(selection)
    counts_days = selection["countType"] != "imageCountMoreThan"
    of_archive = selection["countType"] == "sinceImageTransitioned"
    is_archive = selection.get("storageClass", "standard") == "archive"
    if counts_days != ("countUnit" in selection) or of_archive != is_archive:
        raise _no_schema(selection)
    lists = [name for name in _TAG_LISTS if name in selection]
    if selection["tagStatus"] != "tagged":
        if lists:
            raise _failure(lifecycle_texts.LIST_WITHOUT_TAGGED(name=lists[0]))
    elif not lists:
        raise _failure(lifecycle_texts.TAGGED_WITHOUT_LIST())
    elif len(lists) > 1:
        raise _failure(lifecycle_texts.TWO_LISTS())
    for pattern in selection.get("tagPatternList", []):
        if pattern.count("*") > MOST_WILDCARDS:
            raise _failure(lifecycle_texts.TOO_MANY_WILDCARDS(pattern=pattern, most=MOST_WILDCARDS))


def _check_action(selection: Mapping[str, Any], action: str) -> None:
    if selection["countType"] == "sinceImagePulled" and action == "expire":
        raise _failure(lifecycle_texts.PULLED_NEEDS_TRANSITION())
    if selection["countType"] == "sinceImageTransitioned":
        if action == "transition":
            raise _failure(lifecycle_texts.TRANSITIONED_NEEDS_EXPIRE())
        if selection["countNumber"] < SHORTEST_ARCHIVE_DAYS:
            raise _failure(lifecycle_texts.ARCHIVE_TOO_SHORT(days=SHORTEST_ARCHIVE_DAYS))


def _check_together(rules: list[Rule]) -> None:
    """Check rules in the order of their priority against those that select from the same class."""
    if len({rule.priority for rule in rules}) < len(rules):
        raise _failure(lifecycle_texts.REPEATED_PRIORITY())
    for storage_class in ("STANDARD", "ARCHIVE"):
        same = [rule for rule in rules if rule.storage_class == storage_class]
        if any(rule.tag_status == "any" for rule in same[:-1]):
            raise _failure(lifecycle_texts.ANY_IS_NOT_LAST())
        if sum(rule.tag_status == "untagged" for rule in same) > 1:
            raise _failure(lifecycle_texts.REPEATED_UNTAGGED())
        patterns = [frozenset(rule.patterns) for rule in same if rule.patterns]
        if len(set(patterns)) < len(patterns):
            raise _failure(lifecycle_texts.REPEATED_TAGS())


def _no_schema(members: Mapping[str, Any]) -> ServiceError:
    """Return the error for a rule that no schema of a rule matches.

    The count of schemas in captured messages is 2, and 4 where a rule is about the archive.
    """
    count = 2 if _ARCHIVE_WORDS.isdisjoint(map(str, (*members, *members.values()))) else 4
    return _failure(lifecycle_texts.NO_SCHEMA_MATCHES(count=count))


def _failure(why: str) -> ServiceError:
    """Return the error for a policy that is refused."""
    return invalid("LifecyclePolicyText", lifecycle_texts.VALIDATION_FAILURE(why=why))


def _read_object(
    value: object, readers: Mapping[str, _Reader], *, required: Collection[str]
) -> dict[str, Any]:
    """Read the members of an object; the schema allows no others."""
    if not isinstance(value, dict):
        raise _wrong_type(value, "object")
    members = cast("dict[str, object]", value)
    missing = sorted(set(required) - members.keys())
    if missing:
        raise _failure(lifecycle_texts.MISSING_PROPERTIES(names=json.dumps(missing)))
    unknown = sorted(members.keys() - readers.keys())
    if unknown:
        raise _failure(lifecycle_texts.UNKNOWN_PROPERTIES(names=json.dumps(unknown)))
    if None in members.values():
        raise _no_schema(members)
    return {name: readers[name](member) for name, member in members.items()}


def _read_any(value: object) -> object:
    """Return any value; something else reads it."""
    return value


def _read_list(value: object) -> list[object]:
    """Read a list of anything."""
    if not isinstance(value, list):
        raise _wrong_type(value, "array")
    return cast("list[object]", value)


def _read_text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise _wrong_type(value, "string")
    return value


def _read_texts(value: object) -> list[str]:
    """Read a list of at least one text, none of them empty."""
    texts = [_read_text(each) for each in _read_list(value)]
    if not texts:
        raise _failure(lifecycle_texts.EMPTY_ARRAY())
    if not all(texts):
        raise _failure(lifecycle_texts.EMPTY_STRING())
    return texts


def _read_count(value: object) -> int:
    """Read an integer of 1 or more."""
    # The type is compared because bool is a subclass of int in Python, but not in JSON.
    if type(value) is not int:
        raise _wrong_type(value, "integer")
    if value < 1:
        raise _failure(lifecycle_texts.NUMBER_TOO_LOW(value=value))
    return value


def _one_of(allowed: Collection[str]) -> _Reader:
    """Return a reader of texts that are one of `allowed`."""

    def read(value: object) -> str:
        text = _read_text(value)
        if text not in allowed:
            raise _failure(
                lifecycle_texts.NOT_IN_ENUM(
                    found=json.dumps(text), values=json.dumps(sorted(allowed))
                )
            )
        return text

    return read


def _wrong_type(value: object, due: str) -> ServiceError:
    return _failure(lifecycle_texts.WRONG_TYPE(found=_JSON_NAMES[type(value)], due=due))
