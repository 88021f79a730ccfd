"""Sends a request through urllib3's pools of a client's HTTP session, without botocore's layers.

Proxies, certificates, time-outs and pools of connections are the session's.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from concurrent.futures import CancelledError
from typing import Any, Final, NamedTuple
from weakref import ReferenceType, ref

import botocore.exceptions as botocore_errors
from botocore.httpsession import mask_proxy_url
from urllib3 import Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util.retry import Retry

_ONCE: Final = Retry(total=False)
"""Has urllib3 repeat nothing, and follow no redirect."""

_PART: Final = 2**20
"""How many bytes of a body are read at once: most have one part, which is not copied again."""

_ERRORS: Final = (
    (SSLError, botocore_errors.SSLError),
    ((NewConnectionError, socket.gaierror), botocore_errors.EndpointConnectionError),
    (ProxyError, botocore_errors.ProxyConnectionError),
    (ConnectTimeoutError, botocore_errors.ConnectTimeoutError),
    (ReadTimeoutError, botocore_errors.ReadTimeoutError),
    (ProtocolError, botocore_errors.ConnectionClosedError),
)
"""What botocore raises for exceptions of its HTTP library; the first that fits."""


class Response(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names are found in any case."""
    body: bytes

    def __repr__(self) -> str:
        """Show no token: error reporters show what the frames of an exception hold."""
        return f"<response {self.status}>"


class _Route(NamedTuple):
    """The way to the service, which is the same for all requests of a client."""

    manager: Any
    """The manager of the session's pools: a child process gets another one."""
    pool: ReferenceType[Any]
    """The manager's pool, which closes its connections once nobody holds it any more."""
    target: str
    """What stands in the request's first line."""
    proxy_url: str | None

    def __repr__(self) -> str:
        """Show no password of a proxy."""
        return f"<route to {self.target}>"


class Transport:
    """Sends requests to one URL."""

    def __init__(self, http_session: Any, url: str) -> None:
        self._session = http_session
        self._url = url
        self._route: _Route | None = None

    def post(
        self, headers: Mapping[str, Any], body: bytes | bytearray, read_timeout: float | None
    ) -> Response:
        """Send a request, and return its response once it is read.

        Raises:
            BotoCoreError: No response came, as botocore says it.
        """
        options: dict[str, Any] = {}
        route = None
        try:
            pool, route = self._current_route()
            if read_timeout is not None:
                options["timeout"] = Timeout(connect=self._connect_timeout(), read=read_timeout)
            response = pool.urlopen(
                method="POST",
                url=route.target,
                body=body,
                headers=headers,
                retries=_ONCE,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                enforce_content_length=False,
                **options,
            )
            return Response(response.status, response.headers, b"".join(response.stream(_PART)))
        except CancelledError:
            raise
        except Exception as error:
            raise self._botocores(error, route) from error

    def _current_route(self) -> tuple[Any, _Route]:
        session = self._session
        route = self._route
        if route is not None and route.manager is session._manager:
            pool = route.pool()
            # Older releases of urllib3 take from a pool that they close its queue of connections.
            if pool is not None and pool.pool is not None:
                return pool, route
        return self._find_route(session)

    def _find_route(self, session: Any) -> tuple[Any, _Route]:
        url = self._url
        manager = session._manager
        # These are the steps of the session's own `send`; there is no public way to them.
        find_proxy = session._proxy_config.proxy_url_for
        pool = session._get_connection_manager(url, find_proxy(url)).connection_from_url(url)
        session._setup_ssl_cert(pool, url, session._verify)
        target = session._get_request_target(url, find_proxy(url))
        route = self._route = _Route(manager, ref(pool), target, find_proxy(url))
        return pool, route

    def _connect_timeout(self) -> Any:
        configured = self._session._timeout
        return configured.connect_timeout if isinstance(configured, Timeout) else configured

    def _botocores(self, error: Exception, route: _Route | None) -> Exception:
        """Return what botocore raises for an exception of its HTTP library."""
        for kinds, botocores in _ERRORS:
            if isinstance(error, kinds):
                proxy_url = None if route is None else route.proxy_url
                url = self._url if proxy_url is None else mask_proxy_url(proxy_url)
                return botocores(endpoint_url=self._url, proxy_url=url, error=error)
        return botocore_errors.HTTPClientError(error=error)
