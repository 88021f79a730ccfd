"""Who sends a request: the token of GetAuthorizationToken in the `Authorization` header.

Docker's clients send it as the password of the user AWS (Basic). The token itself, or the password
in it, is accepted as a Bearer token, too.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.http.distribution.errors import RegistryError
from ecr_typed.testing._emulator.http.distribution.messages import response
from ecr_typed.testing._emulator.registry.tokens import USER_NAME
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.distribution.messages import RegistryRequest
    from ecr_typed.testing._emulator.http.messages import HttpResponse
    from ecr_typed.testing._emulator.registry.repositories import Registries
    from ecr_typed.testing._emulator.registry.tokens import RegistryToken


def authenticate(request: RegistryRequest, registries: Registries) -> RegistryToken | None:
    """Return the token of a request, `None` if it has none that was issued here.

    Raises:
        RegistryError: The token has expired.
    """
    token = next(
        filter(None, map(registries.registry_tokens.read, _passwords(request.authorization))), None
    )
    if token is not None and registries.now >= token.expires_at:
        raise RegistryError("DENIED", 403, protocols.TOKEN_EXPIRED())
    return token


def challenge(request: RegistryRequest) -> HttpResponse:
    """Return the response to a request without a token: how to send one."""
    realm = f'Basic realm="{request.origin.endpoint_url}/",service="ecr.amazonaws.com"'
    headers = [("WWW-Authenticate", realm)]
    return response(
        "401 UNAUTHORIZED",
        headers,
        f"{protocols.NOT_AUTHORIZED()}\n".encode(),
        "text/plain; charset=utf-8",
    )


def _passwords(authorization: str) -> list[str]:
    """Return what may be the password in a header."""
    scheme, _, value = authorization.partition(" ")
    user, _, password = _decoded(value.strip()).partition(":")
    match scheme.lower():
        case "basic":
            return [password] if user == USER_NAME else []
        case "bearer":
            return [value.strip(), password]
        case _:
            return []


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return ""
