"""The WSGI application: ECR's requests go to our service, all others to moto."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from wsgiref.util import application_uri

from moto.backends import list_of_moto_modules

# moto_server has no __init__.py, so moto's py.typed does not reach it.
from moto.moto_server.werkzeug_app import (  # pyright: ignore[reportMissingTypeStubs]
    DomainDispatcherApplication,
    create_backend_app,
)

from ecr_typed.testing._emulator.http.credential_scope import CredentialScope
from ecr_typed.testing._emulator.http.downloads import DOWNLOADS_PATH
from ecr_typed.testing._emulator.http.log import logger
from ecr_typed.testing._emulator.http.service_model import TARGET_PREFIX
from ecr_typed.testing._emulator.registry.accounts import caller_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from ecr_typed.testing._emulator.http.faults import Faults
    from ecr_typed.testing._emulator.http.messages import HttpAnswer
    from ecr_typed.testing._emulator.registry.accounts import Caller
    from ecr_typed.testing._emulator.service import EcrService
    from ecr_typed.testing.faults import CarryOut

_ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"


class EmulatorApplication(DomainDispatcherApplication):
    """moto's dispatcher with one service exchanged; moto itself stays as it is."""

    def __init__(
        self, service: EcrService, faults: Faults, *, account_id: str, latency: float
    ) -> None:
        super().__init__(create_backend_app)
        self._service = service
        self._faults = faults
        self._account_id = account_id
        self._latency = latency
        self._is_ending = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(DOWNLOADS_PATH):
            query, range_header = environ.get("QUERY_STRING", ""), environ.get("HTTP_RANGE", "")
            return _sent(self._service.download(path, query, range_header), start_response)
        scope = CredentialScope.of(environ.get("HTTP_AUTHORIZATION", ""))
        caller = self._caller(scope, environ)
        target: str = environ.get("HTTP_X_AMZ_TARGET", "")
        if not target.startswith(TARGET_PREFIX) and (scope is None or scope.service != "ecr"):
            return self._answer_by_moto(environ, start_response)
        carry_out = partial(
            self._service.answer,
            target=target,
            body=environ["wsgi.input"].read(),
            caller=caller,
            region_name=None if scope is None else scope.region_name,
            endpoint_url=application_uri(environ).rstrip("/"),
        )
        return _sent(self._answer(target.removeprefix(TARGET_PREFIX), carry_out), start_response)

    def _caller(self, scope: CredentialScope | None, environ: WSGIEnvironment) -> Caller:
        access_key_id = "" if scope is None else scope.access_key_id
        caller = caller_of(access_key_id, default_account_id=self._account_id)
        # moto's services take the account from this header too, when it is there.
        account_id: str = environ.setdefault(_ACCOUNT_HEADER, caller.account_id)
        return replace(caller, account_id=account_id)

    def _answer_by_moto(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            answer: Iterable[bytes] = super().__call__(environ, start_response)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes an answer
            logger.exception("moto failed to answer")
            start_response("500 INTERNAL SERVER ERROR", [("Content-Type", "application/json")])
            return [json.dumps({"__type": "InternalFailure", "message": repr(error)}).encode()]
        return answer

    def _answer(self, operation_name: str, carry_out: CarryOut) -> HttpAnswer:
        """Carry out a call as far as its fault lets it, and wait as long as it is to take."""
        fault = self._faults.draw(operation_name)
        try:
            return carry_out() if fault is None else fault.answer(carry_out)
        finally:
            seconds = self._latency if fault is None else self._latency + fault.delay
            if seconds > 0:
                self._is_ending.wait(seconds)

    def end_waits(self) -> None:
        """Let answers that are waiting go, and none wait from now on."""
        self._is_ending.set()

    def get_backend_for_host(self, host: str | None) -> Any:
        """Find the service of a host; moto's own prints to the terminal when there is none."""
        if host is None or host == "moto_api" or host in list_of_moto_modules():
            return host
        for backend, pattern in self.backend_url_patterns:
            if pattern.match(f"http://{host}"):
                return backend
        raise LookupError(f"moto serves nothing at {host}")


def _sent(answer: HttpAnswer, start_response: StartResponse) -> Iterable[bytes]:
    status, headers, body = answer
    start_response(status, headers)
    return [body]
