"""Bodies are taken before botocore parses them, with its event and without."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from botocore.parsers import JSONParser

from ecr_typed import EcrClient, RepositoryNotFoundException
from ecr_typed._botocore import parsing
from tests.support.clients import MakeEcr
from tests.support.samples import page
from tests.support.wire import Wire, refusal


@pytest.fixture(params=["with the event", "without"])
def client(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, make_made: MakeEcr
) -> EcrClient:
    """Give a client of ours on a botocore that has the event `before-parse`, or has not."""
    if request.param == "without":
        monkeypatch.setattr(parsing, "is_at_least", Mock(return_value=False))
    return make_made()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Give the list of the bodies that botocore parses."""
    bodies: list[bytes] = []
    parse = JSONParser.parse

    def recorded(parser: Any, response: Any, shape: Any) -> Any:
        bodies.append(response["body"])
        return parse(parser, response, shape)

    monkeypatch.setattr(JSONParser, "parse", recorded)
    return bodies


def test_botocore_parses_no_good_response(
    client: EcrClient, wire: Wire, parsed: list[bytes]
) -> None:
    wire.will(page("team/app"))
    assert [found.repository_name for found in client.describe_repositories()] == ["team/app"]
    assert parsed == [b""]


def test_botocore_reads_errors(client: EcrClient, wire: Wire, parsed: list[bytes]) -> None:
    wire.will(refusal("RepositoryNotFoundException"))
    with pytest.raises(RepositoryNotFoundException):
        client.delete_repository("team/app")
    assert b"" not in parsed
