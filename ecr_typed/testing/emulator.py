"""`EcrEmulator`: its life cycle, and clients that talk to it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from botocore.loaders import create_loader

from ecr_typed.testing.application import EmulatorApplication
from ecr_typed.testing.clock import Clock
from ecr_typed.testing.server import EmulatorServer
from ecr_typed.testing.service import EcrService

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import boto3
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

    from ecr_typed.calls import CallEvent
    from ecr_typed.client import EcrClient
    from ecr_typed.retry import RetryPolicy


class EcrEmulator:
    """Amazon ECR on `127.0.0.1`, beside moto's other services, for the time of a `with` block.

    Every emulator has ECR registries of its own, apart by account and region. The other services
    (S3, KMS, STS ...) are moto's and keep their state where moto keeps it: once a process.

    An access key id of twelve digits names the account it works in; a key that moto's IAM or STS
    issued works in the account that issued it; any other key works in `account_id`.
    """

    def __init__(self, *, region_name: str = "us-east-1", account_id: str = "123456789012") -> None:
        self.region_name = region_name
        self.account_id = account_id
        self.clock = Clock()
        self._server: EmulatorServer | None = None
        self._thread: threading.Thread | None = None
        # Reading the service model is most of what a client costs, and tests make many.
        self._loader = create_loader()

    def start(self) -> None:
        """Serve on a free port, with empty registries."""
        if self._server is not None:
            raise RuntimeError("this EcrEmulator is running already")
        service = EcrService(region_name=self.region_name, clock=self.clock)
        application = EmulatorApplication(service, account_id=self.account_id)
        self._server = EmulatorServer(application)
        self._thread = threading.Thread(target=self._server.serve, name="ecr-emulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the calls under way, close every connection, and forget the registries."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self._server = self._thread = None
        server.shutdown()
        thread.join()
        server.close_connections()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def endpoint_url(self) -> str:
        """Where it listens: what boto3 calls `endpoint_url`, for any service."""
        if self._server is None:
            raise RuntimeError("this EcrEmulator is not running: use it in a with block")
        return f"http://127.0.0.1:{self._server.port}"

    def client(
        self,
        *,
        region_name: str | None = None,
        account_id: str | None = None,
        config: Config | None = None,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> EcrClient:
        """Give a typed client of this emulator.

        Args:
            region_name: The region it works in; else the emulator's.
            account_id: The account it works in; else the emulator's.
            config: As for `EcrClient`.
            retry: As for `EcrClient`.
            on_call: As for `EcrClient`.
        """
        from ecr_typed.client import EcrClient

        return EcrClient(
            session=self._session(region_name, account_id),
            endpoint_url=self.endpoint_url,
            config=_without_proxies(config),
            retry=retry,
            on_call=on_call,
        )

    def boto3_client(
        self,
        *,
        region_name: str | None = None,
        account_id: str | None = None,
        config: Config | None = None,
        **options: Any,
    ) -> ECRClient:
        """Give a plain boto3 client of this emulator.

        Args:
            region_name: The region it works in; else the emulator's.
            account_id: The account it works in; else the emulator's.
            config: As for `boto3.Session.client`.
            options: All else that `boto3.Session.client` takes.
        """
        # boto3's stubs leave the clients of services unknown whose stubs are not installed.
        session: Any = self._session(region_name, account_id)
        client: ECRClient = session.client(
            "ecr",
            endpoint_url=self.endpoint_url,
            config=_without_proxies(config),
            **options,
        )
        return client

    def _session(self, region_name: str | None, account_id: str | None) -> boto3.Session:
        import boto3
        import botocore.session

        # A profile that the environment names may not exist on the machine that runs the tests.
        no_profile = {"profile": (None, None, None, None)}
        botocore_session = botocore.session.Session(session_vars=no_profile)
        botocore_session.register_component("data_loader", self._loader)
        return boto3.Session(
            aws_access_key_id=account_id or self.account_id,
            aws_secret_access_key="emulator",  # noqa: S106 - no secret: nothing checks it
            region_name=region_name or self.region_name,
            botocore_session=botocore_session,
        )


def _without_proxies(config: Config | None) -> Config:
    """Keep calls to loopback away from a proxy that the environment names."""
    from botocore.config import Config

    direct = Config(proxies={})
    return direct if config is None else direct.merge(config)
