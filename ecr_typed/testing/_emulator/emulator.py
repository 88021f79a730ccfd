"""`EcrEmulator`: its life cycle, and clients that talk to it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from ecr_typed.testing._emulator.clients import SessionFactory, without_proxies
from ecr_typed.testing._emulator.http.dispatcher import EmulatorApplication
from ecr_typed.testing._emulator.http.faults import Faults
from ecr_typed.testing._emulator.http.server import HOST, EmulatorServer
from ecr_typed.testing._emulator.registry.clock import Clock
from ecr_typed.testing._emulator.service import EcrService
from ecr_typed.testing._emulator.topics.pull_through import pull_through

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType

    import boto3
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

    from ecr_typed import CallEvent
    from ecr_typed import EcrClient
    from ecr_typed.models.common import ImageIdentifier
    from ecr_typed.models.repositories import Repository
    from ecr_typed.models.repository_creation_templates import RepositoryCreationTemplate
    from ecr_typed import RetryPolicy
    from ecr_typed.testing._emulator.registry.repositories import EcrBackend
    from ecr_typed.testing._emulator.scan_findings import Finding


class EcrEmulator:
    """Amazon ECR on `127.0.0.1`, beside moto's other services, for the time of a `with` block.

    Every emulator has ECR registries of its own, apart by account and region. The other services
    (S3, KMS, STS ...) are moto's and keep their state where moto keeps it: once a process.

    An access key id of twelve digits names the account it works in; a key that moto's IAM or STS
    issued works in the account that issued it, as the user or the role that it was issued for; any
    other key works in `account_id`.
    """

    clock: Clock
    """What ECR takes for now. What it does in the background, a scan or a copy, takes a second."""

    faults: Faults
    """What goes wrong between ECR and its clients: nothing, until a test injects it."""

    def __init__(
        self,
        *,
        region_name: str = "us-east-1",
        account_id: str = "123456789012",
        latency: float = 0.0,
        port: int = 0,
    ) -> None:
        """Make an emulator; a `with` block or `start` lets it serve.

        Args:
            region_name: The region that its clients work in unless they are given another.
            account_id: The account that its clients work in unless they are given another.
            latency: How long each of ECR's answers takes on top, in seconds.
            port: Where it listens; 0 is a free port.
        """
        self.region_name = region_name
        self.account_id = account_id
        self.latency = latency
        self.clock = Clock()
        self.faults = Faults()
        self._port = port
        self._service = EcrService(region_name=region_name, clock=self.clock)
        self._application: EmulatorApplication | None = None
        self._server: EmulatorServer | None = None
        self._thread: threading.Thread | None = None
        self._sessions = SessionFactory()

    def start(self) -> None:
        """Serve what was seeded: without that, empty registries."""
        if self._server is not None:
            raise RuntimeError("this EcrEmulator is running already")
        application = EmulatorApplication(
            self._service, self.faults, account_id=self.account_id, latency=self.latency
        )
        self._server = EmulatorServer(application, port=self._port)
        self._application = application
        self._thread = threading.Thread(target=self._server.serve, name="ecr-emulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the calls under way, close every connection, and forget the registries."""
        application, server, thread = self._application, self._server, self._thread
        if application is None or server is None or thread is None:
            return
        self._application = self._server = self._thread = None
        application.end_waits()
        server.shutdown()
        thread.join()
        server.close_connections()
        self._service.reset()

    def reset(self) -> None:
        """Be as new, at the same address: registries, tokens, faults and clock.

        The state of moto's other services stays: it is the whole process's.
        """
        self._service.reset()
        self.faults.reset()
        self.clock.reset()

    def seed(
        self,
        *models: Repository | RepositoryCreationTemplate,
        tags: Mapping[str, Mapping[str, str]] | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> None:
        """Put repositories and templates into a registry as they are, without a call.

        Nothing but their place is checked, so a test can begin with what it couldn't create. What
        a model leaves out is as the service creates it.

        Args:
            models: What to put there. A repository's ARN must be of the registry.
            tags: Tags by name of the repository they are for, which may be there already.
            account_id: The account of the registry; else the emulator's.
            region_name: The region of the registry; else the emulator's.

        Raises:
            ValueError: A model has no place in the registry, or its place is taken. Those before
                it are there.
        """
        from ecr_typed.testing._emulator.seeding import put_model, put_tags

        with self._registry(account_id, region_name) as registry:
            for model in models:
                put_model(registry, model, self.clock.now())
            for repository_name, its_tags in (tags or {}).items():
                put_tags(registry, repository_name, its_tags)

    def apply_lifecycle_policies(self) -> None:
        """Expire and archive now what AWS would expire and archive within 24 hours."""
        self._service.apply_lifecycle_policies()

    def set_scan_findings(
        self,
        repository_name: str,
        image: str | ImageIdentifier,
        findings: Iterable[Finding],
        *,
        status: str | None = None,
        description: str | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> None:
        """Say what a scan of an image finds, in place of nothing. It counts as scanned now.

        Args:
            repository_name: The repository that the image is in.
            image: The image's digest or one of its tags, as text or as an `ImageIdentifier`.
            findings: Basic or enhanced findings: models, or dicts as boto3 gives them.
            status: The status of the scan; else COMPLETE, or ACTIVE where scans are continuous.
            description: What is said of the status; else what AWS says of it.
            account_id: The account of the registry; else the emulator's.
            region_name: The region of the registry; else the emulator's.

        Raises: ValueError if there is no such image, or what is given is no finding.
        """
        from ecr_typed.testing._emulator.scan_findings import set_findings

        with self._registry(account_id, region_name) as registry:
            set_findings(
                registry, repository_name, image, findings, status, description, self.clock.now()
            )

    def pull_through(
        self,
        repository_name: str,
        manifest: str,
        *,
        tag: str | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> str:
        """Cache an image as a pull by a pull through cache rule does, and give its digest.

        Args:
            repository_name: The repository to cache it in; a rule must cover it.
            manifest: The manifest that the upstream registry has. Its layers are not cached.
            tag: The tag that it is pulled by.
            account_id: The account of the registry; else the emulator's.
            region_name: The region of the registry; else the emulator's.

        Raises: ValueError for want of a rule, its login, or a role for the new repository.
        """
        with self._registry(account_id, region_name) as registry:
            return pull_through(registry, repository_name, manifest, tag, self.clock)

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
        return f"http://{HOST}:{self._server.port}"

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
        from ecr_typed import EcrClient

        return EcrClient(
            session=self._session(region_name, account_id),
            endpoint_url=self.endpoint_url,
            config=without_proxies(config),
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
            config=without_proxies(config),
            **options,
        )
        return client

    def _registry(
        self, account_id: str | None, region_name: str | None
    ) -> AbstractContextManager[EcrBackend]:
        return self._service.registry(
            account_id or self.account_id, region_name or self.region_name
        )

    def _session(self, region_name: str | None, account_id: str | None) -> boto3.Session:
        return self._sessions.session(
            account_id or self.account_id, region_name or self.region_name
        )
