"""The dispatcher: which part of the emulator responds to a request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from ecr_typed.testing._emulator.http import json_protocol, sts
from ecr_typed.testing._emulator.http.distribution import endpoints
from ecr_typed.testing._emulator.http.distribution.errors import in_registry_format
from ecr_typed.testing._emulator.http.distribution.messages import RegistryRequest
from ecr_typed.testing._emulator.http.downloads import download
from ecr_typed.testing._emulator.http.messages import (
    CONTROL_PATH,
    CredentialScope,
    HttpResponse,
    origin_of,
)
from ecr_typed.testing._emulator.http.other_services import refuse_service
from ecr_typed.testing._emulator.registry.layers import DOWNLOADS_PATH
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from ecr_typed.testing._emulator.http.faults import Faults
    from ecr_typed.testing._emulator.service import EcrService
    from ecr_typed.testing.faults import CarryOut

RespondToControl: TypeAlias = Callable[[str, str, str, bytes], HttpResponse]
"""Responds to a request of the control API by its method, path, content type and body."""


class Dispatcher:
    """The WSGI application: ECR, its registries, downloads, and STS; or moto for other services."""

    def __init__(
        self,
        service: EcrService,
        faults: Faults,
        *,
        respond_to_control: RespondToControl,
        latency: float,
        other_services: WSGIApplication | None,
    ) -> None:
        self._service = service
        self._faults = faults
        self._respond_to_control = respond_to_control
        self._latency = latency
        self._other_services = other_services
        self._is_ending = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one HTTP request."""
        path: str = environ.get("PATH_INFO", "")
        target: str = environ.get("HTTP_X_AMZ_TARGET", "")
        scope = CredentialScope.of(environ)
        service_name = "" if scope is None else scope.service
        if path.startswith(DOWNLOADS_PATH):
            response = self._download(path, environ)
        elif path.startswith(CONTROL_PATH):
            response = self._respond_to_control(
                environ["REQUEST_METHOD"],
                path,
                environ.get("CONTENT_TYPE", ""),
                environ["wsgi.input"].read(),
            )
        elif scope is None and endpoints.is_registry_path(path):
            response = self._speak_registry_protocol(environ)
        elif target.startswith(json_protocol.TARGET_PREFIX) or service_name == "ecr":
            operation_name = target.removeprefix(json_protocol.TARGET_PREFIX)
            response = self._call(operation_name, scope, environ)
        elif self._other_services is not None:
            return self._other_services(environ, start_response)
        elif scope is None:
            response = self._call("", None, environ)
        elif service_name == "sts":
            with self._service.exclusive() as registries:
                response = sts.respond(registries, environ["wsgi.input"].read(), scope)
        else:
            message = protocols.OTHER_SERVICE(service_name=service_name)
            response = refuse_service(service_name, environ, message)
        status, headers, body = response
        start_response(status, headers)
        return [body]

    def end_waits(self) -> None:
        """Send the responses that are held back, and hold back none from now on."""
        self._is_ending.set()

    def _download(self, path: str, environ: WSGIEnvironment) -> HttpResponse:
        query, range_header = environ.get("QUERY_STRING", ""), environ.get("HTTP_RANGE", "")
        with self._service.exclusive() as registries:
            return download(registries, environ["REQUEST_METHOD"], path, query, range_header)

    def _call(
        self, operation_name: str, scope: CredentialScope | None, environ: WSGIEnvironment
    ) -> HttpResponse:
        method: str = environ["REQUEST_METHOD"]
        if scope is None or method != "POST":
            return json_protocol.no_call(method, environ.get("HTTP_AUTHORIZATION", ""))
        carry_out = partial(
            json_protocol.respond,
            self._service,
            operation_name,
            scope,
            environ["wsgi.input"].read(),
            origin_of(environ),
        )
        return self._with_faults(operation_name, carry_out)

    def _speak_registry_protocol(self, environ: WSGIEnvironment) -> HttpResponse:
        request = RegistryRequest.of(environ)
        carry_out = partial(endpoints.respond, self._service, request)
        operation_name = endpoints.operation_of(request)
        if operation_name is None:
            return carry_out()
        return in_registry_format(self._with_faults(operation_name, carry_out))

    def _with_faults(self, operation_name: str, carry_out: CarryOut) -> HttpResponse:
        """Run a call as far as its fault lets it, and hold its response back for its delay."""
        fault = self._faults.draw(operation_name)
        try:
            return carry_out() if fault is None else fault.respond(carry_out)
        finally:
            seconds = self._latency if fault is None else self._latency + fault.delay
            if seconds > 0:
                self._is_ending.wait(seconds)
