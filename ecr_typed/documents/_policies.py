"""Policies of repositories and registries: who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs

from ecr_typed.documents._json import (
    EMPTY,
    Plain,
    freeze_members,
    items_of,
    read_object,
    take,
    take_object,
    take_objects,
    thaw,
    without_absent,
    write_object,
)
from ecr_typed.documents._policy_checks import PolicyKind, check_policy
from ecr_typed.documents._policy_meaning import meaning_of
from ecr_typed.documents._problems import DocumentProblem, check_length
from ecr_typed.documents._statements import (
    Statement,
    read_statement,
    texts_alone,
    write_statement,
)

_MOST_CHARACTERS = 10_240


def _statements(value: Iterable[Statement]) -> tuple[Statement, ...]:
    return items_of(value, Statement, "statements")


@attrs.frozen
class _Form:
    """What different texts of one policy differ in, so that each is written as it came."""

    is_statement_alone: bool = False
    texts_alone: tuple[frozenset[tuple[str, ...]], ...] = ()


@attrs.frozen(order=False)
class PolicyDocument:
    """A policy of a repository or of the registry.

    `set_repository_policy` and `put_registry_policy` take it, and `PolicyDocument.from_text` reads
    what `get_repository_policy` and `get_registry_policy` return.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
    """

    statements: tuple[Statement, ...] = attrs.field(converter=_statements)
    """Its statements."""

    version: str | None = attrs.field(default="2012-10-17", kw_only=True)
    """The version of the policy language. None stands for `2008-10-17`."""

    id: str | None = attrs.field(default=None, kw_only=True)
    """Its name."""

    extra: Mapping[str, Any] = attrs.field(default=EMPTY, converter=freeze_members, kw_only=True)
    """Members that this release does not know or can't read, as they came."""

    _form: _Form = attrs.field(default=_Form(), init=False, eq=False, repr=False)
    """What its text looked like."""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a policy from its text. What is wrong in it is kept: `problems` names it.

        Args:
            text: The text, a JSON object.

        Returns:
            The policy.

        Raises:
            EcrRequestError: The text is no JSON object.
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
        """Write the members."""
        alone = self._form.texts_alone or ((),) * len(self.statements)
        statements = list(map(write_statement, self.statements, alone))
        members = {
            "Version": self.version,
            "Id": self.id,
            "Statement": statements[0] if self._form.is_statement_alone else statements,
        }
        # Statements that could not be read are in `extra`, under the same name.
        return {**without_absent(members), **thaw(self.extra)}

    def problems(self, kind: PolicyKind = "repository") -> tuple[DocumentProblem, ...]:
        """Return what is known to be wrong with the policy.

        The service has the last word: what is wrong for this release may be right by now.

        Args:
            kind: Whose policy it is: in that of a `repository` no statement has a resource, in that
                of the `registry` each has one.

        Returns:
            A problem for each, by its place. Empty if none is known.
        """
        return (
            *check_policy(self._plain(), kind),
            *check_length(str(self), 0, _MOST_CHARACTERS),
        )

    def is_same(self, other: PolicyDocument | str) -> bool:
        """Return whether another policy means the same.

        The service gives a policy back in a form of its own: members in another order, account ids
        as ARNs, principals in another order each time, so that texts are no good for comparing.

        Args:
            other: The other policy, or its text.

        Returns:
            Whether both allow and deny the same.

        Raises:
            EcrRequestError: The text is no JSON object.
        """
        theirs = PolicyDocument.from_text(other) if isinstance(other, str) else other
        return meaning_of(theirs) == meaning_of(self)

    def with_statement(self, statement: Statement) -> Self:
        """Return the policy with a statement, which replaces the one that has its `sid`.

        Args:
            statement: The statement. One without a `sid` is added.

        Returns:
            The policy: the statement stands in the old one's place, or at the end.
        """
        if statement.sid is None or all(each.sid != statement.sid for each in self.statements):
            return attrs.evolve(self, statements=(*self.statements, statement))
        replaced = [statement if each.sid == statement.sid else each for each in self.statements]
        return attrs.evolve(self, statements=replaced)

    def without(self, sid: str) -> Self:
        """Return the policy without a statement.

        Args:
            sid: The statement's `sid`.

        Returns:
            The policy. It is equal to this one if there is no such statement.
        """
        kept = [each for each in self.statements if each.sid != sid]
        return attrs.evolve(self, statements=kept)
