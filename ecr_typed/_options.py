"""What is wrong with the options of a client, before one is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ecr_typed._calls.policy import RetryPolicy
from ecr_typed._errors import ArgumentProblem, EcrConfigurationError, EcrRequestError, shortened


def check_options(**options: object) -> None:
    """Refuse options that can't be right, by their names; what is None was left out."""
    given = {name: value for name, value in options.items() if value is not None}
    if "client" in options:
        given["client"] = options["client"]
    problems = [
        ArgumentProblem(name, _shown(value), _KINDS[name].allowed)
        for name, value in given.items()
        if not _KINDS[name].fits(value)
    ]
    retries = getattr(given.get("config"), "retries", None)
    if retries:
        problems.append(ArgumentProblem("config", f"retries={retries!r}", "no `retries`"))
    if {"session", "profile_name"} <= given.keys():
        profile_name = shortened(given["profile_name"])
        problems.append(
            ArgumentProblem("profile_name", profile_name, "None, as the session has its own")
        )
    if problems:
        # Few clients are refused.
        from ecr_typed._calls.explain.options import with_hints

        raise EcrRequestError(with_hints(problems, given))


def _shown(value: object) -> str:
    # A session, a config or a dict in the place of one has keys and passwords in it.
    is_plain = isinstance(value, str | bytes | int | float | None)
    if is_plain:
        return shortened(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def check_endpoint(url: str) -> None:
    """Refuse an endpoint with a password, whoever configured it, and do not show that."""
    if "@" in url:
        raise EcrConfigurationError(
            f"the endpoint {re.sub(r'[^/@]*@', '***@', url)!r} has a user or a password, which "
            "requests that are signed do without: it comes from endpoint_url, "
            "AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL or the profile"
        )


class _Kind(NamedTuple):
    """What an option has to be."""

    allowed: str
    fits: Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_word(value: object) -> bool:
    # Empty, or with the line break of a file that it was read from, it would make a wrong host.
    return isinstance(value, str) and value.split() == [value]


def _is_session(value: object) -> bool:
    # Not by its class, which loads boto3: whoever has a session has loaded it.
    return hasattr(value, "client") and hasattr(value, "_session")


def _is_config(value: object) -> bool:
    return hasattr(value, "merge") and hasattr(value, "read_timeout")


def _is_policy(value: object) -> bool:
    return isinstance(value, RetryPolicy)


def _is_client(value: object) -> bool:
    return service_of(value) == "ecr"


def service_of(client: object) -> object:
    """Return the service that a boto3 client is for, None if it is no such client."""
    meta = getattr(client, "meta", None)
    return getattr(getattr(meta, "service_model", None), "service_name", None)


_KINDS: Final[Mapping[str, _Kind]] = {
    "client": _Kind("a boto3 client for 'ecr'", _is_client),
    "region_name": _Kind("the name of a region, as 'eu-west-1'", _is_word),
    "profile_name": _Kind("the name of a profile", _is_text),
    "endpoint_url": _Kind("a URL", _is_text),
    "session": _Kind("a boto3.Session", _is_session),
    "config": _Kind("a botocore.config.Config", _is_config),
    "retry": _Kind("a RetryPolicy, as RetryPolicy(max_attempts=5)", _is_policy),
    "on_call": _Kind("a function of a CallEvent", callable),
}
