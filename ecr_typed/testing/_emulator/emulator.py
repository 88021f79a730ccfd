"""`EcrEmulator`: its life cycle, and clients that talk to it."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self

import ecr_typed
from ecr_typed.testing._emulator.arguments import (
    check_region_name,
    check_registry_host,
    check_type,
)
from ecr_typed.testing._emulator.clients import SessionFactory, without_proxies
from ecr_typed.testing._emulator.http.dispatcher import Dispatcher
from ecr_typed.testing._emulator.http.faults import Faults
from ecr_typed.testing._emulator.http.server import HOST, EmulatorRequestHandler, EmulatorServer
from ecr_typed.testing._emulator.registry.accounts import Accounts, check_account_id
from ecr_typed.testing._emulator.registry.clock import Clock
from ecr_typed.testing._emulator.registry.policy_documents import (
    PolicySource,
    read_identity_policies,
)
from ecr_typed.testing._emulator.registry.repositories import LOCAL, Options, RegistryHost
from ecr_typed.testing._emulator.service import EcrService
from ecr_typed.testing._emulator.setup.state import EmulatorSetup

if TYPE_CHECKING:
    import boto3
    from _typeshed.wsgi import WSGIApplication
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing._emulator.http.messages import HttpResponse
    from ecr_typed.testing._emulator.registry.accounts import Lookups
else:
    # Importing them would load botocore; `typing.get_type_hints` needs something by these names.
    Config = ECRClient = Any

HIGHEST_PORT = 65535
_ANY_HOST = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - to be replaced in URLs


_SCAN_ERRORS = ("LimitExceededException", "ThrottlingException")


class EcrEmulator(EmulatorSetup):
    """Amazon ECR on `127.0.0.1`, over real HTTP, for the time of a `with` block.

    Every emulator has registries of its own, separate by account and region. Beside ECR it emulates
    `GetCallerIdentity` and `AssumeRole` of STS. With `moto=True`, moto emulates the other services
    on the same port and keeps their state, which is one for the whole process.

    Container tools push to its registries and pull from them on the same port: docker, skopeo, oras.

    An access key id of twelve digits names the account it works in. A key that STS (or moto's IAM)
    issued works in the account of its role or user, until the session ends. A temporary key (`ASIA`)
    from elsewhere is refused, and any other key works in `account_id`.
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
        host: str = HOST,
        registry_host: str | None = None,
        moto: bool = False,
        iam: Mapping[str, PolicySource] | None = None,
        repeated_scan_error: Literal[
            "LimitExceededException", "ThrottlingException"
        ] = "LimitExceededException",
    ) -> None:
        """Make an emulator; a `with` block or `start` lets it serve.

        Args:
            region_name: The region that its clients work in unless they are given another.
            account_id: The account that its clients work in unless they are given another.
            latency: How long each of ECR's responses is held back, in seconds.
            port: The port to listen on; 0 is a free port.
            host: The address to listen on. Whoever reaches another address than `127.0.0.1` can
                read and change all that the emulator holds: it checks no signature.
            registry_host: The host in repository URIs and proxy endpoints; default: AWS's, which
                nothing ever contacts. `"local"` is the address that the emulator listens on, so
                that container tools find it; any other text, such as `emulator:4566`, is the host.
            moto: Whether moto emulates other services on the same port. KMS keys, IAM principals
                and secrets are looked up there, stacks of CloudFormation create repositories here,
                and `/moto-api/reset` resets both. Needs the extra `moto`.
            iam: Identity policies by the ARN of their role or user, as text, as a dict or as a
                `PolicyDocument`. A principal that has one may do what it allows; any other may do
                everything in its own account. `set_identity_policy` changes them.
            repeated_scan_error: The error of a second basic scan within 24 hours. AWS documents the
                quota; users have also met a throttling exception.

        Raises:
            ImportError: `moto` is asked for, but its extra is not installed.
            TypeError: An argument has the wrong type.
            ValueError: A policy in `iam` is no identity policy, `account_id` has not twelve digits,
                or another argument can't be right.
        """
        check_region_name(region_name)
        check_registry_host(registry_host)
        check_type("host", host, str, "an address")
        check_type("iam", iam, Mapping | None, "policies by ARN, or None")
        _check(latency, port, repeated_scan_error)
        self.latency = latency
        self.clock = Clock()
        self.faults = Faults()
        self._host = host
        self._port = port
        self._has_moto = moto
        self._is_local = registry_host == LOCAL
        self._registry_host = RegistryHost(None if self._is_local else registry_host)
        service = EcrService(
            clock=self.clock,
            accounts=Accounts(
                account_id, _moto_lookups() if moto else None, read_identity_policies(iam or {})
            ),
            options=Options(
                repeated_scan_error=repeated_scan_error, registry_host=self._registry_host
            ),
        )
        super().__init__(service, region_name=region_name, account_id=account_id)
        self._dispatcher: Dispatcher | None = None
        self._process_id = 0
        self._server: EmulatorServer | None = None
        self._thread: threading.Thread | None = None
        self._sessions = SessionFactory()

    def __repr__(self) -> str:
        where = "not running" if self._server is None else f"at {self.endpoint_url}"
        return f"<EcrEmulator {where}>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or sent to another process: the server and its state stay here."""
        raise TypeError(
            "an EcrEmulator can't be pickled or copied: give the other process its endpoint_url, "
            "or the variables of environment()"
        )

    def start(self) -> None:
        """Serve what was seeded, else empty registries."""
        if self._server is not None:
            raise RuntimeError("this EcrEmulator is running already")
        handler, other_services = _beside_moto(self._service) if self._has_moto else _ALONE
        dispatcher = Dispatcher(
            self._service,
            self.faults,
            respond_to_control=self._respond_to_control,
            latency=self.latency,
            other_services=other_services,
        )
        self._server = EmulatorServer(
            dispatcher, host=self._host, port=self._port, now=self.clock.now, handler=handler
        )
        self._dispatcher = dispatcher
        self._process_id = os.getpid()
        if self._is_local:
            self._registry_host.text = self.endpoint_url.removeprefix("http://")
        self._thread = threading.Thread(target=self._server.serve, name="ecr-emulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the calls in flight, close every connection, and empty the registries.

        A process that was forked from the one that serves only closes its copy of the port.
        """
        dispatcher, server, thread = self._dispatcher, self._server, self._thread
        if dispatcher is None or server is None or thread is None:
            return
        self._dispatcher = self._server = self._thread = None
        if self._process_id != os.getpid():
            # The threads did not come along, so nothing would ever end a wait for them.
            server.server_close()
            return
        dispatcher.end_waits()
        server.shutdown()
        thread.join()
        server.close_connections()
        self._service.reset()

    def reset(self) -> None:
        """Return to the state of a new emulator: registries, policies, tokens, keys, faults, clock.

        The address stays, and so do sessions of assumed roles, whose credentials a program may have
        cached. The state of moto's services belongs to the process and stays, too.
        """
        self._service.reset()
        self.faults.reset()
        self.clock.reset()

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
        host = HOST if self._host in _ANY_HOST else self._host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.port}"

    def environment(self) -> dict[str, str]:
        """Return the environment variables under which any SDK of AWS talks to this emulator.

        Set them in this process (`os.environ.update`) or in a child process
        (`env={**os.environ, **emulator.environment()}`). They name the endpoint, the region and
        credentials of the emulator's account, and keep the calls away from proxies. A profile that
        `AWS_PROFILE` names comes before the credentials in some SDKs: unset it.

        Returns:
            The variables by name.
        """
        url = self.endpoint_url
        unproxied = ["127.0.0.1", "localhost"]
        if self._host not in {*_ANY_HOST, *unproxied}:
            unproxied.append(self._host)
        # What the program keeps from proxies stays so.
        known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        unproxied += [host for host in known.split(",") if host and host not in unproxied]
        services = ("",) if self._has_moto else ("_ECR", "_STS")
        return {
            **{f"AWS_ENDPOINT_URL{service}": url for service in services},
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_REGION": self.region_name,
            "AWS_DEFAULT_REGION": self.region_name,
            "AWS_ACCESS_KEY_ID": self.account_id,
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_SESSION_TOKEN": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": ",".join(unproxied),
            "no_proxy": ",".join(unproxied),
        }

    def client(
        self,
        *,
        region_name: str | None = None,
        account_id: str | None = None,
        config: Config | None = None,
        retry: ecr_typed.RetryPolicy | None = None,
        on_call: Callable[[ecr_typed.CallEvent], None] | None = None,
    ) -> ecr_typed.EcrClient:
        """Return a typed client of this emulator.

        Args:
            region_name: The region it works in; default: the emulator's.
            account_id: The account it works in; default: the emulator's.
            config: As for `EcrClient`.
            retry: As for `EcrClient`.
            on_call: As for `EcrClient`.

        Returns:
            The client. Close it, or use it in a `with` statement.
        """
        return ecr_typed.EcrClient(
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

        Returns:
            The boto3 client.
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

    def _respond_to_control(
        self, method: str, path: str, content_type: str, body: bytes
    ) -> HttpResponse:
        # The models that it reads take longer to import than the emulator takes to start.
        from ecr_typed.testing._emulator.control.api import ControlApi
        from ecr_typed.testing._emulator.control.endpoints import ControlTarget

        target = ControlTarget(
            setup=self,
            service=self._service,
            clock=self.clock,
            faults=self.faults,
            reset=self.reset,
            describe=self._describe,
        )
        return ControlApi(target).respond(method, path, content_type, body)

    def _describe(self) -> dict[str, Any]:
        return {
            "endpointUrl": self.endpoint_url,
            "regionName": self.region_name,
            "accountId": self.account_id,
            "environment": self.environment(),
        }

    def _session(self, region_name: str | None, account_id: str | None) -> boto3.Session:
        if account_id is not None:
            check_account_id(account_id, "account_id")
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


def _check(latency: float, port: int, repeated_scan_error: str) -> None:
    """Refuse what can't be right, before anything is served with it."""
    check_type("port", port, int, "a number")
    if not 0 <= port <= HIGHEST_PORT:
        raise ValueError(f"port has to be a number up to {HIGHEST_PORT}, not {port}")
    check_type("latency", latency, int | float, "a number of seconds")
    if not 0 <= latency < math.inf:
        raise ValueError(f"latency has to be 0 or more seconds, not {latency}")
    if repeated_scan_error not in _SCAN_ERRORS:
        allowed = " or ".join(_SCAN_ERRORS)
        raise ValueError(f"repeated_scan_error has to be {allowed}, not {repeated_scan_error!r}")
