"""What a test looks at in an error."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from ecr_typed import EcrError


def text_of(error: BaseException) -> str:
    """What a traceback ends with: the message and the notes."""
    return "".join(traceback.format_exception_only(error))


def error_of(call: Callable[..., Any], *arguments: Any, **options: Any) -> EcrError:
    """The error of a call."""
    with pytest.raises(EcrError) as caught:
        call(*arguments, **options)
    return caught.value
