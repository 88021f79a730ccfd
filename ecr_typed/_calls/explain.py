"""What an error says besides the service's own words: what was sent, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from ecr_typed._calls.operation import AnyOperation
from ecr_typed._calls.validation import beyond_limits
from ecr_typed._errors import (
    EcrConnectionError,
    EcrError,
    EcrResponseError,
    EcrServiceError,
    shortened,
)

_REFUSALS: Final = frozenset({"InvalidParameterException", "ValidationException"})

# IAM's names of actions are those of the operations, but for these.
_ACTIONS: Final[Mapping[str, str]] = {
    "CreateRepositoryCreationTemplate": (
        "ecr:CreateRepositoryCreationTemplate and ecr:CreateRepository"
    ),
    "ListImageReferrers": "ecr:BatchGetImage",
}

_BY_CLASS: Final[Mapping[str, str]] = {
    "AccessDeniedException": (
        "The caller needs the IAM permission {action}: a policy must allow it, and none may deny it."
    ),
    "ExpiredTokenException": (
        "The credentials have expired. Renew them (`aws sso login`, or whatever gave you them), "
        "then make a new boto3 session and a new client."
    ),
    "InvalidSignatureException": (
        "Check the secret access key, and the clock of this machine: it must be right to minutes."
    ),
    "MissingAuthenticationTokenException": "Give the client credentials, or a signed request.",
    "OptInRequired": "Sign the account up for the service, or enable the region for it.",
    "RequestExpired": "Check the clock of this machine: it must be right to minutes.",
    "UnknownOperationException": "Check that {endpoint_url} is an endpoint of Amazon ECR.",
    "UnrecognizedClientException": (
        "Check the access key (`aws sts get-caller-identity` says whose it is), the partition of "
        "the region, and that temporary credentials have their session token."
    ),
}

_NO_ANSWER: Final = (
    "Check the region and the endpoint ({endpoint_url}; it may come from endpoint_url or "
    "AWS_ENDPOINT_URL_ECR), and that the network lets you there."
)
_NO_PROXY: Final = "Check the proxy (HTTPS_PROXY, or `Config(proxies=...)`)."
_FOREIGN_ANSWER: Final = (
    "Check that {endpoint_url} is an endpoint of Amazon ECR, and no proxy's page."
)


def advise(
    error: EcrError,
    operation: AnyOperation,
    request: attrs.AttrsInstance,
    *,
    attempts: int,
    endpoint_url: str,
) -> None:
    """Add notes to an error that ends a call."""
    arguments = ", ".join(_arguments(request))
    if arguments:
        error.add_note(f"Called with {arguments}")
    if attempts > 1:
        error.add_note(f"This was the last of {attempts} attempts.")
    if isinstance(error, EcrServiceError) and error.code in _REFUSALS:
        for problem in beyond_limits(request):
            error.add_note(f"As this release knows the service: {problem}")
    advice = _advice(error)
    if advice is not None:
        action = _ACTIONS.get(operation.name, f"ecr:{operation.name}")
        error.add_note(advice.format(action=action, endpoint_url=endpoint_url))


def _arguments(request: attrs.AttrsInstance) -> Iterator[str]:
    for field in attrs.fields(type(request)):
        value = getattr(request, field.name)
        if value is not None:
            yield f"{field.name}={shortened(value, 120)}"


def _advice(error: EcrError) -> str | None:
    if isinstance(error, EcrConnectionError):
        is_proxys = type(error.__cause__).__name__ == "ProxyConnectionError"
        return _NO_PROXY if is_proxys else _NO_ANSWER
    is_foreign = (isinstance(error, EcrResponseError) and not error.path) or (
        isinstance(error, EcrServiceError) and error.code == str(error.http_status)
    )
    if is_foreign:
        return _FOREIGN_ANSWER
    return _BY_CLASS.get(type(error).__name__)
