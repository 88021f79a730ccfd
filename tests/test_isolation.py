"""The tests see nothing of the machine that they run on."""

from __future__ import annotations

import os
import socket

import boto3
import pytest


def test_other_hosts_are_out_of_reach() -> None:
    """A socket that would leave the machine fails the test, and so does a look-up."""
    with pytest.raises(pytest.fail.Exception), socket.socket() as sock:
        sock.connect(("192.0.2.1", 80))
    with pytest.raises(pytest.fail.Exception):
        socket.getaddrinfo("api.ecr.us-east-1.amazonaws.com", 443)


def test_loopback_is_in_reach() -> None:
    """A server on this machine can be talked to."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()[:2]) as sock,
    ):
        assert sock.getpeername() == server.getsockname()


def test_environment_is_closed_off(session: boto3.Session) -> None:
    """Credentials and region are made up, and no file of the user's is read."""
    credentials = session.get_credentials()

    assert credentials is not None
    assert credentials.access_key == "AKIATESTTESTTESTTEST"
    assert session.available_profiles == []
    assert not os.path.exists(os.environ["AWS_CONFIG_FILE"])  # noqa: PTH110
    assert "AWS_PROFILE" not in os.environ
