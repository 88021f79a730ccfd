"""Documents that hypothesis makes up: right ones, wrong ones, and other writings of one."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import strategies as st

Plain = dict[str, Any]

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS: st.SearchStrategy[Plain] = st.dictionaries(st.text(max_size=9), JSON, max_size=4)

PATTERNS = st.lists(
    # The first ones match most tags of a test.
    st.sampled_from(["*", "a*", "*a", "*b*", "b*b"]) | st.from_regex(r"[ab*]{1,4}", fullmatch=True),
    min_size=1,
    max_size=3,
    unique=True,
)
PREFIXES = st.lists(
    st.from_regex(r"[ab]{1,2}", fullmatch=True), min_size=1, max_size=2, unique=True
)
COUNTS = ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"]


@st.composite
def selections(draw: st.DrawFn) -> Plain:
    """A selection of a lifecycle rule as the service takes it."""
    status = draw(st.sampled_from(["tagged", "untagged", "any"]))
    kind = draw(st.sampled_from(COUNTS))
    is_archive = kind == "sinceImageTransitioned"
    selection: Plain = {
        "tagStatus": status,
        "countType": kind,
        "countNumber": draw(st.integers(90, 120) if is_archive else st.integers(1, 9)),
    }
    if status == "tagged" and draw(st.integers(0, 3)):
        selection["tagPatternList"] = draw(PATTERNS)
    elif status == "tagged":
        selection["tagPrefixList"] = draw(PREFIXES)
    if kind != "imageCountMoreThan":
        selection["countUnit"] = "days"
    if is_archive or draw(st.booleans()):
        selection["storageClass"] = "archive" if is_archive else "standard"
    return selection


@st.composite
def rules(draw: st.DrawFn) -> Plain:
    """A rule of a lifecycle policy as the service takes it."""
    selection = draw(selections())
    kind = selection["countType"]
    expires = kind == COUNTS[3] or (kind != COUNTS[2] and draw(st.booleans()))
    rule: Plain = {
        "rulePriority": 1,
        "selection": selection,
        "action": {"type": "expire"}
        if expires
        else {"type": "transition", "targetStorageClass": "archive"},
    }
    if draw(st.booleans()):
        rule["description"] = draw(st.text(max_size=20))
    return rule


def _kind_of(rule: Plain) -> str:
    """What no two rules of a policy may have in common."""
    selection = rule["selection"]
    prefixes = [f"{prefix}*" for prefix in selection.get("tagPrefixList", [])]
    tags = {*selection.get("tagPatternList", []), *prefixes}
    return str((selection.get("storageClass") == "archive", selection["tagStatus"], sorted(tags)))


@st.composite
def lifecycle_policies(draw: st.DrawFn) -> Plain:
    """A lifecycle policy as the service takes it."""
    found = draw(st.lists(rules(), min_size=1, max_size=5, unique_by=_kind_of))
    found.sort(key=lambda rule: rule["selection"]["tagStatus"] == "any")
    gaps = draw(st.lists(st.integers(1, 5), min_size=len(found), max_size=len(found)))
    for index, rule in enumerate(found):
        rule["rulePriority"] = sum(gaps[: index + 1])
    return {"rules": found}


ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
ACTIONS = st.sampled_from(
    ["ecr:BatchGetImage", "ecr:PutImage", "ecr:DescribeImages", "ecr:*", "ecr:Describe*"]
)


@st.composite
def statements(draw: st.DrawFn) -> Plain:
    """A statement of a repository's policy as the service takes it."""
    one_or_more = st.sampled_from([True, False])
    accounts = draw(st.lists(ACCOUNTS, min_size=1, max_size=3, unique=True))
    actions = draw(st.lists(ACTIONS, min_size=1, max_size=3, unique=True))
    statement: Plain = {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        "Principal": {"AWS": accounts[0] if draw(one_or_more) else accounts},
        "Action": actions[0] if draw(one_or_more) else actions,
    }
    if draw(one_or_more):
        statement["Principal"] = "*"
    if draw(one_or_more):
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}
    return statement


@st.composite
def repository_policies(draw: st.DrawFn) -> Plain:
    """A policy of a repository as the service takes it."""
    found = draw(st.lists(statements(), min_size=1, max_size=3))
    for index, statement in enumerate(found):
        statement["Sid"] = f"statement {index}"
    return {"Version": "2012-10-17", "Statement": found}


@st.composite
def shuffled(draw: st.DrawFn, members: Plain) -> Plain:
    """An object with its members in another order, at every depth."""
    names = draw(st.permutations(list(members)))
    return {name: _shuffled_value(draw, members[name]) for name in names}


def _shuffled_value(draw: st.DrawFn, value: object) -> Any:
    if isinstance(value, dict):
        return draw(shuffled(cast("Plain", value)))
    if isinstance(value, list):
        return [_shuffled_value(draw, item) for item in cast("list[object]", value)]
    return value


@st.composite
def damaged(draw: st.DrawFn, documents: st.SearchStrategy[Plain]) -> Plain:
    """A document in which something is missing, wrong or too much."""
    document = draw(documents)
    for _ in range(draw(st.integers(1, 3))):
        _damage(draw, document)
    return document


def _damage(draw: st.DrawFn, members: Plain) -> None:
    """Change something in an object, or in an object or a list that it holds."""
    if not members:
        return
    name = draw(st.sampled_from(list(members)))
    value: Any = members[name]
    if isinstance(value, list) and value and draw(st.booleans()):
        index = draw(st.integers(0, len(cast("list[object]", value)) - 1))
        if isinstance(value[index], dict) and draw(st.integers(0, 3)):
            _damage(draw, cast("list[Plain]", value)[index])
        else:
            value[index] = draw(JSON)
    elif isinstance(value, dict) and draw(st.booleans()):
        _damage(draw, cast("Plain", value))
    elif draw(st.booleans()):
        members[draw(st.text(max_size=5))] = draw(JSON)
    elif draw(st.booleans()):
        del members[name]
    else:
        members[name] = draw(JSON)
