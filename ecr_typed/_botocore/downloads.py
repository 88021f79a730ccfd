"""Downloads by presigned URLs, through the HTTP session of the boto3 client.

Its proxies, certificates and time-outs hold for them, too. Whoever has such a URL can download, so
nothing here lets it out: no error has it, no frame of a traceback, and no line of a log.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from ecr_typed._botocore.connection import Connection
from ecr_typed._botocore.exchange import Exchange, begin, current, end
from ecr_typed._errors import (
    ClientClosedError,
    EcrConnectionError,
    EcrError,
    EcrResponseError,
)

_PIECE: Final = 256 * 1024
"""How many bytes are read at a time: parts of an upload are made of few pieces."""

_OPERATION: Final = "GetDownloadUrlForLayer"

_REFUSED: Final = 403


class UrlRefused(Exception):  # no error of a call: another URL may help
    """The server refuses the URL: it has expired, or it is not valid yet."""

    def __init__(self, error: EcrResponseError) -> None:
        super().__init__(error)
        self.error = error
        """The error of the call, if no other URL helps."""


class SignedUrl(Protocol):
    """What has a presigned URL, and hides it in its `repr`."""

    @property
    def download_url(self) -> str:
        """The URL."""
        ...


def download(
    connection: Connection, source: SignedUrl, first_byte: int
) -> Generator[bytes, None, None]:
    """Yield the bytes behind a URL, from a position on.

    Args:
        connection: The connection whose client downloads.
        source: What has the URL.
        first_byte: The position of the first byte.

    Returns:
        The bytes, in pieces.

    Raises:
        EcrConnectionError: The connection broke. A new download can go on where this one ended.
        UrlRefused: A new URL is needed.
        EcrResponseError: The server responds with an error; `is_transient` if it may pass.
        ClientClosedError: The client was closed, or the job that downloads.
    """
    exchange = Exchange({})
    groups = connection.groups()
    for group in groups:
        group.enter(exchange)
    response: Any = None
    is_whole = False
    try:
        response = _opened(connection, exchange, source, first_byte)
        # In a frame of its own: an interrupt between two rounds of a loop passes by the handlers
        # around the loop in its frame (CPython 3.12 and 3.13).
        yield from _pieces(exchange, source, response, first_byte)
        is_whole = True
    finally:
        for group in groups:
            group.leave(exchange)
        if response is not None:
            _give_back(response, is_whole=is_whole)


def _pieces(
    exchange: Exchange, source: SignedUrl, response: Any, first_byte: int
) -> Generator[bytes, None, None]:
    skipped, left = _extent(response, first_byte)
    while left != 0:
        piece = _read(exchange, source, response, left)
        if left is not None:
            left -= len(piece)
        elif not piece:
            break
        dropped = min(skipped, len(piece))
        skipped -= dropped
        if len(piece) > dropped:
            yield piece[dropped:]


def _opened(connection: Connection, exchange: Exchange, source: SignedUrl, first_byte: int) -> Any:
    """Return the response, once its status says that it has the bytes."""
    response = _attempted(exchange, source, lambda: _sent(connection, source, first_byte))
    status: int = response.status_code
    if status in {200, 206}:
        return response
    _give_back(response, is_whole=False)
    text = f"{_OPERATION}: the server of the layer responded with HTTP {status}"
    if status == _REFUSED:
        text += ": the URL has expired, or whoever asked for it may not read the layer"
        raise UrlRefused(EcrResponseError(text, operation_name=_OPERATION))
    error = EcrResponseError(text, operation_name=_OPERATION)
    error.is_transient = status >= 500 or status in {408, 429}
    raise error


def _sent(connection: Connection, source: SignedUrl, first_byte: int) -> Any:
    # botocore is loaded with the first client.
    from botocore.awsrequest import AWSRequest

    # Bytes as they are: a transfer encoding would not have the digest.
    headers = {"Accept-Encoding": "identity"}
    if first_byte:
        headers["Range"] = f"bytes={first_byte}-"
    request: Any = AWSRequest(
        method="GET", url=source.download_url, headers=headers, stream_output=True
    )
    client: Any = connection.client
    return client._endpoint.http_session.send(request.prepare())  # noqa: SLF001  # no public way


def _read(exchange: Exchange, source: SignedUrl, response: Any, left: int | None) -> bytes:
    size = _PIECE if left is None else min(_PIECE, left)
    piece: bytes = _attempted(exchange, source, lambda: response.raw.read(size))
    if not piece and left:
        raise EcrConnectionError(
            f"{_OPERATION}: the connection ended {left:,} bytes before the end of the layer",
            operation_name=_OPERATION,
        )
    return piece


def _attempted(exchange: Exchange, source: SignedUrl, action: Any) -> Any:
    """Return what an action returns; its error becomes ours, without the URL and its frames."""
    outer = current()
    failure: EcrError | None = None
    result: Any = None
    begin(exchange)
    exchange.is_sending = True
    try:
        with _hidden_in_logs(source):
            result = action()
    except Exception as error:  # noqa: BLE001  # botocore's, urllib3's and the socket's
        failure = EcrConnectionError(
            f"{_OPERATION}: the layer can't be downloaded: {type(error).__name__}",
            operation_name=_OPERATION,
        )
    finally:
        exchange.is_sending = False
        end(outer)
    if exchange.cut_by is not None:
        failure = ClientClosedError(
            f"{_OPERATION}: the client was closed before the layer was downloaded",
            operation_name=_OPERATION,
        )
    if failure is not None:
        # Out here the exception that led to it, which has the URL, is no part of the traceback.
        raise failure
    return result


def _extent(response: Any, first_byte: int) -> tuple[int, int | None]:
    """Return how many bytes to skip, and how many there are, if the response says so."""
    # A server that ignores the range begins at the first byte.
    skipped = first_byte if response.status_code == 200 else 0
    length = str(response.headers.get("Content-Length") or "")
    return skipped, int(length) if length.isdecimal() else None


def _give_back(response: Any, *, is_whole: bool) -> None:
    """Let the connection serve other requests if nothing is left on it, else close it."""
    if is_whole:
        response.raw.release_conn()
    else:
        response.raw.close()


_secret: Final[ContextVar[str]] = ContextVar("ecr_typed_download_query", default="")


class _QueryFilter(logging.Filter):
    """Hides the query of the URL that this thread downloads from in what urllib3 logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, and let it pass."""
        query = _secret.get()
        if query and query in record.getMessage():
            record.msg = record.getMessage().replace(query, "***")
            record.args = None
        return True


_filter: Final = _QueryFilter()


@contextmanager
def _hidden_in_logs(source: SignedUrl) -> Generator[None, None, None]:
    # urllib3 logs the target of each request, with its query, when it logs details.
    for name in ("urllib3.connectionpool", "urllib3.util.retry", "botocore.httpsession"):
        logging.getLogger(name).addFilter(_filter)
    token = _secret.set(urlsplit(source.download_url).query)
    try:
        yield
    finally:
        _secret.reset(token)
