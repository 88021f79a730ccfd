"""Credentials that could not be loaded or refreshed: what to do, by the provider that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecr_typed._errors import EcrCredentialsError

_LOG_IN: Final = "Log in again with `aws sso login`, naming the profile with --profile."
_IN_FILES: Final = "Check aws_access_key_id and aws_secret_access_key of the profile in the AWS configuration files."

PROVIDERS: Final[Mapping[str, str]] = {
    "assume-role": (
        "Check the profile's role_arn, source_profile and external_id, and that the role's trust "
        "policy allows the caller to assume it."
    ),
    "assume-role-with-web-identity": (
        "Check that the file AWS_WEB_IDENTITY_TOKEN_FILE names holds a valid token, and that the trust "
        "policy of the role AWS_ROLE_ARN names allows it."
    ),
    "boto-config": _IN_FILES,
    "config-file": _IN_FILES,
    "container-role": (
        "Check AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI, which the "
        "container's platform sets, and that the task or pod has a role."
    ),
    "custom-process": (
        "Run the program that the profile's credential_process names: it has to print JSON with "
        "Version 1, AccessKeyId and SecretAccessKey, and credentials that have not expired."
    ),
    "ec2-credentials-file": "Check the file that AWS_CREDENTIAL_FILE names.",
    "env": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN if they have one.",
    "iam-role": (
        "Check that the instance has an IAM role, and that its metadata service can be reached from "
        "here; AWS_EC2_METADATA_DISABLED=true keeps botocore from asking it."
    ),
    "login": "Log in again with `aws login`.",
    "shared-credentials-file": _IN_FILES,
    "sso": _LOG_IN,
}
"""Advice by the names that botocore gives its providers."""

_MISCONFIGURED: Final = (
    "Correct what the message names, in the AWS configuration files or in the environment."
)

_NO_RESPONSE: Final = (
    "The request for credentials got no response: check that the network, and a proxy if there is "
    "one, lets you reach that endpoint."
)

_BY_EXCEPTION: Final[Mapping[str, str]] = {
    "ConfigParseError": "Correct that file: AWS configuration files have the syntax of INI files.",
    "ConnectionError": _NO_RESPONSE,
    "HTTPClientError": _NO_RESPONSE,
    "InfiniteLoopConfigError": _MISCONFIGURED,
    "InvalidConfigError": _MISCONFIGURED,
    "MissingDependencyException": "Install what the message names.",
    "NoCredentialsError": (
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile (profile_name or "
        "AWS_PROFILE), or log in with `aws sso login`."
    ),
    "PartialCredentialsError": "Set what is missing, or unset the rest.",
    "RefreshWithMFAUnsupportedError": (
        "Make a new boto3 session and a new client: it asks for a new code."
    ),
    "EOFError": (
        "The role wants an MFA code, and there is no terminal to ask for it: use credentials that "
        "were made with a code, or a role without mfa_serial."
    ),
    "SSOError": _LOG_IN,
    "TokenRetrievalError": _LOG_IN,
    "NoAuthTokenError": _LOG_IN,
}
"""Advice by the names of exceptions and of their bases, which says more than the provider's."""


def explain_credentials(error: EcrCredentialsError) -> str | None:
    """Return what to do about credentials that could not be had."""
    if "aws sso login" in error.message:
        # Some of botocore's own texts say it.
        return None
    names = [error_class.__name__ for error_class in type(error.__cause__).__mro__]
    by_exception = next((_BY_EXCEPTION[name] for name in names if name in _BY_EXCEPTION), None)
    return by_exception or PROVIDERS.get(error.provider)
