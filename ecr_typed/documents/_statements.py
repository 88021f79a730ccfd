"""The statements of permissions policies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias, cast

import attrs

from ecr_typed import FrozenMap
from ecr_typed.documents._fields import (
    are_members,
    are_texts,
    check_texts,
    is_text_or_none,
    to_members,
    to_texts,
)
from ecr_typed.documents._json import (
    EMPTY,
    Plain,
    take,
    take_object_or_empty,
    take_texts,
    texts_in,
    thaw,
    without_absent,
)
from ecr_typed.documents._problems import refuse


def _texts(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else to_texts(value)


_Principal: TypeAlias = str | Mapping[str, tuple[str, ...]] | None


def _principal(value: str | Mapping[str, str | Iterable[str]] | None) -> _Principal:
    if value is None or isinstance(value, str):
        return value
    if not isinstance(cast("object", value), Mapping):
        return cast("str", value)  # the validator names it
    return FrozenMap({kind: _texts(names) for kind, names in value.items()})


def _is_principal(_: Any, attribute: attrs.Attribute[_Principal], value: _Principal) -> None:
    if value is None or isinstance(value, str):
        return
    if not isinstance(cast("object", value), Mapping):
        allowed = "'*', or a mapping of kinds to names"
        raise refuse(attribute.name, value, allowed, "as in {'AWS': '111122223333'}")
    for kind, names in cast("Mapping[object, object]", value).items():
        check_texts(f"{attribute.name}[{kind!r}]", names)


@attrs.frozen(kw_only=True, order=False)
class Statement:
    """A statement of a permissions policy.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """

    sid: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The name of the statement, which is unique in the policy."""

    effect: str | None = attrs.field(default="Allow", validator=is_text_or_none)
    """`Allow` or `Deny`."""

    principal: str | Mapping[str, tuple[str, ...]] | None = attrs.field(
        default=None, converter=_principal, validator=_is_principal
    )
    """Who the statement applies to: `*` for everybody, or a mapping of kinds to names, such as
    `{"AWS": "111122223333"}`. Names of the kind `AWS` are account ids and IAM ARNs.
    """

    not_principal: str | Mapping[str, tuple[str, ...]] | None = attrs.field(
        default=None, converter=_principal, validator=_is_principal
    )
    """Who the statement does not apply to, instead of `principal`."""

    action: tuple[str, ...] = attrs.field(default=(), converter=_texts, validator=are_texts)
    """The actions that are allowed or denied, such as `ecr:BatchGetImage`."""

    not_action: tuple[str, ...] = attrs.field(default=(), converter=_texts, validator=are_texts)
    """The actions that the statement does not apply to, instead of `action`."""

    resource: tuple[str, ...] = attrs.field(default=(), converter=_texts, validator=are_texts)
    """The ARNs of repositories, with wildcards `*`. Required in the registry's policy, not allowed
    in a repository's.
    """

    not_resource: tuple[str, ...] = attrs.field(default=(), converter=_texts, validator=are_texts)
    """The ARNs of repositories that the statement does not apply to, instead of `resource`."""

    condition: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members
    )
    """The conditions under which the statement applies, by operator and key, as in
    `{"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}`.
    """

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members
    )
    """Members that this release does not know or can't read, unchanged."""


def read_statement(members: Plain) -> Statement:
    """Read a statement. Members that can't be read go to `extra`. Empties the dict."""
    return Statement(
        sid=take(members, "Sid", str),
        effect=take(members, "Effect", str),
        principal=_take_principal(members, "Principal"),
        not_principal=_take_principal(members, "NotPrincipal"),
        action=_take_one_or_more(members, "Action"),
        not_action=_take_one_or_more(members, "NotAction"),
        resource=_take_one_or_more(members, "Resource"),
        not_resource=_take_one_or_more(members, "NotResource"),
        condition=take_object_or_empty(members, "Condition"),
        extra=members,
    )


def _take_one_or_more(members: Plain, name: str) -> tuple[str, ...]:
    text = take(members, name, str)
    return take_texts(members, name) if text is None else (text,)


def _take_principal(members: Plain, name: str) -> str | Mapping[str, tuple[str, ...]] | None:
    value: object = members.get(name)
    if not isinstance(value, dict):
        return take(members, name, str)
    kinds = cast("Plain", value)
    names = {kind: texts_in([n] if isinstance(n, str) else n) for kind, n in kinds.items()}
    readable = {kind: texts for kind, texts in names.items() if texts is not None}
    if len(readable) < len(names):
        return None
    del members[name]
    return readable


def write_statement(statement: Statement, alone: Collection[tuple[str, ...]] = ()) -> Plain:
    """Return the members of a statement as JSON. Those in `alone` become a string, not an array."""

    def written(texts: tuple[str, ...], *place: str) -> Any:
        return texts[0] if len(texts) == 1 and place in alone else thaw(texts)

    def listed(texts: tuple[str, ...], name: str) -> Any:
        return written(texts, name) if texts else None

    def named(principal: str | Mapping[str, tuple[str, ...]] | None, name: str) -> Any:
        if principal is None or isinstance(principal, str):
            return principal
        return {kind: written(texts, name, kind) for kind, texts in principal.items()}

    members = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Principal": named(statement.principal, "Principal"),
        "NotPrincipal": named(statement.not_principal, "NotPrincipal"),
        "Action": listed(statement.action, "Action"),
        "NotAction": listed(statement.not_action, "NotAction"),
        "Resource": listed(statement.resource, "Resource"),
        "NotResource": listed(statement.not_resource, "NotResource"),
        "Condition": thaw(statement.condition) or None,
    }
    return {**without_absent(members), **thaw(statement.extra)}


def texts_alone(members: Plain) -> frozenset[tuple[str, ...]]:
    """Return the places in a statement that have a string instead of an array with one item."""
    places: set[tuple[str, ...]] = {
        (name,) for name, value in members.items() if isinstance(value, str)
    }
    for name in ("Principal", "NotPrincipal"):
        value: object = members.get(name)
        if isinstance(value, dict):
            kinds = cast("dict[str, object]", value)
            places |= {(name, kind) for kind, texts in kinds.items() if isinstance(texts, str)}
    return frozenset(places)
