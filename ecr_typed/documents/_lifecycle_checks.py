"""The known problems of lifecycle policies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from ecr_typed.documents._json import canonical
from ecr_typed.documents._problems import (
    DocumentProblem,
    check_choice,
    check_members,
    object_or_empty,
    quoted,
    wrong_kind,
)

_MOST_RULES = 50
_MOST_WILDCARDS = 4
_FEWEST_ARCHIVE_DAYS = 90

_POLICY: Mapping[str, type] = {"rules": list}
_RULE: Mapping[str, type] = {
    "rulePriority": int,
    "description": str,
    "selection": dict,
    "action": dict,
}
_SELECTION: Mapping[str, type] = {
    "tagStatus": str,
    "tagPatternList": list,
    "tagPrefixList": list,
    "storageClass": str,
    "countType": str,
    "countUnit": str,
    "countNumber": int,
}
_ACTION: Mapping[str, type] = {"type": str, "targetStorageClass": str}

_TAG_STATUSES = ("tagged", "untagged", "any")
_COUNT_TYPES = (
    "imageCountMoreThan",
    "sinceImagePushed",
    "sinceImagePulled",
    "sinceImageTransitioned",
)
_TAG_LISTS = ("tagPatternList", "tagPrefixList")

_Problems: TypeAlias = Iterator[DocumentProblem]
_Members: TypeAlias = Mapping[str, Any]


def check_policy(policy: _Members) -> _Problems:
    """Check a lifecycle policy."""
    yield from check_members(policy, "", _POLICY, required=_POLICY)
    rules: object = policy.get("rules")
    if not isinstance(rules, list):
        return
    documents = cast("list[object]", rules)
    if not documents:
        yield DocumentProblem("rules", "expected at least 1 rule, got none")
    if len(documents) > _MOST_RULES:
        yield DocumentProblem(
            "rules", f"expected at most {_MOST_RULES} rules, got {len(documents)}"
        )
    for index, rule in enumerate(documents):
        yield from _check_rule(rule, f"rules[{index}]")
    yield from _check_together(documents)


def _check_rule(rule: object, place: str) -> _Problems:
    yield from check_members(rule, place, _RULE, ("rulePriority", "selection", "action"))
    members = object_or_empty(rule)
    yield from _check_positive(members.get("rulePriority"), f"{place}.rulePriority")
    selection, action = (
        object_or_empty(members.get("selection")),
        object_or_empty(members.get("action")),
    )
    if isinstance(members.get("selection"), dict):
        yield from _check_selection(selection, f"{place}.selection")
    if isinstance(members.get("action"), dict):
        yield from _check_action(action, f"{place}.action")
    yield from _check_action_of(selection.get("countType"), action.get("type"), place)


def _check_selection(selection: _Members, place: str) -> _Problems:
    yield from check_members(
        selection, place, _SELECTION, ("tagStatus", "countType", "countNumber")
    )
    yield from check_choice(selection.get("tagStatus"), f"{place}.tagStatus", _TAG_STATUSES)
    yield from _check_tags(selection, place)
    yield from check_choice(selection.get("countType"), f"{place}.countType", _COUNT_TYPES)
    yield from _check_count(selection, place)


def _check_tags(selection: _Members, place: str) -> _Problems:
    given = [name for name in _TAG_LISTS if name in selection]
    status: object = selection.get("tagStatus")
    if status == "tagged" and not given:
        yield DocumentProblem(place, "tagStatus 'tagged' requires tagPatternList or tagPrefixList")
    if status in ("untagged", "any"):
        for name in given:
            yield DocumentProblem(
                f"{place}.{name}", f"only allowed with tagStatus 'tagged', not with {status!r}"
            )
    if len(given) > 1:
        yield DocumentProblem(place, "use tagPatternList or tagPrefixList, not both")
    for name in given:
        if isinstance(selection[name], list):
            yield from _check_tag_list(selection[name], f"{place}.{name}")


def _check_tag_list(texts: list[object], place: str) -> _Problems:
    is_prefixes = place.endswith("tagPrefixList")
    if not texts:
        yield DocumentProblem(place, "expected at least 1 text, got none")
    for index, text in enumerate(texts):
        at = f"{place}[{index}]"
        if message := wrong_kind(text, str):
            yield DocumentProblem(at, message)
        elif not text:
            yield DocumentProblem(at, "the text is empty")
        elif is_prefixes and "*" in str(text):
            yield DocumentProblem(
                at, f"{quoted(text)} matches no tag: a prefix has no wildcards, use tagPatternList"
            )
        elif str(text).count("*") > _MOST_WILDCARDS:
            yield DocumentProblem(
                at, f"{quoted(text)} has more than {_MOST_WILDCARDS} wildcards '*'"
            )


def _check_count(selection: _Members, place: str) -> _Problems:
    kind: object = selection.get("countType")
    unit: object = selection.get("countUnit")
    number: object = selection.get("countNumber")
    yield from _check_positive(number, f"{place}.countNumber")
    if kind == "imageCountMoreThan":
        if unit is not None:
            yield DocumentProblem(f"{place}.countUnit", f"not allowed with countType {kind!r}")
    elif kind in _COUNT_TYPES and "countUnit" not in selection:
        yield DocumentProblem(f"{place}.countUnit", f"missing; countType {kind!r} requires 'days'")
    else:
        yield from check_choice(unit, f"{place}.countUnit", ["days"])
    yield from _check_storage_class(selection, place)
    is_archive = kind == "sinceImageTransitioned"
    if is_archive and type(number) is int and 0 < number < _FEWEST_ARCHIVE_DAYS:
        yield DocumentProblem(
            f"{place}.countNumber",
            f"expected at least {_FEWEST_ARCHIVE_DAYS}, got {number}: the shortest time in the archive",
        )


def _check_storage_class(selection: _Members, place: str) -> _Problems:
    kind: object = selection.get("countType")
    storage_class: object = selection.get("storageClass")
    place = f"{place}.storageClass"
    if kind not in _COUNT_TYPES:
        yield from check_choice(storage_class, place, ["standard", "archive"])
    elif kind != "sinceImageTransitioned":
        if isinstance(storage_class, str) and storage_class != "standard":
            yield DocumentProblem(
                place, f"countType {kind!r} requires 'standard', got {quoted(storage_class)}"
            )
    elif "storageClass" not in selection:
        yield DocumentProblem(place, f"missing; countType {kind!r} requires 'archive'")
    elif isinstance(storage_class, str) and storage_class != "archive":
        yield DocumentProblem(
            place, f"countType {kind!r} requires 'archive', got {quoted(storage_class)}"
        )


def _check_action(action: _Members, place: str) -> _Problems:
    yield from check_members(action, place, _ACTION, required=["type"])
    kind: object = action.get("type")
    yield from check_choice(kind, f"{place}.type", ["expire", "transition"])
    place = f"{place}.targetStorageClass"
    if kind == "transition" and "targetStorageClass" not in action:
        yield DocumentProblem(place, "missing; 'transition' requires 'archive'")
    elif kind == "expire" and action.get("targetStorageClass") is not None:
        yield DocumentProblem(place, "not allowed with 'expire'")
    else:
        yield from check_choice(action.get("targetStorageClass"), place, ["archive"])


def _check_action_of(count_type: object, action: object, place: str) -> _Problems:
    if count_type == "sinceImagePulled" and action == "expire":
        yield DocumentProblem(
            f"{place}.action.type",
            "'expire' is not allowed with countType 'sinceImagePulled': archive the images with "
            "'transition', and expire archived images with 'sinceImageTransitioned' in another rule",
        )
    if count_type == "sinceImageTransitioned" and action == "transition":
        yield DocumentProblem(
            f"{place}.action.type",
            "'transition' is not allowed with countType 'sinceImageTransitioned', whose images are "
            "archived already",
        )


def _check_together(rules: list[object]) -> _Problems:
    """Check rules against each other."""
    numbered = [(index, object_or_empty(rule)) for index, rule in enumerate(rules)]
    priorities: dict[int, int] = {}
    for index, rule in numbered:
        priority: object = rule.get("rulePriority")
        if type(priority) is int and priorities.setdefault(priority, index) != index:
            yield DocumentProblem(
                f"rules[{index}].rulePriority",
                f"{priority} is also the priority of rules[{priorities[priority]}]",
            )
    for storage_class in ("standard", "archive"):
        same = [(index, rule) for index, rule in numbered if _class_of(rule) == storage_class]
        yield from _check_last(same)
        yield from _check_unique(same)


def _check_last(rules: Iterable[tuple[int, _Members]]) -> _Problems:
    """Check that rules for all images come last."""
    ordered = [(rule["rulePriority"], i, rule) for i, rule in rules if _has_priority(rule)]
    if not ordered:
        return
    last = max(priority for priority, _, _ in ordered)
    for priority, index, rule in ordered:
        if _selection(rule).get("tagStatus") == "any" and priority < last:
            yield DocumentProblem(
                f"rules[{index}].rulePriority",
                f"a rule with tagStatus 'any' must come last, but {priority} is lower than {last}",
            )


def _check_unique(rules: Iterable[tuple[int, _Members]]) -> _Problems:
    """Check that no two rules select the same images."""
    seen: dict[str, int] = {}
    for index, rule in rules:
        selection = _selection(rule)
        status: object = selection.get("tagStatus")
        if status == "untagged":
            key, what = "untagged", "untagged images"
        elif status == "tagged":
            key, what = canonical(_tag_set(selection)), "these tags"
        else:
            continue
        if seen.setdefault(key, index) != index:
            yield DocumentProblem(
                f"rules[{index}].selection", f"rules[{seen[key]}] already selects {what}"
            )


def _tag_set(selection: _Members) -> list[str]:
    patterns = set(_texts(selection.get("tagPatternList")))
    return sorted(patterns | {f"{text}*" for text in _texts(selection.get("tagPrefixList"))})


def _texts(value: object) -> Collection[str]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]


def _has_priority(rule: _Members) -> bool:
    return type(rule.get("rulePriority")) is int


def _class_of(rule: _Members) -> object:
    return _selection(rule).get("storageClass", "standard")


def _selection(rule: _Members) -> _Members:
    return object_or_empty(rule.get("selection"))


def _check_positive(number: object, place: str) -> _Problems:
    if type(number) is int and number < 1:
        yield DocumentProblem(place, f"expected at least 1, got {number}")
