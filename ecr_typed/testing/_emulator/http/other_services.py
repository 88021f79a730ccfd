"""Requests for services that are not emulated: refusals in the protocol that their clients read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.http.messages import HttpResponse, service_response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from ecr_typed.testing._emulator.texts.text import Message


def refuse_service(service_name: str, environ: WSGIEnvironment, message: Message) -> HttpResponse:
    """Return the error for a service that nothing here emulates."""
    code = "ServiceNotEmulated"
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "") or service_name == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        if service_name != "s3":
            body = f"<ErrorResponse>{body}</ErrorResponse>"
        return service_response("400 BAD REQUEST", body.encode(), "text/xml")
    body = json.dumps({"__type": code, "message": message})
    return service_response("400 BAD REQUEST", body.encode())
