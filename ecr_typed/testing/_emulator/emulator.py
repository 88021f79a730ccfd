"""`EcrEmulator`: its life cycle, and clients that talk to it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from ecr_typed.testing._emulator.clients import SessionFactory, without_proxies
from ecr_typed.testing._emulator.http.dispatcher import Dispatcher
from ecr_typed.testing._emulator.http.faults import Faults
from ecr_typed.testing._emulator.http.server import HOST, EmulatorRequestHandler, EmulatorServer
from ecr_typed.testing._emulator.registry.accounts import Accounts
from ecr_typed.testing._emulator.registry.clock import Clock
from ecr_typed.testing._emulator.service import EcrService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType

    import boto3
    from _typeshed.wsgi import WSGIApplication
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

    from ecr_typed import CallEvent, EcrClient, RetryPolicy
    from ecr_typed.models import ImageIdentifier, Repository, RepositoryCreationTemplate
    from ecr_typed.testing._emulator.registry.accounts import Lookups
    from ecr_typed.testing._emulator.registry.repositories import Registry
    from ecr_typed.testing._emulator.seeding import Finding


class EcrEmulator:
    """Amazon ECR on `127.0.0.1`, over real HTTP, for the time of a `with` block.

    Every emulator has registries of its own, separate by account and region. Beside ECR it emulates
    `GetCallerIdentity` and `AssumeRole` of STS. With `moto=True`, moto emulates the other services
    on the same port and keeps their state, which is one for the whole process.

    An access key id of twelve digits names the account it works in. A key that STS (or moto's IAM)
    issued works in the account of its role or user. Any other key works in `account_id`.
    """

    clock: Clock
    """ECR's clock. Work in the background, a scan or a copy, takes a second of it."""

    faults: Faults
    """The faults between ECR and its clients: none, until a test injects one."""

    def __init__(
        self,
        *,
        region_name: str = "us-east-1",
        account_id: str = "123456789012",
        latency: float = 0.0,
        port: int = 0,
        moto: bool = False,
    ) -> None:
        """Make an emulator; a `with` block or `start` lets it serve.

        Args:
            region_name: The region that its clients work in unless they are given another.
            account_id: The account that its clients work in unless they are given another.
            latency: How long each of ECR's responses is held back, in seconds.
            port: The port to listen on; 0 is a free port.
            moto: Whether moto emulates other services on the same port. KMS keys, IAM principals
                and secrets are looked up there, stacks of CloudFormation create repositories here,
                and `/moto-api/reset` resets both. Needs the extra `moto`.

        Raises:
            ImportError: `moto` is asked for, but its extra is not installed.
        """
        self.region_name = region_name
        self.account_id = account_id
        self.latency = latency
        self.clock = Clock()
        self.faults = Faults()
        self._port = port
        self._has_moto = moto
        self._service = EcrService(
            clock=self.clock, accounts=Accounts(account_id, _moto_lookups() if moto else None)
        )
        self._dispatcher: Dispatcher | None = None
        self._server: EmulatorServer | None = None
        self._thread: threading.Thread | None = None
        self._sessions = SessionFactory()

    def start(self) -> None:
        """Serve what was seeded, else empty registries."""
        if self._server is not None:
            raise RuntimeError("this EcrEmulator is running already")
        handler, other_services = _beside_moto(self._service) if self._has_moto else _ALONE
        dispatcher = Dispatcher(
            self._service,
            self.faults,
            region_name=self.region_name,
            latency=self.latency,
            other_services=other_services,
        )
        self._server = EmulatorServer(dispatcher, port=self._port, handler=handler)
        self._dispatcher = dispatcher
        self._thread = threading.Thread(target=self._server.serve, name="ecr-emulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the calls in flight, close every connection, and empty the registries."""
        dispatcher, server, thread = self._dispatcher, self._server, self._thread
        if dispatcher is None or server is None or thread is None:
            return
        self._dispatcher = self._server = self._thread = None
        dispatcher.end_waits()
        server.shutdown()
        thread.join()
        server.close_connections()
        self._service.reset()

    def reset(self) -> None:
        """Return to the state of a new emulator: registries, tokens, keys, faults and clock.

        The address stays, and so does the state of moto's services, which belongs to the process.
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

        Only their place is checked, so a test can begin with what the service would not let it
        create. A setting that a model leaves out gets its default.

        Args:
            models: The repositories and templates. A repository's ARN must be of the registry.
            tags: Tags by name of their repository, which may exist already.
            account_id: The account of the registry; default: the emulator's.
            region_name: The region of the registry; default: the emulator's.

        Raises:
            ValueError: A model does not belong into the registry, or exists already. The models
                before it are put there.
        """
        from ecr_typed.testing._emulator.seeding import put_model, put_tags

        with self._registry(account_id, region_name) as registry:
            for model in models:
                put_model(registry, model, registry.registries.now)
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
        """Set the findings of an image's scan. The image counts as scanned now.

        Args:
            repository_name: The repository of the image.
            image: The image's digest or one of its tags, as text or as an `ImageIdentifier`.
            findings: Basic or enhanced findings: models, or dicts as boto3 returns them.
            status: The status of the scan; default: COMPLETE, or ACTIVE where scans are continuous.
            description: The description of the status; default: AWS's.
            account_id: The account of the registry; default: the emulator's.
            region_name: The region of the registry; default: the emulator's.

        Raises:
            ValueError: There is no such image, or a finding is none.
        """
        from ecr_typed.testing._emulator.seeding import set_findings

        with self._registry(account_id, region_name) as registry:
            set_findings(
                registry,
                repository_name,
                image,
                findings,
                status,
                description,
                registry.registries.now,
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
        """Cache an image as a pull by a pull through cache rule does, and return its digest.

        Args:
            repository_name: The repository to cache it in; a rule must cover it.
            manifest: The manifest in the upstream registry. Its layers are not cached.
            tag: The tag that it is pulled by.
            account_id: The account of the registry; default: the emulator's.
            region_name: The region of the registry; default: the emulator's.

        Raises:
            ValueError: No rule covers the repository, the rule's secret can't be used, or the
                template of the new repository needs a role.
        """
        from ecr_typed.testing._emulator.topics.pull_through_cache.pulls import pull_through

        with self._registry(account_id, region_name) as registry:
            now = registry.registries.now
            return pull_through(registry, repository_name, manifest, tag, now)

    def add_kms_key(
        self,
        key_id: str | None = None,
        *,
        alias: str | None = None,
        state: str = "Enabled",
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> str:
        """Add a KMS key that encryption settings can name by its id, its alias or its ARN.

        Any other key can be named by its ARN as well, without being added.

        Args:
            key_id: The id; default: a new UUID.
            alias: An alias, such as `alias/images`.
            state: The key's state, as KMS spells it. A key that is not `Enabled` is refused with a
                `KmsException`: `Disabled`, `PendingDeletion` ...
            account_id: The account of the key; default: the emulator's.
            region_name: The region of the key; default: the emulator's.

        Returns:
            The key's ARN.
        """
        with self._registry(account_id, region_name) as registry:
            return self._service.accounts.add_kms_key(
                registry.account_id, registry.region_name, key_id, alias, state
            )

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
        """The URL that it listens on: the `endpoint_url` of boto3's clients."""
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
        """Return a typed client of this emulator.

        Args:
            region_name: The region it works in; default: the emulator's.
            account_id: The account it works in; default: the emulator's.
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
        """Return a plain boto3 client of this emulator.

        Args:
            region_name: The region it works in; default: the emulator's.
            account_id: The account it works in; default: the emulator's.
            config: As for `boto3.Session.client`.
            options: All other options of `boto3.Session.client`.
        """
        # boto3's stubs type only the clients of services whose stubs are installed.
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
    ) -> AbstractContextManager[Registry]:
        return self._service.registry(
            account_id or self.account_id, region_name or self.region_name
        )

    def _session(self, region_name: str | None, account_id: str | None) -> boto3.Session:
        return self._sessions.session(
            account_id or self.account_id, region_name or self.region_name
        )


_Beside = tuple[type[EmulatorRequestHandler], "WSGIApplication | None"]
_ALONE: _Beside = (EmulatorRequestHandler, None)


def _beside_moto(service: EcrService) -> _Beside:
    """Return the request handler and the application for other services."""
    from ecr_typed.testing._emulator.beside_moto.application import (
        HandlerBesideMoto,
        MotoApplication,
    )

    return HandlerBesideMoto, MotoApplication(service)


def _moto_lookups() -> Lookups:
    try:
        from ecr_typed.testing._emulator.beside_moto.application import MotoApplication
    except ModuleNotFoundError as error:
        # A module of ours that is missing is a bug, and no extra would provide it.
        if (error.name or "").partition(".")[0] == "ecr_typed":
            raise
        raise ImportError(
            f"EcrEmulator(moto=True) needs {error.name!r}, which comes with the extra "
            "'moto': install ecr_typed[moto] from where you installed ecr_typed"
        ) from error
    return MotoApplication.lookups
