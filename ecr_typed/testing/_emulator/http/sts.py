"""STS, as far as programs over many accounts need it: GetCallerIdentity and AssumeRole.

STS speaks the query protocol: a form in the request, XML in the response.
"""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from ecr_typed.testing._emulator.http.messages import HttpResponse
from ecr_typed.testing._emulator.registry.callers import Caller
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.http.messages import CredentialScope
    from ecr_typed.testing._emulator.registry.repositories import Registries

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_ROLE = re.compile(
    r"arn:(aws[a-z-]*):iam::([0-9]{12}):role/(?:[\w+=,.@/-]*/)?([\w+=,.@-]{1,64})", re.ASCII
)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
# What STS calls the errors that services with JSON call otherwise.
_CREDENTIAL_ERRORS = {
    "ExpiredTokenException": ("ExpiredToken", "403 FORBIDDEN"),
    "UnrecognizedClientException": ("InvalidClientTokenId", "403 FORBIDDEN"),
}
_DEFAULT_SECONDS, _LEAST_SECONDS, _MOST_SECONDS = 3600, 900, 43200


def respond(registries: Registries, body: bytes, scope: CredentialScope) -> HttpResponse:
    """Run one operation of STS."""
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    action = form.get("Action", "")
    request_id = str(uuid.uuid4())
    try:
        caller = registries.accounts.caller_of(
            scope.access_key_id, scope.session_token, registries.now
        )
        result = _run(action, registries, form, caller)
    except ServiceError as error:
        code, status = _CREDENTIAL_ERRORS.get(error.code, (error.code, "400 BAD REQUEST"))
        return _xml(
            status,
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type>'
            f"<Code>{code}</Code><Message>{escape(error.message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>",
            request_id,
        )
    return _xml(
        "200 OK",
        f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{result}</{action}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        f"</{action}Response>",
        request_id,
    )


def _run(action: str, registries: Registries, form: Mapping[str, str], caller: Caller) -> str:
    match action:
        case "GetCallerIdentity":
            return _caller_identity(caller)
        case "AssumeRole":
            return _assume_role(registries, form)
        case _:
            raise ServiceError(
                "InvalidAction",
                protocols.NO_OPERATION_OF_STS(action=action),
            )


def _caller_identity(caller: Caller) -> str:
    user_id = caller.user_id or caller.account_id
    return (
        f"<Arn>{escape(caller.arn)}</Arn><UserId>{escape(user_id)}</UserId>"
        f"<Account>{caller.account_id}</Account>"
    )


def _assume_role(registries: Registries, form: Mapping[str, str]) -> str:
    role_arn, session_name = form.get("RoleArn", ""), form.get("RoleSessionName", "")
    role = _ROLE.fullmatch(role_arn)
    if role is None:
        raise ServiceError("ValidationError", protocols.INVALID_ROLE(role_arn=role_arn))
    if not _SESSION_NAME.fullmatch(session_name):
        raise ServiceError(
            "ValidationError",
            protocols.INVALID_SESSION_NAME(session_name=session_name),
        )
    seconds = form.get("DurationSeconds", str(_DEFAULT_SECONDS))
    if not re.fullmatch("[0-9]{1,9}", seconds) or not (
        _LEAST_SECONDS <= int(seconds) <= _MOST_SECONDS
    ):
        raise ServiceError(
            "ValidationError",
            protocols.INVALID_DURATION(least=_LEAST_SECONDS, most=_MOST_SECONDS, seconds=seconds),
        )
    partition, account_id, role_name = role.groups()
    user_id = f"AROA{secrets.token_hex(8).upper()}:{session_name}"
    arn = f"arn:{partition}:sts::{account_id}:assumed-role/{role_name}/{session_name}"
    now = registries.now
    expiration = now + timedelta(seconds=int(seconds))
    caller = Caller(account_id, arn, role_arn, user_id, now.isoformat())
    issued = registries.accounts.issue_session(caller, expiration)
    return (
        f"<Credentials><AccessKeyId>{issued.access_key_id}</AccessKeyId>"
        f"<SecretAccessKey>{issued.secret_access_key}</SecretAccessKey>"
        f"<SessionToken>{issued.session_token}</SessionToken>"
        f"<Expiration>{expiration:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>"
        f"<AssumedRoleUser><AssumedRoleId>{user_id}</AssumedRoleId><Arn>{arn}</Arn>"
        "</AssumedRoleUser>"
    )


def _xml(status: str, body: str, request_id: str) -> HttpResponse:
    headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)]
    return status, headers, body.encode()
