"""A registry that answers page by page, as long as it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.samples import page, repository
from tests.support.wire import Answer, Reply, Sent, refusal, reply


class Registry:
    """Repositories `r0`, `r1`, ...; a token is the place where its page begins."""

    def __init__(self, size: int, *, failures: Mapping[int, list[Answer]] | None = None) -> None:
        self.size = size
        self.failures = {number: list(answers) for number, answers in (failures or {}).items()}
        """Answers that come before the page that begins at a place."""

    @property
    def names(self) -> list[str]:
        """All names, in order."""
        return [f"r{number}" for number in range(self.size)]

    def __call__(self, sent: Sent) -> Answer:
        """Answer DescribeRepositories."""
        body: dict[str, Any] = sent.body
        names: list[str] | None = body.get("repositoryNames")
        if names is not None:
            if body.keys() & {"maxResults", "nextToken"} or len(names) > 100:
                return refusal("InvalidParameterException")
            return reply({"repositories": [repository(name) for name in names]})
        start = int(body.get("nextToken", "0"))
        if self.failures.get(start):
            return self.failures[start].pop(0)
        end = start + int(body["maxResults"])
        return reply(page(*self.names[start:end], token=str(end) if end < self.size else None))


GATEWAY_TIMEOUT = Reply(b"", 504)
