"""The type of the sessions that a client can be made with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class BotoSession(Protocol):
    """A `boto3.Session`, or what has its methods.

    The parameter `session` of `EcrClient` has this type, so that type checkers need no stubs of
    boto3. Pass a `boto3.Session`.
    """

    @property
    def profile_name(self) -> str | None:
        """The profile of the AWS configuration files."""

    @property
    def region_name(self) -> str | None:
        """The session's region, if it has one."""

    @property
    def available_profiles(self) -> Sequence[str]:
        """The profiles of the AWS configuration files."""
        ...
