"""What the installed release of botocore has, and what to say of what it lacks."""

from __future__ import annotations

import re
from typing import Final

import botocore

from ecr_typed._errors import EcrConfigurationError
from ecr_typed._wire import GENERATED_FROM


def is_at_least(version: str) -> bool:
    """Return whether the installed botocore is of this version or newer."""
    return _numbers(botocore.__version__) >= _numbers(version)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


_UNKNOWN_PARAMETER: Final = r'(?m)^Unknown parameter in [^:]+: "(\w+)"'


def unknown_parameters(message: str) -> tuple[str, ...]:
    """Return the parameters that the installed botocore refuses because it is too old for them."""
    if is_at_least(GENERATED_FROM):
        return ()
    return tuple(re.findall(_UNKNOWN_PARAMETER, message))


def outdated(operation_name: str, unknown: str) -> EcrConfigurationError:
    """Return the error for a call that needs a newer botocore."""
    return EcrConfigurationError(
        f"{operation_name}: the installed botocore {botocore.__version__} does not know {unknown}, "
        f"and {GENERATED_FROM} does: pip install --upgrade 'boto3>={GENERATED_FROM}'",
        operation_name=operation_name,
    )
