"""The boto3 sessions of profiles and roles; the credentials of a role renew themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from ecr_typed._botocore.errors import creation_error, drop_frames
from ecr_typed._errors import EcrCredentialsError, EcrError

if TYPE_CHECKING:
    import boto3

_KEPT: Final = 256
"""How many sessions of each kind a process keeps: one takes some 100 KB."""

_SESSION_NAME: Final = "ecr_typed"
"""What CloudTrail shows of who assumed a role, unless AWS_ROLE_SESSION_NAME says it."""


@contextmanager
def session_for(
    *,
    profile_name: str | None,
    role_arn: str | None,
    external_id: str | None,
    region_name: str,
) -> Generator[boto3.Session, None, None]:
    """Lend the session of a profile, or of a role that is assumed with its credentials.

    Whoever asks for the same gets the same session, unless the environment has changed: a role is
    assumed once a process, and again before its credentials expire. `region_name` is that of the
    registry; STS is called in that of the first one.
    """
    import boto3

    source = _Source(
        profile_name=profile_name,
        role_arn=role_arn,
        external_id=external_id,
        default=boto3.DEFAULT_SESSION,
        environment=tuple(item for item in os.environ.items() if item[0].startswith("AWS_")),
        region_name=region_name,
    )
    # A session is for one thread at a time; the clients that it makes are not.
    with _locks[-1]:
        try:
            session = _plain_session(source) if role_arn is None else _role_session(source)
        except EcrError:
            raise
        except Exception as error:
            ours = creation_error(error, "Registry.connect", None)
            drop_frames(error, None)
            raise ours from error
        yield session


@attrs.frozen(kw_only=True)
class _Source:
    """What a session is made from."""

    profile_name: str | None
    role_arn: str | None
    external_id: str | None
    default: boto3.Session | None
    # It has the secrets of the environment.
    environment: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    region_name: str = attrs.field(eq=False)


@lru_cache(maxsize=_KEPT)
def _plain_session(source: _Source) -> boto3.Session:
    import boto3

    if source.profile_name is None and source.default is not None:
        return source.default
    return boto3.Session(profile_name=source.profile_name)


@lru_cache(maxsize=_KEPT)
def _role_session(source: _Source) -> boto3.Session:
    """A session whose credentials come from botocore's own provider for roles."""
    import boto3
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )
    from botocore.session import Session

    base = _plain_session(attrs.evolve(source, role_arn=None, external_id=None))
    credentials = base.get_credentials()
    if credentials is None:
        raise EcrCredentialsError(
            f"there are no credentials to assume {source.role_arn} with: set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or name a profile (profile_name or AWS_PROFILE)"
        )
    # boto3 has no public way to the session that it stands on.
    inner: Session = cast("Any", base)._session  # noqa: SLF001
    arguments = {"RoleSessionName": os.environ.get("AWS_ROLE_SESSION_NAME", _SESSION_NAME)}
    if source.external_id is not None:
        arguments["ExternalId"] = source.external_id
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=_sts_maker(inner, base.region_name, source.region_name),
        source_credentials=credentials,
        role_arn=str(source.role_arn),
        extra_args=arguments,
    )
    renewing = DeferredRefreshableCredentials(
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )

    class Provider(CredentialProvider):
        METHOD = "assume-role"

        def load(self) -> DeferredRefreshableCredentials:
            return renewing

    outer = Session(profile=source.profile_name)
    # What botocore reads from its data files, it reads once for all sessions.
    outer.register_component("data_loader", inner.get_component("data_loader"))
    outer.register_component("credential_provider", CredentialResolver([Provider()]))
    return boto3.Session(botocore_session=outer)


def _sts_maker(inner: Any, own_region: str | None, region_name: str) -> Callable[..., Any]:
    """A maker of clients of STS, in the region of the credentials if it knows the role.

    A region of another partition (China, GovCloud) does not know it.
    """
    partition_of: Callable[[str], str] = inner.get_partition_for_region
    if own_region is not None and partition_of(own_region) == partition_of(region_name):
        region_name = own_region
    return partial(inner.create_client, region_name=region_name)


_locks: Final = [Lock()]


def _begin_anew() -> None:
    # A thread that is not in the child may hold the lock, or that of credentials being renewed.
    _locks[:] = [Lock()]
    _plain_session.cache_clear()
    _role_session.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
