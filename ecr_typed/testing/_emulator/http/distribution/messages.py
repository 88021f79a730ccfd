"""Requests and responses of the registry protocol."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from ecr_typed.testing._emulator.http.messages import HttpResponse, origin_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from ecr_typed.testing._emulator.registry.call import Origin

_VERSION: Final = ("Docker-Distribution-Api-Version", "registry/2.0")
_NO_PARAMETERS: Final[Mapping[str, list[str]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryRequest:
    """A request of the registry protocol."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    authorization: str
    accept: str
    content_type: str
    content_range: str
    body: bytes
    origin: Origin

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> RegistryRequest:
        """Read the request."""
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", ""),
            query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            accept=environ.get("HTTP_ACCEPT", ""),
            content_type=environ.get("CONTENT_TYPE", ""),
            content_range=environ.get("HTTP_CONTENT_RANGE", ""),
            body=environ["wsgi.input"].read(),
            origin=origin_of(environ),
        )

    def argument(self, name: str) -> str | None:
        """Return an argument of the query: the last one of its name."""
        return self.query.get(name, [None])[-1]

    def url(self, path: str, parameters: Mapping[str, list[str]] = _NO_PARAMETERS) -> str:
        """Return the URL of a path below `/v2/`, as the client reaches it."""
        query = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
        return f"{self.origin.endpoint_url}/v2/{path}{query}"


def response(
    status: str,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    content_type: str | None = None,
) -> HttpResponse:
    """Return a response with the headers that all responses of the registry have."""
    typed = [] if content_type is None else [("Content-Type", content_type)]
    return status, [_VERSION, *typed, *headers], body


def json_response(
    status: str,
    document: object,
    headers: Iterable[tuple[str, str]] = (),
    content_type: str = "application/json; charset=utf-8",
) -> HttpResponse:
    """Return a response with a JSON document."""
    return response(status, headers, json.dumps(document).encode(), content_type)
