"""What other processes do for tests."""

from __future__ import annotations

from typing import Any

from ecr_typed import EcrClient
from tests.support.wire import Wire, refusal


def echoed(value: Any) -> Any:
    """The value: it went to another process and comes back."""
    return value


def raised_there(error: Exception) -> None:
    """Raise an error in another process."""
    raise error


def fails_there() -> None:
    """Make a call in another process that the service refuses."""
    ecr = EcrClient()
    wire = Wire()
    wire.attach(ecr.boto3_client)
    wire.will(refusal("InvalidParameterException", "bad name"))
    ecr.delete_repository("Team/App")
