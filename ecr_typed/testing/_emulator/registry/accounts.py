"""What ECR asks other services of AWS: who calls (IAM, STS), which keys (KMS) and secrets exist.

Without moto the emulator knows the role sessions that its own STS issued and the keys that a test
added. With moto, `Lookups` asks moto for whatever the emulator does not know itself.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.registry.callers import (
    TEMPORARY_KEY,
    Caller,
    Credentials,
    Session,
    Sessions,
)
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.names import partition_of
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ACCOUNT_ID = re.compile("[0-9]{12}")


def check_account_id(account_id: str, name: str) -> None:
    """Refuse what is no id of an account; `name` is the argument's.

    Raises:
        TypeError: It is no text.
        ValueError: It has not twelve digits.
    """
    check_type(name, account_id, str, "12 digits")
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise ValueError(f"{name} must be 12 digits, not {account_id!r}")


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

    def session(self, access_key_id: str) -> tuple[str, Session] | None:
        """Return the token and the session of temporary credentials."""

    def has_principal(self, arn: str) -> bool:
        """Return whether a role or a user exists."""
        ...

    def organization_of(self, account_id: str) -> str | None:
        """Return the id of the organization that an account is a member of."""

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
    initial_identity_policies: Mapping[str, str] = field(default_factory=dict[str, str])
    """The policies that roles and users have after a reset, by ARN."""
    _identity_policies: dict[str, str] = field(default_factory=dict[str, str])
    _organizations: dict[str, str] = field(default_factory=dict[str, str])
    """The ids of organizations, by account."""
    _principals: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """The times from which policies can name principals, by ARN."""
    _known_accounts: set[str] = field(default_factory=set[str])
    _sessions: Sessions = field(default_factory=Sessions)
    _keys: dict[tuple[str, str, str], KmsKey] = field(
        default_factory=dict[tuple[str, str, str], KmsKey]
    )
    """Keys by account, region, and key id or alias."""

    def reset(self) -> None:
        """Forget all that was added. Sessions go on: programs may have cached their credentials."""
        self._identity_policies = dict(self.initial_identity_policies)
        self._organizations.clear()
        self._principals.clear()
        self._known_accounts.clear()
        self._keys.clear()

    def caller_of(self, access_key_id: str, session_token: str, now: datetime) -> Caller:
        """Return who signs with an access key.

        Twelve digits name an account. A key that nobody issued belongs to the default account, but
        a temporary one is refused: it can only be forged, or come from elsewhere.

        Raises:
            ServiceError: The session has expired, or no session has these credentials.
        """
        if _ACCOUNT_ID.fullmatch(access_key_id):
            return Caller.root_of(access_key_id)
        session = self._sessions.read(access_key_id, session_token)
        if session is None and self.lookups is not None:
            issued = self.lookups.session(access_key_id)
            if issued is None:
                # moto's STS issues some keys that moto itself does not remember.
                return self._owner(access_key_id)
            session = issued[1] if issued[0] == session_token else None
        if session is None:
            if access_key_id.startswith(TEMPORARY_KEY):
                raise ServiceError("UnrecognizedClientException", protocols.UNKNOWN_SESSION())
            return self._owner(access_key_id)
        if now >= session.expires_at:
            raise ServiceError("ExpiredTokenException", protocols.EXPIRED_SESSION())
        return session.caller

    def account_of(self, access_key_id: str) -> str:
        """Return the account that an access key works in, for services that check no sessions."""
        if _ACCOUNT_ID.fullmatch(access_key_id):
            return access_key_id
        issued = None if self.lookups is None else self.lookups.session(access_key_id)
        caller = self._owner(access_key_id) if issued is None else issued[1].caller
        return caller.account_id

    def _owner(self, access_key_id: str) -> Caller:
        """Return the user who owns a key, else the default account."""
        found = None if self.lookups is None else self.lookups.caller(access_key_id)
        return found or Caller.root_of(self.default_account_id)

    def issue_session(self, caller: Caller, expires_at: datetime) -> Credentials:
        """Return new temporary credentials of a caller."""
        return self._sessions.issue(Session(caller, expires_at))

    def identity_policy(self, caller: Caller) -> str | None:
        """Return the policy that limits a caller; `None` for one that is allowed everything."""
        return self._identity_policies.get(caller.principal_arn or caller.arn)

    def set_identity_policy(self, arn: str, policy: str | None) -> None:
        """Set the policy of a role or a user; `None` for one that is allowed everything."""
        if policy is None:
            self._identity_policies.pop(arn, None)
        else:
            self._identity_policies[arn] = policy

    def organization_of(self, account_id: str) -> str | None:
        """Return the id of the organization that an account is a member of, where it is known."""
        known = self._organizations.get(account_id)
        if known is None and self.lookups is not None:
            return self.lookups.organization_of(account_id)
        return known

    def add_organization(self, organization_id: str, account_ids: Iterable[str]) -> None:
        """Make accounts the members of an organization."""
        self._organizations.update((each, organization_id) for each in account_ids)

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
