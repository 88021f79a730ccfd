"""The principals that policies name: their form, and whether they exist."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.registry.errors import invalid
from ecr_typed.testing._emulator.registry.policy_documents import listed
from ecr_typed.testing._emulator.texts import constraints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecr_typed.testing._emulator.registry.repositories import Registry

_IAM_ARN = re.compile(
    r"arn:aws[a-z-]*:iam::(?P<account>[0-9]{12}):(?:root|(?:role|user)/[\w+=,.@/-]+)", re.ASCII
)
_ACCOUNT = re.compile(
    r"([0-9]{12})|arn:aws[a-z-]*:(?:iam::([0-9]{12}):root|sts::([0-9]{12}):.+)", re.ASCII
)


def check_principals(text: str, registry: Registry) -> None:
    """Refuse a checked policy that names a principal of whom nobody knows.

    Nobody is unknown before a test has added a principal, unless moto's IAM has them.
    """
    accounts = registry.registries.accounts
    if not accounts.knows_principals:
        return
    for name in _principals(text):
        account = _ACCOUNT.fullmatch(name)
        if account is None:
            is_known = name == "*" or accounts.has_principal(name, registry.registries.now)
        else:
            account_id = next(filter(None, account.groups()))
            is_known = account_id == registry.account_id or accounts.has_account(account_id)
        if not is_known:
            raise invalid("PolicyText", constraints.PRINCIPAL_NOT_FOUND())


def account_of(arn: str) -> str:
    """Return the account of the ARN of a role, of a user or of an account's root.

    Raises:
        ValueError: It is no such ARN.
    """
    check_type("arn", arn, str, "the ARN of a principal")
    found = _IAM_ARN.fullmatch(arn)
    if found is None:
        raise ValueError(
            f"{arn!r} is no ARN of a principal: it must be like arn:aws:iam::123456789012:role/name, "
            ":user/name or :root"
        )
    return found["account"]


def _principals(text: str) -> Iterator[str]:
    for statement in listed(json.loads(text)["Statement"]):
        principal: Any = statement.get("Principal", statement.get("NotPrincipal"))
        yield from listed("*" if principal == "*" else principal.get("AWS", []))
