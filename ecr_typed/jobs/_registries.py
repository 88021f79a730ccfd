"""Registries: accounts in regions, and the way to each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from ecr_typed import ArgumentProblem, CallEvent, EcrClient, EcrRequestError, RetryPolicy
from ecr_typed._errors import shortened

if TYPE_CHECKING:
    from botocore.config import Config
else:
    # Importing it would load botocore; `typing.get_type_hints` needs something by this name.
    Config = Any

_ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")
_ROLE_ARN: Final = re.compile(r"arn:[\w-]+:iam::([0-9]{12}):role/.+")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_region(value: object) -> bool:
    # As clients have it: a list of regions in a file has line breaks.
    return isinstance(value, str) and value.split() == [value]


def _is_optional_name(value: object) -> bool:
    return value is None or _is_name(value)


def _is_account_id(value: object) -> bool:
    return isinstance(value, str) and _ACCOUNT_ID.fullmatch(value) is not None


def _is_role_arn(value: object) -> bool:
    return isinstance(value, str) and _ROLE_ARN.fullmatch(value) is not None


def _check(name: str, value: object, allowed: str, fits: Callable[[object], bool]) -> None:
    if not fits(value):
        raise EcrRequestError([ArgumentProblem(name, shortened(value), allowed)])


@attrs.frozen
class Registry:
    """A private registry: an account in a region, and how to access it.

    It opens nothing by itself and can be pickled, so that a job can send it to another process,
    which connects there.
    """

    region_name: str = attrs.field()
    """The region, such as `eu-west-1`."""

    account_id: str | None = attrs.field(default=None, kw_only=True)
    """The account's 12 digits. Default: the role's account, else that of the credentials."""

    profile_name: str | None = attrs.field(default=None, kw_only=True)
    """The profile of the AWS configuration files that has the credentials. Default: boto3's own
    sources."""

    role_arn: str | None = attrs.field(default=None, kw_only=True)
    """The role to assume with those credentials. Default: none."""

    external_id: str | None = attrs.field(default=None, kw_only=True, repr=False)
    """The external id that the role's trust policy asks for. Default: none."""

    endpoint_url: str | None = attrs.field(default=None, kw_only=True)
    """Where the service is. Default: the region's endpoint."""

    def __attrs_post_init__(self) -> None:
        text = "a text that is not empty"
        _check("region_name", self.region_name, "the name of a region, as 'eu-west-1'", _is_region)
        for name in ("profile_name", "external_id", "endpoint_url"):
            _check(name, getattr(self, name), f"{text}, or None", _is_optional_name)
        if self.role_arn is not None:
            allowed = "a role's ARN, as 'arn:aws:iam::123456789012:role/name', or None"
            _check("role_arn", self.role_arn, allowed, _is_role_arn)
        elif self.external_id is not None:
            problem = ArgumentProblem(
                "external_id", "a text", "None, as there is no role_arn that it is for"
            )
            raise EcrRequestError([problem])
        if self.account_id is not None:
            _check("account_id", self.account_id, "12 digits, or None", _is_account_id)
        elif found := _ROLE_ARN.fullmatch(self.role_arn or ""):
            object.__setattr__(self, "account_id", found[1])

    def connect(
        self,
        *,
        config: Config | None = None,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> EcrClient:
        """Make a client for the registry.

        The credentials of a role renew themselves before they expire. Clients of one role share
        them, whatever their regions.

        Args:
            config: botocore's options, as for `EcrClient`.
            retry: How long a call goes on, as for `EcrClient`.
            on_call: Called after each call, as for `EcrClient`.

        Returns:
            The client. Close it, or use it in a `with` statement.

        Raises:
            EcrConfigurationError: The profile or the endpoint is not valid.
            EcrRequestError: An option has the wrong type.
        """
        # botocore is loaded with the first client.
        from ecr_typed._botocore.roles import session_for

        with session_for(
            profile_name=self.profile_name,
            role_arn=self.role_arn,
            external_id=self.external_id,
            region_name=self.region_name,
        ) as session:
            return EcrClient(
                region_name=self.region_name,
                endpoint_url=self.endpoint_url,
                session=session,
                config=config,
                retry=retry,
                on_call=on_call,
            )

    def __str__(self) -> str:
        owner = self.account_id or self.profile_name
        return self.region_name if owner is None else f"{owner}/{self.region_name}"


def registries(
    *,
    regions: Iterable[str],
    accounts: Iterable[str] = (),
    role_name: str | None = None,
    partition: str = "aws",
) -> tuple[Registry, ...]:
    """Return the registries of each account in each region.

    Args:
        regions: The names of the regions, such as `["eu-west-1", "us-east-1"]`.
        accounts: The accounts' ids, of 12 digits each. Default: the account of the credentials.
        role_name: The role that is assumed in each account, by its name, with its path if it has
            one. Default: the credentials are used as they are.
        partition: The partition of the roles' ARNs: `aws`, `aws-cn`, `aws-us-gov`. Default: `aws`.

    Returns:
        A registry for each account in each region, sorted by account as they were given.

    Raises:
        EcrRequestError: An argument is wrong, or there is a `role_name` without accounts.
    """
    given_regions = _texts("regions", regions, "the name of a region, as 'eu-west-1'", _is_region)
    given_accounts = _texts(
        "accounts", accounts, "an account id: 12 digits, as text", _is_account_id
    )
    if role_name is None:
        owners: list[str | None] = [*given_accounts] or [None]
        return tuple(Registry(r, account_id=a) for a in owners for r in given_regions)
    _check("role_name", role_name, "a role's name, or None", _is_name)
    _check("partition", partition, "a partition's name, as 'aws'", _is_name)
    if not given_accounts:
        problem = ArgumentProblem("accounts", "()", "the accounts that have the role `role_name`")
        raise EcrRequestError([problem])
    arns = [f"arn:{partition}:iam::{account}:role/{role_name}" for account in given_accounts]
    return tuple(Registry(region, role_arn=arn) for arn in arns for region in given_regions)


def _texts(
    name: str, values: object, allowed: str, fits: Callable[[object], bool]
) -> tuple[str, ...]:
    """The texts of an argument: no single text, which is a sequence of its letters."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        hint = "put it in a list" if isinstance(values, str) else ""
        raise EcrRequestError([ArgumentProblem(name, shortened(values), "a list of texts", hint)])
    given = tuple(cast("Iterable[object]", values))
    for index, value in enumerate(given):
        _check(f"{name}[{index}]", value, allowed, fits)
    # Once each: a registry that is named twice would be worked on twice.
    return tuple(dict.fromkeys(map(str, given)))
