"""The context of a request: the values that conditions of policies compare.

A key that is not here is absent from every request, as are the keys of services that call ECR for
somebody: `aws:SourceArn`, `aws:SourceAccount`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call
    from ecr_typed.testing._emulator.registry.callers import Caller
    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository

_NO_TAGS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """What is known of a request: who sends it, when and from where, and what it is about."""

    caller: Caller
    now: datetime
    region_name: str
    resource_account_id: str
    organization_of: Callable[[str], str | None]
    """Returns the id of an account's organization, where it is known."""
    source_ip: str | None = None
    user_agent: str | None = None
    resource_tags: Mapping[str, str] = field(default_factory=lambda: _NO_TAGS)
    request_tags: Mapping[str, str] = field(default_factory=lambda: _NO_TAGS)
    tag_keys: tuple[str, ...] = ()

    def values(self, key: str) -> tuple[str, ...]:
        """Return the values of a key, whose case does not matter; none if the key is absent."""
        name, _, tag_key = key.partition("/")
        match name.lower():
            case "aws:resourcetag" | "ecr:resourcetag":
                return _tag(self.resource_tags, tag_key)
            case "aws:requesttag":
                return _tag(self.request_tags, tag_key)
            case "aws:tagkeys":
                return self.tag_keys
            case plain:
                value = _VALUES[plain](self) if plain in _VALUES else None
                return () if value is None else (value,)


def context_of(call: Call, registry: Registry, repository: Repository | None) -> RequestContext:
    """Return the context of a call for a repository, or for none."""
    request_tags = _request_tags(call.parameters)
    return RequestContext(
        caller=call.caller,
        now=call.now,
        region_name=call.region_name,
        resource_account_id=registry.account_id,
        organization_of=registry.registries.accounts.organization_of,
        source_ip=call.origin.source_ip,
        user_agent=call.origin.user_agent,
        resource_tags=_NO_TAGS if repository is None else repository.tags,
        request_tags=request_tags,
        tag_keys=(*request_tags, *call.parameters.get("tagKeys", ())),
    )


def _request_tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    tags: list[dict[str, str]] = parameters.get("tags") or []
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def _tag(tags: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(value for name, value in tags.items() if name.lower() == key.lower())[:1]


def _principal_type(context: RequestContext) -> str:
    caller = context.caller
    if caller.principal_arn is None:
        return "Account"
    return "User" if ":user/" in caller.principal_arn else "AssumedRole"


def _user_name(context: RequestContext) -> str | None:
    _, is_user, path = (context.caller.principal_arn or "").partition(":user/")
    return path.rpartition("/")[2] if is_user else None


_VALUES: Final[Mapping[str, Callable[[RequestContext], str | None]]] = {
    "aws:principalarn": lambda context: context.caller.principal_arn or context.caller.arn,
    "aws:principalaccount": lambda context: context.caller.account_id,
    "aws:principaltype": _principal_type,
    "aws:principalorgid": lambda context: context.organization_of(context.caller.account_id),
    "aws:resourceorgid": lambda context: context.organization_of(context.resource_account_id),
    "aws:resourceaccount": lambda context: context.resource_account_id,
    "aws:userid": lambda context: context.caller.user_id or context.caller.account_id,
    "aws:username": _user_name,
    "aws:tokenissuetime": lambda context: context.caller.issued_at,
    "aws:sourceip": lambda context: context.source_ip,
    "aws:useragent": lambda context: context.user_agent,
    "aws:requestedregion": lambda context: context.region_name,
    "aws:currenttime": lambda context: context.now.isoformat(),
    "aws:epochtime": lambda context: str(int(context.now.timestamp())),
    # The emulator has no TLS, but it stands for an endpoint that takes nothing else.
    "aws:securetransport": lambda _: "true",
    "aws:viaawsservice": lambda _: "false",
    "aws:principalisawsservice": lambda _: "false",
}
"""The values of keys without tags, by the key in small letters."""
