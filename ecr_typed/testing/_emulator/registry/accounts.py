"""What ECR asks other services of AWS: who calls (IAM, STS), which keys (KMS) and secrets exist.

Without moto the emulator knows the role sessions that its own STS issued and the keys that a test
added. With moto, `Lookups` asks moto for whatever the emulator does not know itself.
"""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ecr_typed.testing._emulator.registry.names import partition_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCOUNT_ID = re.compile("[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of an access key."""

    account_id: str
    arn: str
    """The identity as STS's GetCallerIdentity returns it."""
    principal_arn: str | None = None
    """The IAM user, or the role that was assumed; `None` for the account itself."""
    user_id: str = ""
    """The unique id of the user, or of the session of a role."""

    @classmethod
    def root_of(cls, account_id: str) -> Caller:
        """Return the account itself as a caller."""
        return cls(account_id, f"arn:aws:iam::{account_id}:root")


@dataclass(frozen=True, slots=True)
class KmsKey:
    """A key of KMS; `state` is KMS's: Enabled, Disabled, PendingDeletion ..."""

    arn: str
    state: str = "Enabled"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of Secrets Manager."""

    text: str | None
    is_deleted: bool = False


class Lookups(Protocol):
    """Other services, where there are any beside the emulator."""

    def caller(self, access_key_id: str) -> Caller | None:
        """Return the owner of an access key."""

    def has_principal(self, arn: str) -> bool:
        """Return whether a role or a user exists."""
        ...

    def kms_key(self, account_id: str, region_name: str, name: str) -> KmsKey | None:
        """Return a key by its id or its alias."""

    def create_managed_key(self, account_id: str, region_name: str) -> str:
        """Return the id of the AWS managed key for ECR, which its first use creates."""
        ...

    def secret(self, account_id: str, region_name: str, arn: str) -> Secret | None:
        """Return a secret by its ARN."""


@dataclass(slots=True)
class Accounts:
    """Callers, keys and secrets, by what the emulator knows and by `lookups`."""

    default_account_id: str
    lookups: Lookups | None = None
    identity_policies: Mapping[str, str] = field(default_factory=dict[str, str])
    """The policies of roles and users, by ARN."""
    _principals: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """The times from which policies can name principals, by ARN."""
    _known_accounts: set[str] = field(default_factory=set[str])
    _sessions: dict[str, Caller] = field(default_factory=dict[str, Caller])
    _keys: dict[tuple[str, str, str], KmsKey] = field(
        default_factory=dict[tuple[str, str, str], KmsKey]
    )
    """Keys by account, region, and key id or alias."""

    def reset(self) -> None:
        """Forget the sessions that were issued, and the keys and principals that were added."""
        self._principals.clear()
        self._known_accounts.clear()
        self._sessions.clear()
        self._keys.clear()

    def caller_of(self, access_key_id: str) -> Caller:
        """Return the owner of an access key.

        Twelve digits name an account. A key that nobody issued belongs to the default account.
        """
        if _ACCOUNT_ID.fullmatch(access_key_id):
            return Caller.root_of(access_key_id)
        caller = self._sessions.get(access_key_id)
        if caller is None and self.lookups is not None:
            caller = self.lookups.caller(access_key_id)
        return caller or Caller.root_of(self.default_account_id)

    def identity_policy(self, caller: Caller) -> str | None:
        """Return the policy that limits a caller; `None` for one that is allowed everything."""
        return self.identity_policies.get(caller.principal_arn or caller.arn)

    @property
    def knows_principals(self) -> bool:
        """Whether principals are kept anywhere; where they are not, any of them exists."""
        return bool(self._principals) or self.lookups is not None

    def add_principal(self, arn: str, account_id: str, known_from: datetime) -> None:
        """Add a principal, which policies can name from a time on, and its account."""
        self._principals[arn] = known_from
        self._known_accounts.add(account_id)

    def has_principal(self, arn: str, now: datetime) -> bool:
        """Return whether policies can name a role or a user."""
        if arn in self._principals:
            return now >= self._principals[arn]
        return self.lookups is not None and self.lookups.has_principal(arn)

    def has_account(self, account_id: str) -> bool:
        """Return whether policies can name an account; moto has every account."""
        known = self._known_accounts | {self.default_account_id}
        return self.lookups is not None or account_id in known

    def issue_session(self, caller: Caller) -> str:
        """Return a new access key id that belongs to a caller."""
        access_key_id = f"ASIA{secrets.token_hex(8).upper()}"
        self._sessions[access_key_id] = caller
        return access_key_id

    def add_kms_key(
        self, account_id: str, region_name: str, key_id: str | None, alias: str | None, state: str
    ) -> str:
        """Add a key, and return its ARN."""
        key_id = key_id or str(uuid.uuid4())
        partition = partition_of(region_name).name
        key = KmsKey(f"arn:{partition}:kms:{region_name}:{account_id}:key/{key_id}", state)
        for name in filter(None, (key_id, alias)):
            self._keys[account_id, region_name, name] = key
        return key.arn

    def kms_key(self, account_id: str, region_name: str, name: str) -> KmsKey | None:
        """Return a key by its id or its alias, `None` if nobody knows it."""
        key = self._keys.get((account_id, region_name, name))
        if key is None and self.lookups is not None:
            key = self.lookups.kms_key(account_id, region_name, name)
        return key

    def create_managed_key(self, account_id: str, region_name: str) -> str:
        """Return the ARN of the AWS managed key for ECR, which its first use creates."""
        if self.lookups is None:
            key_id = str(uuid.uuid4())
        else:
            key_id = self.lookups.create_managed_key(account_id, region_name)
        partition = partition_of(region_name).name
        return f"arn:{partition}:kms:{region_name}:{account_id}:key/{key_id}"

    @property
    def knows_secrets(self) -> bool:
        """Whether secrets are kept anywhere; where they are not, any secret is accepted."""
        return self.lookups is not None

    def secret(self, account_id: str, region_name: str, arn: str) -> Secret | None:
        """Return a secret by its ARN, `None` if there is none."""
        return None if self.lookups is None else self.lookups.secret(account_id, region_name, arn)
