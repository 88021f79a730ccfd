"""boto3 sessions for clients of an emulator, which the machine's settings don't lead astray."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

if TYPE_CHECKING:
    from botocore.loaders import Loader


class SessionFactory:
    """Makes sessions that read the service model once: that is most of what a client costs."""

    def __init__(self) -> None:
        self._loader: Loader = create_loader()

    def session(self, account_id: str, region_name: str) -> boto3.Session:
        """Give a session that works in an account and a region."""
        # A profile that the environment names may not exist on the machine that runs the tests.
        no_profile = {"profile": (None, None, None, None)}
        botocore_session = botocore.session.Session(session_vars=no_profile)
        botocore_session.register_component("data_loader", self._loader)
        return boto3.Session(
            aws_access_key_id=account_id,
            aws_secret_access_key="emulator",  # noqa: S106 - no secret: nothing checks it
            region_name=region_name,
            botocore_session=botocore_session,
        )


def without_proxies(config: Config | None) -> Config:
    """Keep calls to loopback away from a proxy that the environment names."""
    direct = Config(proxies={})
    return direct if config is None else direct.merge(config)
