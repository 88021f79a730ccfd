"""Permissions policies of repositories and of the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self, TypeAlias, cast

import attrs

from ecr_typed.documents._fields import are_members, is_text_or_none, to_members
from ecr_typed.documents._json import (
    EMPTY,
    Plain,
    items_of,
    read_object,
    take,
    take_object,
    take_objects,
    thaw,
    without_absent,
    write_object,
)
from ecr_typed.documents._problems import DocumentProblem, check_length, refuse
from ecr_typed.documents._statements import (
    Statement,
    read_statement,
    texts_alone,
    write_statement,
)

PolicyKind: TypeAlias = Literal["repository", "registry"]
"""What a policy belongs to."""

_MOST_CHARACTERS = 10_240


def _statements(value: Iterable[Statement]) -> tuple[Statement, ...]:
    return items_of(value, Statement, "statements")


@attrs.frozen
class _Form:
    """How a policy was written: strings instead of arrays with one item."""

    is_statement_alone: bool = False
    texts_alone: tuple[frozenset[tuple[str, ...]], ...] = ()


@attrs.frozen(order=False)
class PolicyDocument:
    """A permissions policy of a repository or of the registry.

    Create one from statements, or from the service's text with `PolicyDocument.from_text`.
    `str(policy)` is the text to send.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
    """

    statements: tuple[Statement, ...] = attrs.field(converter=_statements)
    """The statements."""

    version: str | None = attrs.field(default="2012-10-17", validator=is_text_or_none, kw_only=True)
    """The version of the policy language. None means `2008-10-17`."""

    id: str | None = attrs.field(default=None, validator=is_text_or_none, kw_only=True)
    """The name of the policy."""

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members, kw_only=True
    )
    """Members that this release does not know or can't read, unchanged."""

    _form: _Form = attrs.field(default=_Form(), init=False, eq=False, repr=False)
    """How the text that was parsed was written."""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse the text of a policy. Errors in the policy are kept, and returned by `problems`.

        Args:
            text: The text: a JSON object.

        Returns:
            The policy.

        Raises:
            EcrRequestError: The text is not a JSON object.
        """
        members = read_object(text, "a policy")
        alone = take_object(members, "Statement")
        statements = take_objects(members, "Statement") if alone is None else (alone,)
        form = _Form(alone is not None, tuple(map(texts_alone, statements)))
        policy = cls(
            map(read_statement, statements),
            version=take(members, "Version", str),
            id=take(members, "Id", str),
            extra=members,
        )
        object.__setattr__(policy, "_form", form)
        return policy

    def __str__(self) -> str:
        return write_object(self._plain())

    def _plain(self) -> Plain:
        """Return the members as JSON."""
        alone = self._form.texts_alone or ((),) * len(self.statements)
        statements = list(map(write_statement, self.statements, alone))
        members = {
            "Version": self.version,
            "Id": self.id,
            "Statement": statements[0] if self._form.is_statement_alone else statements,
        }
        # Statements that could not be read are in `extra` under the same name.
        return {**without_absent(members), **thaw(self.extra)}

    def problems(self, kind: PolicyKind = "repository") -> tuple[DocumentProblem, ...]:
        """Return the known problems of the policy.

        The client sends a policy with problems all the same: the service may accept more than this
        release knows.

        Args:
            kind: `repository` for a repository's policy, whose statements have no `Resource`, or
                `registry` for the registry's, whose statements must have one.

        Returns:
            The problems, each with its place. Empty if there are none.
        """
        # Few programs ask for problems.
        from ecr_typed.documents._policy_checks import check_policy

        return (
            *check_policy(self._plain(), kind),
            *check_length(str(self), 0, _MOST_CHARACTERS),
        )

    def is_same(self, other: PolicyDocument | str) -> bool:
        """Return whether another policy has the same meaning.

        The service rewrites policies: it changes white space and order, and replaces account ids by
        ARNs. So compare policies with this method, not by their texts.

        Args:
            other: The other policy, or its text.

        Returns:
            Whether both policies have statements with the same meaning, in any order.

        Raises:
            EcrRequestError: `other` is no policy, or the text is not a JSON object.
        """
        from ecr_typed.documents._policy_meaning import meaning_of

        theirs = PolicyDocument.from_text(other) if isinstance(other, str) else other
        if not isinstance(cast("object", theirs), PolicyDocument):
            raise refuse("other", theirs, "a PolicyDocument, or its text")
        return meaning_of(theirs) == meaning_of(self)

    def with_statement(self, statement: Statement) -> Self:
        """Return the policy with another statement.

        Args:
            statement: The statement. It replaces the statement with the same `sid`, or is added at
                the end.

        Returns:
            The new policy.

        Raises:
            EcrRequestError: `statement` is no `Statement`.
        """
        if not isinstance(cast("object", statement), Statement):
            raise refuse("statement", statement, "a Statement")
        if statement.sid is None or all(each.sid != statement.sid for each in self.statements):
            return attrs.evolve(self, statements=(*self.statements, statement))
        replaced = [statement if each.sid == statement.sid else each for each in self.statements]
        return attrs.evolve(self, statements=replaced)

    def without(self, sid: str) -> Self:
        """Return the policy without a statement.

        Args:
            sid: The `sid` of the statement.

        Returns:
            The new policy. It equals this one if no statement has the `sid`.
        """
        kept = [each for each in self.statements if each.sid != sid]
        return attrs.evolve(self, statements=kept)
