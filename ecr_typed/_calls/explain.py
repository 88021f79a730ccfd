"""What an error says besides the service's own words: what was sent, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from ecr_typed._botocore.exchange import Exchange, Failure
from ecr_typed._calls.call import Call
from ecr_typed._calls.validation import beyond_limits
from ecr_typed._errors import (
    EcrConnectionError,
    EcrCredentialsError,
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

_NO_RESPONSE: Final = (
    "Check the region and the endpoint ({endpoint_url}; it may come from endpoint_url or "
    "AWS_ENDPOINT_URL_ECR), and that the network lets you there."
)
_NO_PROXY: Final = "Check the proxy (HTTPS_PROXY, or `Config(proxies=...)`)."
_UNTRUSTED: Final = (
    "The certificate of {endpoint_url} is not trusted: name the right certificate authorities in "
    "AWS_CA_BUNDLE, and check that no proxy intercepts the connection."
)
_FOREIGN_RESPONSE: Final = (
    "Check that {endpoint_url} is an endpoint of Amazon ECR, and no proxy's page."
)


def explain(
    error: EcrError, call: Call[Any], request: attrs.AttrsInstance, endpoint_url: str
) -> None:
    """Add explanations to an error that ends a call."""
    found: list[str] = []
    arguments = ", ".join(_arguments(request))
    if arguments:
        found.append(f"Called with {arguments}")
    if call.requests > 1:
        found.append(f"This was the last of {call.requests} attempts.")
    if isinstance(error, EcrServiceError) and error.code in _REFUSALS:
        error.problems = tuple(beyond_limits(request))
        found += [f"Breaks a known limit: {problem}" for problem in error.problems]
    advice = _advice(error, call.exchange)
    if advice is not None:
        name = call.operation.name
        action = _ACTIONS.get(name, f"ecr:{name}")
        found.append(advice.format(action=action, endpoint_url=endpoint_url))
    error.explanations = (*found, *error.explanations)


def _arguments(request: attrs.AttrsInstance) -> Iterator[str]:
    for field in attrs.fields(type(request)):
        value = getattr(request, field.name)
        if value is not None:
            yield f"{field.name}={shortened(value, 120)}"


def _advice(error: EcrError, exchange: Exchange | None) -> str | None:
    if isinstance(error, EcrConnectionError):
        if exchange is not None and exchange.failure is Failure.UNTRUSTED:
            return _UNTRUSTED
        is_proxys = type(error.__cause__).__name__ == "ProxyConnectionError"
        return _NO_PROXY if is_proxys else _NO_RESPONSE
    if isinstance(error, EcrCredentialsError):
        return _credentials_advice(error)
    is_foreign = (isinstance(error, EcrResponseError) and not error.path) or (
        isinstance(error, EcrServiceError) and error.code == str(error.http_status)
    )
    if is_foreign:
        return _FOREIGN_RESPONSE
    return _BY_CLASS.get(type(error).__name__)


_LOG_IN: Final = "Log in again with `aws sso login`."
_CREDENTIALS_ADVICE: Final[Mapping[str, str]] = {
    "NoCredentialsError": (
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile (profile_name or "
        "AWS_PROFILE), or log in with `aws sso login`."
    ),
    "PartialCredentialsError": "Set what is missing, or unset the rest.",
    "RefreshWithMFAUnsupportedError": (
        "Make a new boto3 session and a new client: it asks for a new code."
    ),
    "SSOError": _LOG_IN,
    "TokenRetrievalError": _LOG_IN,
    "NoAuthTokenError": _LOG_IN,
}
"""By the names of botocore's exceptions and of their bases."""


def _credentials_advice(error: EcrCredentialsError) -> str | None:
    if "aws sso login" in error.message:
        # Some of botocore's own texts say it.
        return None
    names = [error_class.__name__ for error_class in type(error.__cause__).__mro__]
    return next((_CREDENTIALS_ADVICE[name] for name in names if name in _CREDENTIALS_ADVICE), None)


def explain_creation(error: EcrError) -> None:
    """Add explanations to the error of a client that can't be made."""
    advice: str | None = None
    match type(error.__cause__).__name__:
        case "NoRegionError":
            advice = "Pass region_name, or set AWS_DEFAULT_REGION or the profile's region."
        case "ProfileNotFound":
            from ecr_typed._botocore.client import profile_names

            known = ", ".join(map(repr, profile_names()))
            advice = f"The AWS configuration files have these profiles: {known or 'none'}."
        case "ValueError" if "endpoint" in error.message:
            advice = (
                "An endpoint begins with http:// or https://. It comes from endpoint_url, "
                "AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL or the profile."
            )
        case _ if isinstance(error, EcrCredentialsError):
            advice = _credentials_advice(error)
        case _:
            pass
    if advice is not None:
        error.explanations = (*error.explanations, advice)
