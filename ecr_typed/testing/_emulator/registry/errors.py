"""The errors with which the service refuses a call."""

from __future__ import annotations


class ServiceError(Exception):
    """An error of the service: its code, its message, and the members of its own, if any."""

    def __init__(self, code: str, message: str, /, **members: str | int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members = members


def invalid(
    member: str, constraint: str, *, code: str = "InvalidParameterException"
) -> ServiceError:
    """Return the error for a parameter that breaks a constraint, in the service's wording."""
    return ServiceError(
        code, f"Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'"
    )
