"""HTTP without a network: canned answers at botocore's `before-send` event."""

from __future__ import annotations

import io
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

REQUEST_ID = "7a1e4c7e-0b1f-4b8f-9d5e-000000000001"


@attrs.frozen(kw_only=True)
class Sent:
    """A request as it would have gone over the wire."""

    operation: str
    body: dict[str, Any]
    headers: Mapping[str, str]
    url: str


@attrs.frozen
class Reply:
    """An answer as it comes over the wire."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])


Answer = Reply | Exception
Responder = Callable[[Sent], Answer]


def reply(content: Mapping[str, object] | bytes = b"{}", *, status: int = 200) -> Reply:
    """An answer of JSON, or of any bytes."""
    return Reply(content if isinstance(content, bytes) else json.dumps(content).encode(), status)


def refusal(
    code: str,
    message: str = "no",
    *,
    status: int = 400,
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> Reply:
    """An error of the service."""
    body = json.dumps({"__type": code, "message": message, **members}).encode()
    return Reply(body, status, headers or {})


class Wire:
    """Answers requests in order, or by a function, and keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.responder: Responder | None = None
        self._script: deque[Answer] = deque()
        self._lock = threading.Lock()

    def attach(self, client: ECRClient) -> None:
        """Answer the requests of a boto3 client."""
        handler: Any = self._before_send
        client.meta.events.register("before-send.ecr", handler)

    def will(self, *answers: Mapping[str, object] | Answer) -> None:
        """Answer the next requests with these."""
        for answer in answers:
            self._script.append(answer if isinstance(answer, Reply | Exception) else reply(answer))

    def reset(self) -> None:
        """Forget what was sent and what was to come."""
        self.sent.clear()
        self._script.clear()
        self.responder = None

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The bodies that were sent."""
        return [sent.body for sent in self.sent]

    def _before_send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        headers = {
            name: value.decode() if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
        }
        body: Any = request.body or b"{}"
        sent = Sent(
            operation=headers["X-Amz-Target"].rpartition(".")[2],
            body=json.loads(body),
            headers=headers,
            url=str(request.url),
        )
        with self._lock:
            self.sent.append(sent)
            answer = self._next(sent)
        if isinstance(answer, Exception):
            raise answer
        answer_headers: Any = {"x-amzn-RequestId": REQUEST_ID, **answer.headers}
        return AWSResponse(str(request.url), answer.status, answer_headers, _Raw(answer.body))

    def _next(self, sent: Sent) -> Answer:
        if self.responder is not None:
            return self.responder(sent)
        if not self._script:
            pytest.fail(f"a request that was not expected: {sent}")
        return self._script.popleft()


class _Raw(io.BytesIO):
    """What `AWSResponse` reads an answer from."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()
