"""Errors that the service answers with."""

from __future__ import annotations


class ServiceError(Exception):
    """An error of the service: its code, its message, and members of its own if it has any."""

    def __init__(self, code: str, message: str, /, **members: str | int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members = members


def breach(member: str, why: str, *, code: str = "InvalidParameterException") -> ServiceError:
    """Give the error for an argument that breaks a constraint, worded as the service words it."""
    return ServiceError(
        code, f"Invalid parameter at '{member}' failed to satisfy constraint: '{why}'"
    )
