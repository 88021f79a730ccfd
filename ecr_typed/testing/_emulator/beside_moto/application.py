"""moto's services as a WSGI application, beside the emulator's ECR on the same port."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from moto.backends import list_of_moto_modules

# moto_server has no __init__.py, so moto's py.typed does not reach it.
from moto.moto_server.werkzeug_app import (  # pyright: ignore[reportMissingTypeStubs]
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)

from ecr_typed.testing._emulator.beside_moto.lookups import MotoLookups
from ecr_typed.testing._emulator.http.messages import CredentialScope
from ecr_typed.testing._emulator.http.other_services import refuse_service
from ecr_typed.testing._emulator.http.server import EmulatorRequestHandler
from ecr_typed.testing._emulator.registry.accounts import Lookups
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from ecr_typed.testing._emulator.service import EcrService

_ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
_logger = logging.getLogger("ecr_typed.testing")


class HandlerBesideMoto(EmulatorRequestHandler, MotoRequestHandler):
    """Handles requests as the emulator does, and keeps the headers that moto's S3 needs."""


class MotoApplication:
    """Responds to requests for other services by moto."""

    lookups: Final[Lookups] = MotoLookups()
    """What ECR looks up in moto's services."""

    def __init__(self, service: EcrService) -> None:
        self._service = service
        self._moto = _Moto(create_backend_app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one request."""
        scope = CredentialScope.of(environ)
        key_id = "" if scope is None else scope.access_key_id
        # moto's services take the account from this header.
        environ.setdefault(_ACCOUNT_HEADER, self._service.accounts.account_of(key_id))
        try:
            response: Iterable[bytes] = self._by_moto(scope, environ, start_response)
        except _NoServiceError as error:
            status, headers, body = refuse_service(
                error.name, environ, protocols.NO_SERVICE_OF_MOTO(service_name=error.name)
            )
            start_response(status, headers)
            return [body]
        except NotImplementedError as error:
            # SDKs repeat other responses of 500 and more.
            start_response("501 NOT IMPLEMENTED", [("Content-Type", "application/json")])
            message = protocols.NO_OPERATION_OF_MOTO(error=error)
            return [json.dumps({"__type": "NotImplemented", "message": message}).encode()]
        except Exception as error:
            _logger.exception("moto failed to respond")
            start_response("500 INTERNAL SERVER ERROR", [("Content-Type", "application/json")])
            return [json.dumps({"__type": "InternalFailure", "message": repr(error)}).encode()]
        if environ.get("PATH_INFO") == "/moto-api/reset" and environ["REQUEST_METHOD"] == "POST":
            self._service.reset()
        return response

    def _by_moto(
        self,
        scope: CredentialScope | None,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Any:
        if scope is None or scope.service != "cloudformation":
            return self._moto(environ, start_response)
        # CloudFormation imports all of moto's services, so it is imported with its first call.
        from ecr_typed.testing._emulator.beside_moto.stacks import repositories_of_stacks_go_to

        with repositories_of_stacks_go_to(self._service):
            return self._moto(environ, start_response)


class _NoServiceError(Exception):
    """moto has no service at a host, which is `SERVICE.REGION.amazonaws.com` for signed requests."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.name = host.partition(".")[0]


class _Moto(DomainDispatcherApplication):
    """moto's dispatcher, which raises instead of printing where it has no service."""

    def get_backend_for_host(self, host: str | None) -> Any:
        if host is None or host == "moto_api" or host in list_of_moto_modules():
            return host
        for backend, pattern in self.backend_url_patterns:
            if pattern.match(f"http://{host}"):
                return backend
        raise _NoServiceError(host)
