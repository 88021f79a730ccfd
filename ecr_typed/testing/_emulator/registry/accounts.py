"""Who calls: the account that an access key works in, and the IAM principal whose key it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.iam.models import iam_backends

if TYPE_CHECKING:
    from moto.iam.models import AccessKey, IAMBackend

_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of an access key."""

    account_id: str
    principal_arn: str | None = None
    """The user or the role, if moto's IAM or STS issued the key."""


def caller_of(access_key_id: str, *, default_account_id: str) -> Caller:
    """Find the owner of an access key; a key that nobody issued works in the default account."""
    if _ACCOUNT_ID.fullmatch(access_key_id):
        return Caller(access_key_id)
    # Copies: another thread may give moto a new account or partition meanwhile.
    for account_id, partitions in list(iam_backends.items()):
        for iam in list(partitions.values()):
            key = iam.access_keys.get(access_key_id)
            if key is not None:
                return Caller(account_id, _principal_arn(key, iam))
    return Caller(default_account_id)


def _principal_arn(key: AccessKey, iam: IAMBackend) -> str | None:
    if key.role_arn is not None:
        return key.role_arn
    user = iam.users.get(key.user_name or "")
    return None if user is None else user.arn
