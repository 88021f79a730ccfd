"""Clients of both kinds, on wires."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

import attrs
import boto3
from botocore.config import Config

from ecr_typed import CallEvent, EcrClient, RetryPolicy
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

KINDS = ("made", "adopted")


class MakeEcr(Protocol):
    """Makes clients of one kind, whose requests a wire answers."""

    def __call__(
        self,
        *,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> EcrClient: ...


def boto3_client(session: boto3.Session, **options: Any) -> ECRClient:
    """A plain boto3 client, by default without retries of its own."""
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    # The stubs of `client` name every service of AWS, most of them not installed.
    client: ECRClient = cast("Any", session).client("ecr", **{"config": config, **options})
    return client


def make_ecr(
    kind: str,
    session: boto3.Session,
    wire: Wire,
    *,
    retry: RetryPolicy | None = None,
    on_call: Callable[[CallEvent], None] | None = None,
) -> EcrClient:
    """A client that made its boto3 client, or adopted one."""
    if kind == "made":
        ecr = EcrClient(session=session, retry=retry, on_call=on_call)
    else:
        ecr = EcrClient.from_boto3(boto3_client(session), retry=retry, on_call=on_call)
    wire.attach(ecr.boto3_client)
    return ecr


@attrs.frozen
class Rig:
    """A client on a wire, with the events of its calls."""

    ecr: EcrClient
    wire: Wire
    events: list[CallEvent]

    @classmethod
    def of(cls, kind: str, session: boto3.Session) -> Rig:
        """A rig of one kind of client."""
        wire = Wire()
        events: list[CallEvent] = []
        return cls(make_ecr(kind, session, wire, on_call=events.append), wire, events)

    def reset(self) -> None:
        """Forget what was."""
        self.wire.reset()
        self.events.clear()


@attrs.frozen
class PlainRig:
    """A plain boto3 client on a wire, to compare with."""

    client: ECRClient
    wire: Wire

    @classmethod
    def of(cls, session: boto3.Session) -> PlainRig:
        """A rig of a plain client."""
        wire = Wire()
        client = boto3_client(session)
        wire.attach(client)
        return cls(client, wire)
