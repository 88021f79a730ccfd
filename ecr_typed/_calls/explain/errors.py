"""The explanations of an error that ends a call, or that a client can't be made for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import attrs

from ecr_typed._botocore.sessions import profile_names
from ecr_typed._calls.call import Call
from ecr_typed._calls.explain.access import explain_denial
from ecr_typed._calls.explain.arguments import similar
from ecr_typed._calls.explain.credentials import explain_credentials
from ecr_typed._calls.explain.documents import explain_documents, explain_names
from ecr_typed._calls.explain.endpoints import (
    explain_deadline,
    explain_foreign_response,
    explain_no_response,
)
from ecr_typed._calls.operation import Effect
from ecr_typed._calls.validation import beyond_limits
from ecr_typed._errors import (
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrResponseError,
    EcrServiceError,
    shortened,
)
from ecr_typed._redaction import without_secrets

_REFUSALS: Final = frozenset({"InvalidParameterException", "ValidationException"})
_NOT_FOUND: Final = frozenset({"RepositoryNotFoundException", "ImageNotFoundException"})

_BY_CLASS: Final[Mapping[str, str]] = {
    "ExpiredTokenException": (
        "The credentials have expired. Renew them (`aws sso login`, or whatever gave you them), "
        "then make a new boto3 session and a new client."
    ),
    "InvalidSignatureException": (
        "Check the secret access key, and the clock of this machine: it must be right to minutes."
    ),
    "MissingAuthenticationTokenException": "Give the client credentials, or a signed request.",
    "OptInRequired": "Sign the account up for the service, or enable the region for it.",
    "RepositoryNotEmptyException": (
        "Delete the images before, or pass force=True to delete them with the repository."
    ),
    "RequestExpired": "Check the clock of this machine: it must be right to minutes.",
    "UnrecognizedClientException": (
        "Check the access key (`aws sts get-caller-identity` says whose it is), the partition of "
        "the region, and that temporary credentials have their session token."
    ),
}

_ENHANCED: Final = (
    "Enhanced scanning is on in the registry: it scans images by itself, and start_image_scan is for "
    "basic scanning. describe_image_scan_findings has what it found."
)


def explain(
    error: EcrError,
    call: Call[Any],
    request: attrs.AttrsInstance,
    endpoint_of: Callable[[str], str],
) -> None:
    """Add explanations to an error that ends a call."""
    found: list[str] = []
    arguments = ", ".join(_arguments(request))
    if arguments:
        found.append(f"Called with {arguments}")
    if call.requests > 1:
        found.append(f"This was the last of {call.requests} attempts.")
    if error.maybe_applied and not call.may_be_repetition(error):
        # Of a repetition that failed, reconciling says more.
        found.append(_possible_effect(call.operation.effect))
    found += _explanations(error, call, request, partial(_url, call, endpoint_of))
    error.explanations = (*found, *error.explanations)


def _possible_effect(effect: Effect) -> str:
    if effect is Effect.IDEMPOTENT_WRITE:
        return "What it asked for may have been done. To repeat it does no harm."
    return "What it asked for may have been done: look at what is there before you repeat it."


def explain_partial(error: EcrError, done: int, parts: int) -> None:
    """Add to the error of a call in several parts how many of them had succeeded."""
    line = (
        f"{done} of the {parts} requests of this call had succeeded: `partial` has what came back."
    )
    error.explanations = (*error.explanations, line)


def _explanations(
    error: EcrError, call: Call[Any], request: attrs.AttrsInstance, url: Callable[[], str]
) -> Iterator[str]:
    name = call.operation.name
    match error:
        case EcrServiceError(code=code) if code in _REFUSALS:
            error.problems = tuple(beyond_limits(request))
            yield from (f"Breaks a known limit: {problem}" for problem in error.problems)
            yield from explain_documents(name, request)
            yield from explain_names(request)
            if name == "StartImageScan" and "disabled" in error.message:
                yield _ENHANCED
        case EcrServiceError(code=code) if code in _NOT_FOUND:
            yield from explain_names(request)
        case EcrServiceError() if type(error).__name__ == "AccessDeniedException":
            yield explain_denial(name, error.message)
        case EcrServiceError() if type(error).__name__ == "UnknownOperationException":
            yield f"Check that {url()} is an endpoint of Amazon ECR."
        case EcrServiceError() if error.code == str(error.http_status):
            yield explain_foreign_response(url())
        case EcrServiceError() if type(error).__name__ in _BY_CLASS:
            yield _BY_CLASS[type(error).__name__]
        case EcrResponseError() if not error.path:
            yield explain_foreign_response(url())
        case EcrConnectionError():
            yield _no_response(error, call, url())
        case EcrCredentialsError():
            if advice := explain_credentials(error):
                yield advice
        case _:
            pass


def _no_response(error: EcrConnectionError, call: Call[Any], url: str) -> str:
    cause = error.__cause__
    if isinstance(cause, EcrError):
        # What was cut off is raised from the error that it met.
        return explain_deadline(url)
    is_proxys = type(cause).__name__ == "ProxyConnectionError"
    return explain_no_response(url, call.exchange, cause if is_proxys else None)


def _url(call: Call[Any], endpoint_of: Callable[[str], str]) -> str:
    """Return where the request went, without a password."""
    known = call.exchange.url if call.exchange is not None else None
    return without_secrets(known or endpoint_of(call.operation.name))


def _arguments(request: attrs.AttrsInstance) -> Iterator[str]:
    for field in attrs.fields(type(request)):
        value = getattr(request, field.name)
        if value is not None:
            yield f"{field.name}={shortened(value, 120)}"


def explain_creation(error: EcrError) -> None:
    """Add explanations to the error of a client that can't be made."""
    advice: str | None = None
    match type(error.__cause__).__name__:
        case "NoRegionError":
            advice = "Pass region_name, or set AWS_DEFAULT_REGION or the profile's region."
            if os.environ.get("AWS_REGION"):
                advice += " AWS_REGION is set, but boto3 does not read it."
        case "ProfileNotFound":
            names = profile_names()
            known = ", ".join(map(repr, names))
            wrong = str(getattr(error.__cause__, "kwargs", {}).get("profile", ""))
            meant = similar(wrong, names)
            advice = f"The AWS configuration files have these profiles: {known or 'none'}."
            if meant:
                advice += f" Did you mean {meant!r}?"
        case "EndpointVariantError":
            advice = (
                "The region has no such endpoint: leave out use_dualstack_endpoint or "
                "use_fips_endpoint, which come from the config, the environment or the profile."
            )
        case "ValueError" if "endpoint: http" in error.message:
            advice = (
                "Its host is no valid name. It is made of the region, which comes from region_name, "
                "AWS_DEFAULT_REGION or the profile, unless endpoint_url, AWS_ENDPOINT_URL_ECR, "
                "AWS_ENDPOINT_URL or the profile sets an endpoint."
            )
        case "ValueError" if "endpoint" in error.message:
            advice = (
                "An endpoint begins with http:// or https://. It comes from endpoint_url, "
                "AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL or the profile."
            )
        case _ if isinstance(error, EcrCredentialsError):
            advice = explain_credentials(error)
        case _:
            pass
    if advice is not None:
        error.explanations = (*error.explanations, advice)
