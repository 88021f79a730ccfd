"""Pull through cache rules: create, describe, update, delete, validate.

Nothing connects to an upstream registry: a rule is valid if the credentials that ECR would use
exist and are well formed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.matching import ROOT, ByPrefix
from ecr_typed.testing._emulator.registry.pages import paginate
from ecr_typed.testing._emulator.topics.pull_through_cache.upstreams import (
    check_secret,
    secret_error,
    upstream_at,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Registry

MOST_RULES = 50
_UPDATE_MEMBERS = frozenset(
    {
        *("ecrRepositoryPrefix", "registryId", "updatedAt"),
        *("credentialArn", "customRoleArn", "upstreamRepositoryPrefix"),
    }
)
_VALIDATE_MEMBERS = (_UPDATE_MEMBERS | {"upstreamRegistryUrl"}) - {"updatedAt"}
_DELETE_MEMBERS = _VALIDATE_MEMBERS | {"createdAt"}
_CREATE_MEMBERS = _DELETE_MEMBERS | {"upstreamRegistry"}


class PullThroughCacheRules(ByPrefix):
    """The pull through cache rules of a registry."""


def create_pull_through_cache_rule(call: Call) -> Response:
    """Create the rule of a prefix, or the one of ROOT."""
    registry, parameters = call.registry, call.parameters
    rules = registry.states.of(PullThroughCacheRules)
    prefix: str = parameters["ecrRepositoryPrefix"]
    upstream_prefix: str = parameters.get("upstreamRepositoryPrefix", ROOT)
    if prefix == ROOT != upstream_prefix:
        raise invalid("upstreamRepositoryPrefix", "must be ROOT if ecrRepositoryPrefix is")
    upstream_name = _checked_upstream(parameters, registry)
    if prefix in rules:
        raise ServiceError(
            "PullThroughCacheRuleAlreadyExistsException",
            f"The pull through cache rule with prefix '{prefix}' already exists in the registry "
            f"with id '{registry.account_id}'",
        )
    if len(rules) >= MOST_RULES:
        raise ServiceError(
            "LimitExceededException",
            f"A registry can have {MOST_RULES} pull through cache rules",
        )
    now = call.now
    rules[prefix] = {
        **parameters,
        "upstreamRepositoryPrefix": upstream_prefix,
        "upstreamRegistry": upstream_name,
        "registryId": registry.account_id,
        "createdAt": now,
        "updatedAt": now,
    }
    return _members(rules[prefix], _CREATE_MEMBERS)


def describe_pull_through_cache_rules(call: Call) -> Response:
    """List rules by page: all, or those of the prefixes asked for."""
    rules = call.registry.states.of(PullThroughCacheRules)
    prefixes: list[str] | None = call.parameters.get("ecrRepositoryPrefixes")
    for prefix in prefixes or ():
        if prefix not in rules:
            raise _not_found(prefix, call)
    chosen = rules if prefixes is None else rules.only(prefixes)
    page, next_token = paginate(call, chosen, key=str)
    return {"pullThroughCacheRules": [rules[prefix] for prefix in page], **next_token}


def update_pull_through_cache_rule(call: Call) -> Response:
    """Change the credentials of a rule."""
    rule = _rule(call)
    changes = {
        member: call.parameters[member]
        for member in ("credentialArn", "customRoleArn")
        if member in call.parameters
    }
    if not changes:
        raise ServiceError(
            "InvalidParameterException",
            "Invalid input: Please set either credential arn or role arn to update the credentials",
        )
    if "credentialArn" in changes:
        check_secret(changes["credentialArn"], call.registry)
    rule.update(changes, updatedAt=call.now)
    return _members(rule, _UPDATE_MEMBERS)


def delete_pull_through_cache_rule(call: Call) -> Response:
    """Delete a rule, and return it; the images that it cached stay."""
    rule = _rule(call)
    del call.registry.states.of(PullThroughCacheRules)[rule["ecrRepositoryPrefix"]]
    return _members(rule, _DELETE_MEMBERS)


def validate_pull_through_cache_rule(call: Call) -> Response:
    """Return whether a rule works; a rule that does not is no error."""
    rule = _rule(call)
    secret: str | None = rule.get("credentialArn")
    failure = None if secret is None else secret_error(secret, call.registry)
    return {
        **_members(rule, _VALIDATE_MEMBERS),
        "isValid": failure is None,
        **({} if failure is None else {"failure": failure}),
    }


def _checked_upstream(parameters: Mapping[str, Any], registry: Registry) -> str:
    """Check the upstream registry and the credentials of a rule, and return the registry's name."""
    url: str = parameters["upstreamRegistryUrl"]
    upstream = upstream_at(url)
    if upstream is None:
        raise ServiceError(
            "UnsupportedUpstreamRegistryException",
            f"The upstream registry URL {url} is invalid. Specify a valid upstream registry URL "
            "and try again",
        )
    if parameters.get("upstreamRegistry", upstream.name) != upstream.name:
        raise invalid("upstreamRegistry", f"must be {upstream.name} for {url}")
    if "credentialArn" in parameters:
        check_secret(parameters["credentialArn"], registry)
    elif upstream.needs_secret:
        raise ServiceError(
            "UnsupportedUpstreamRegistryException",
            "The specified upstream registry requires authentication. "
            "Specify a valid Secrets Manager ARN",
        )
    if upstream.needs_role(registry) and not parameters.get("customRoleArn"):
        raise invalid("customRoleArn", "must be specified for a registry of another account")
    return upstream.name


def _rule(call: Call) -> dict[str, Any]:
    prefix: str = call.parameters["ecrRepositoryPrefix"]
    rule = call.registry.states.of(PullThroughCacheRules).get(prefix)
    if rule is None:
        raise _not_found(prefix, call)
    return rule


def _not_found(prefix: str, call: Call) -> ServiceError:
    return ServiceError(
        "PullThroughCacheRuleNotFoundException",
        f"The pull through cache rule with prefix '{prefix}' does not exist in the registry with "
        f"id '{call.registry.account_id}'",
    )


def _members(rule: Mapping[str, Any], names: frozenset[str]) -> Response:
    return {name: value for name, value in rule.items() if name in names}
