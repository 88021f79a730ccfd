"""Where a request went, and why no response of the service came from there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from ecr_typed._botocore.exchange import Exchange, Failure
from ecr_typed._botocore.sessions import region_names
from ecr_typed._calls.explain.arguments import similar

_VARIABLES: Final = ("AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL")
_OF_AWS: Final = re.compile(
    r"(?:api\.)?ecr(?:-fips)?\.(?P<region>[\w-]+)\.(?:api\.)?(?:amazonaws|aws|c2s|sc2s|csp|cloud)\b"
    r"|(?:api\.)?ecr(?:-fips)?\.(?P<dual>[\w-]+)\.api\."
)

_REFUSED_BY_PROXY: Final = re.compile(r"Tunnel connection failed: (?P<reason>\d{3}[ \w-]*)")


def explain_no_response(
    url: str, exchange: Exchange | None, proxys_failure: BaseException | None
) -> str:
    """Return what to check where no response came.

    `proxys_failure` is the exception about a proxy, if one stood in the way.
    """
    if exchange is not None and exchange.failure is Failure.UNTRUSTED:
        return (
            f"The certificate of {url} is not trusted: name the right certificate authorities in "
            "AWS_CA_BUNDLE, and check that no proxy intercepts the connection."
        )
    if proxys_failure is not None:
        return _explain_proxy(url, proxys_failure)
    region = _region(url)
    if region is not None:
        if (meant := _region_meant(region)) is not None:
            return f"The installed botocore knows no region {region!r}{meant}"
        return f"Check that {url} is the right endpoint and region, and that the network lets you there."
    if exchange is not None and exchange.failure is Failure.LOST:
        scheme = urlsplit(url).scheme.upper()
        return (
            f"{url} took the connection, and no complete response came: check that it is an endpoint "
            f"of Amazon ECR and speaks {scheme}. It comes from {_origin(url)}."
        )
    return f"Check that something listens on {url}, which comes from {_origin(url)}."


def explain_deadline(url: str) -> str:
    """Return what to do about a call that was cut off when its deadline passed."""
    return (
        "RetryPolicy(deadline=...) bounds the call with all its attempts and waits: give it more time, "
        f"or find out why {url} responds so late."
    )


def _explain_proxy(url: str, failure: BaseException) -> str:
    kept: Mapping[str, object] = getattr(failure, "kwargs", {})
    refused = _REFUSED_BY_PROXY.search(str(kept.get("error", "")))
    reason = f"The proxy responded {refused['reason'].strip()!r}: c" if refused else "C"
    return (
        f"{reason}heck the proxy (HTTPS_PROXY, or `Config(proxies=...)`), and that it lets requests "
        f"to {url} through."
    )


def explain_foreign_response(url: str) -> str:
    """Return what to check where a response is none of the service's."""
    return f"Check that {url} is an endpoint of Amazon ECR, and no proxy's page."


def _region(url: str) -> str | None:
    """Return the region of an endpoint of AWS; None for other hosts."""
    found = _OF_AWS.match(urlsplit(url).hostname or "")
    return None if found is None else found["region"] or found["dual"]


def _region_meant(region: str) -> str | None:
    known = region_names()
    if region in known:
        return None
    meant = similar(region, known)
    return f": did you mean {meant!r}?" if meant else ": check its name."


def _origin(url: str) -> str:
    """Return what configured an endpoint, as far as the environment tells."""
    for name in _VARIABLES:
        configured = os.environ.get(name, "")
        if configured and urlsplit(configured).netloc == urlsplit(url).netloc:
            return name
    return "endpoint_url, AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL or the profile"
