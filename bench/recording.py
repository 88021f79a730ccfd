"""What it costs a call that succeeds at once that the facts about its request are recorded.

`docs/design/outcomes.md` says which these are, and `docs/design/closing.md` what they end with.
"""

from __future__ import annotations

from typing import Any, Final
from unittest.mock import patch

from botocore.awsrequest import AWSConnection, AWSHTTPConnectionPool

from bench.bodies import ARN
from bench.connecting import typed_client
from bench.measures import Measure, bytecodes
from bench.service import service
from ecr_typed import EcrClient
from ecr_typed._botocore import sockets
from ecr_typed._botocore.exchange import Exchange, Stage
from ecr_typed._calls import call as calls

_TAGS: Final = {"team": "payments"}


def recording() -> Measure:
    """A call over HTTP against one of which nothing is recorded, both ours.

    Bytecodes, as a percent of CPU time can't be told from noise. They weigh alike whatever they do, and
    what C does in a call is not counted: paired runs of CPU time on a busy machine read 1.02 to 1.05.
    """
    with service() as url, typed_client(url) as whole, typed_client(url) as bare:
        _record_nothing(bare)
        recorded = bytecodes(lambda: whole.tag_resource(ARN, _TAGS))
        with (
            patch.object(calls, "Exchange", _NoFacts),
            patch.object(calls, "Outcome", _NoOutcome),
        ):
            unrecorded = bytecodes(lambda: bare.tag_resource(ARN, _TAGS))
    return Measure(
        "bytecodes, a call whose facts are recorded, to one without", recorded / unrecorded, 1.02
    )


def _record_nothing(client: EcrClient) -> None:
    """Take from a client all that tells its exchanges what happens."""
    private: Any = client
    connection = private._calls.connection  # noqa: SLF001  # what is measured
    connection.groups = tuple
    inner: Any = client.boto3_client
    inner._endpoint.http_session._pool_classes_by_scheme["http"] = _Pool  # noqa: SLF001


class _Connection(sockets._Connection):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # it is measured
    """Writes as ours do, and records nothing of it."""

    def _write(self, data: Any) -> None:
        AWSConnection.send(self, data)


class _Pool(AWSHTTPConnectionPool):
    """Tells nobody who has its connections."""

    ConnectionCls = _Connection


class _NoFacts(Exchange):
    """Carries a request and its response, and records nothing of their way."""

    def reach(self, stage: Stage) -> None:
        pass

    def count_repeats(self, by_botocore: int | None) -> None:
        pass


class _NoOutcome:
    """Concludes nothing."""

    repeats = 0
    was_response_lost = False

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def record_success(self, exchange: Exchange) -> None:
        pass
