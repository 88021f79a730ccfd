"""boto3 sessions for clients of an emulator, which settings of the machine do not mislead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from botocore.loaders import Loader


class SessionFactory:
    """Makes sessions that share one reading of the service model, most of what a client costs."""

    def __init__(self) -> None:
        self._loader: Loader | None = None

    def session(self, account_id: str, region_name: str) -> boto3.Session:
        """Return a session that works in an account and a region."""
        import boto3
        import botocore.session
        from botocore.loaders import create_loader

        self._loader = self._loader or create_loader()
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
    """Return a config that sends calls directly, whatever proxy the environment names."""
    from botocore.config import Config

    direct = Config(proxies={})
    return direct if config is None else direct.merge(config)
