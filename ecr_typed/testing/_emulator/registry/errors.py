"""The errors with which the service refuses a call."""

from __future__ import annotations

from ecr_typed.testing._emulator.texts import constraints
from ecr_typed.testing._emulator.texts.text import Message


class ServiceError(Exception):
    """An error of the service: its code, its message, and the members of its own, if any."""

    def __init__(self, code: str, message: Message, /, **members: str | int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members = members


def invalid(
    member: str, constraint: Message, *, code: str = "InvalidParameterException"
) -> ServiceError:
    """Return the error for a parameter that breaks a constraint, in the service's wording."""
    return ServiceError(code, constraints.INVALID_PARAMETER(member=member, constraint=constraint))
