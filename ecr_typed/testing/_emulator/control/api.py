"""Responds to requests of the control API, and describes it in OpenAPI."""

from __future__ import annotations

import json
from typing import Any

from ecr_typed.testing._emulator.control.endpoints import ENDPOINTS, ControlTarget, Endpoint
from ecr_typed.testing._emulator.control.members import ControlError, read_members
from ecr_typed.testing._emulator.http.messages import CONTROL_PATH, HttpResponse

_DESCRIPTION = "/openapi.json"


class ControlApi:
    """The control API of one emulator."""

    def __init__(self, target: ControlTarget) -> None:
        self._target = target

    def respond(self, method: str, path: str, content_type: str, body: bytes) -> HttpResponse:
        """Respond to one request below the prefix."""
        try:
            return _json("200 OK", self._run(method, path, content_type, body))
        except ControlError as error:
            return _json(error.status, {"error": str(error)})
        except (TypeError, ValueError, OverflowError) as error:
            # The emulator's own methods refuse their arguments so.
            return _json("400 BAD REQUEST", {"error": str(error)})

    def _run(self, method: str, path: str, content_type: str, body: bytes) -> object:
        place = path.removeprefix(CONTROL_PATH).rstrip("/") or "/"
        if (method, place) == ("GET", _DESCRIPTION):
            return describe_api()
        endpoint = _endpoint(method, place)
        # Web pages of others can send anything else without asking, but not this type.
        if method != "GET" and content_type.partition(";")[0].strip() != "application/json":
            raise ControlError(
                "the Content-Type must be application/json", "415 UNSUPPORTED MEDIA TYPE"
            )
        try:
            document: object = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            raise ControlError(f"the body is no JSON: {error}") from error
        return endpoint.run(self._target, read_members(endpoint.members, document))


def describe_api() -> dict[str, Any]:
    """Return the description of the control API in OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), endpoint in ENDPOINTS.items():
        paths.setdefault(CONTROL_PATH + path, {})[method.lower()] = _operation(method, endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control API of the emulator in ecr_typed.testing", "version": "1"},
        "paths": paths,
    }


def _operation(method: str, endpoint: Endpoint) -> dict[str, Any]:
    error = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "responses": {
            "200": {"description": "Done.", "content": _content({"type": "object"})},
            "400": {"description": "The request is refused.", "content": _content(error)},
        },
    }
    if method != "GET":
        operation["responses"]["415"] = {
            "description": "The request has another Content-Type than application/json.",
            "content": _content(error),
        }
    if endpoint.members:
        schema = {
            "type": "object",
            "properties": {name: member.schema for name, member in endpoint.members.items()},
            "required": [name for name, member in endpoint.members.items() if member.is_required],
            "additionalProperties": False,
        }
        operation["requestBody"] = {
            "content": _content(schema),
            "required": bool(schema["required"]),
        }
    return operation


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _endpoint(method: str, place: str) -> Endpoint:
    endpoint = ENDPOINTS.get((method, place))
    if endpoint is not None:
        return endpoint
    methods = [other for other, path in ENDPOINTS if path == place]
    if methods:
        raise ControlError(f"{place} takes {', '.join(methods)}", "405 METHOD NOT ALLOWED")
    raise ControlError(
        f"there is no {place}: GET {CONTROL_PATH}{_DESCRIPTION} describes the endpoints",
        "404 NOT FOUND",
    )


def _json(status: str, document: object) -> HttpResponse:
    body = json.dumps(document, indent=2, default=str).encode() + b"\n"
    return status, [("Content-Type", "application/json")], body
