"""Pull through cache: its rules, the upstream registries, and what a pull caches.

Nothing connects to an upstream registry: a rule is valid if the credentials that ECR would use
exist and are well formed.
"""

from __future__ import annotations

import json
import re
from dataclasses import (
    dataclass,
)
from typing import (
    TYPE_CHECKING,
    Any,
)

from ecr_typed.testing._emulator.registry.errors import (
    ServiceError,
    invalid,
)
from ecr_typed.testing._emulator.registry.images import (
    StoredImage,
)
from ecr_typed.testing._emulator.registry.manifests import (
    implied_media_type,
    read_manifest,
)
from ecr_typed.testing._emulator.registry.matching import (
    ROOT,
    ByPrefix,
)
from ecr_typed.testing._emulator.texts import constraints, refusals
from ecr_typed.testing._emulator.topics.repository_creation_templates import (
    create_from_template,
)
from ecr_typed.testing._emulator.topics.scanning import (
    scan_on_push,
)

if TYPE_CHECKING:
    from collections.abc import (
        Mapping,
    )
    from datetime import (
        datetime,
    )

    from ecr_typed.testing._emulator.registry.accounts import (
        Secret,
    )
    from ecr_typed.testing._emulator.registry.call import (
        Call,
        Response,
    )
    from ecr_typed.testing._emulator.registry.repositories import (
        Registry,
        Repository,
    )
    from ecr_typed.testing._emulator.texts.text import Message


@dataclass(frozen=True, slots=True)
class Upstream:
    """A registry that ECR can pull through."""

    name: str
    needs_secret: bool
    account_id: str | None = None
    """The account of an ECR registry."""

    def needs_role(self, registry: Registry) -> bool:
        """Return whether ECR has to assume a role to read from it."""
        return self.account_id is not None and self.account_id != registry.account_id


_HOSTS = {
    "public.ecr.aws": Upstream("ecr-public", needs_secret=False),
    "quay.io": Upstream("quay", needs_secret=False),
    "registry.k8s.io": Upstream("k8s", needs_secret=False),
    "registry-1.docker.io": Upstream("docker-hub", needs_secret=True),
    "ghcr.io": Upstream("github-container-registry", needs_secret=True),
    "registry.gitlab.com": Upstream("gitlab-container-registry", needs_secret=True),
    "cgr.dev": Upstream("chainguard", needs_secret=True),
}
_AZURE = re.compile(r"[a-z0-9]+\.azurecr\.io", re.ASCII)
_ECR = re.compile(r"([0-9]{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", re.ASCII)
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
_SECRET_MEMBERS = frozenset({"username", "accessToken"})


class PullThroughCacheRules(ByPrefix):
    """The pull through cache rules of a registry."""


def create_pull_through_cache_rule(call: Call) -> Response:
    """Create the rule of a prefix, or the one of ROOT."""
    registry, parameters = call.registry, call.parameters
    rules = registry.states.of(PullThroughCacheRules)
    prefix: str = parameters["ecrRepositoryPrefix"]
    upstream_prefix: str = parameters.get("upstreamRepositoryPrefix", ROOT)
    if prefix == ROOT != upstream_prefix:
        raise invalid("upstreamRepositoryPrefix", constraints.PREFIX_NOT_ROOT())
    upstream_name = _checked_upstream(parameters, registry)
    if prefix in rules:
        raise ServiceError(
            "PullThroughCacheRuleAlreadyExistsException",
            refusals.RULE_EXISTS(prefix=prefix, registry_id=registry.account_id),
        )
    if len(rules) >= MOST_RULES:
        raise ServiceError(
            "LimitExceededException",
            refusals.TOO_MANY_RULES(most=MOST_RULES),
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
    page, next_token = call.paginate(chosen, key=str)
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
            refusals.NO_CREDENTIALS_TO_UPDATE(),
        )
    if "credentialArn" in changes:
        _check_secret(changes["credentialArn"], call.registry)
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
    failure = None if secret is None else _secret_error(secret, call.registry)
    return {
        **_members(rule, _VALIDATE_MEMBERS),
        "isValid": failure is None,
        **({} if failure is None else {"failure": failure}),
    }


def pull_through(
    registry: Registry,
    repository_name: str,
    manifest: str,
    media_type: str | None,
    tag: str | None,
    now: datetime,
) -> str:
    """Cache an image as if it had been pulled, or raise `ValueError` with the reason.

    A manifest without a media type, and without a `media_type` beside it, is one of OCI.

    Returns:
        The image's digest.
    """
    rule = registry.states.of(PullThroughCacheRules).covering(repository_name)
    if rule is None:
        raise ValueError(f"no pull through cache rule covers {repository_name!r}")
    failure = _secret_error(rule["credentialArn"], registry) if "credentialArn" in rule else None
    if failure is not None:
        raise ValueError(failure)
    if media_type is None:
        media_type = implied_media_type(manifest)
    try:
        read = read_manifest(manifest, media_type)
        repository = _repository(registry, repository_name, now)
    except ServiceError as error:
        raise ValueError(error.message) from error
    images = repository.images
    image = images.by_digest.get(read.digest)
    if image is None:
        image = StoredImage(read, now)
        images.add(image)
    if tag is not None and images.by_tag.get(tag) is not image:
        images.tag(image, tag)
    image.last_pulled_at = now
    scan_on_push(repository, image, now)
    return image.digest


def _checked_upstream(parameters: Mapping[str, Any], registry: Registry) -> str:
    """Check the upstream registry and the credentials of a rule, and return the registry's name."""
    url: str = parameters["upstreamRegistryUrl"]
    upstream = _upstream_at(url)
    if upstream is None:
        raise ServiceError(
            "UnsupportedUpstreamRegistryException",
            refusals.UNSUPPORTED_UPSTREAM(url=url),
        )
    if parameters.get("upstreamRegistry", upstream.name) != upstream.name:
        raise invalid("upstreamRegistry", constraints.OTHER_UPSTREAM(name=upstream.name, url=url))
    if "credentialArn" in parameters:
        _check_secret(parameters["credentialArn"], registry)
    elif upstream.needs_secret:
        raise ServiceError(
            "UnsupportedUpstreamRegistryException",
            refusals.UPSTREAM_NEEDS_SECRET(),
        )
    if upstream.needs_role(registry) and not parameters.get("customRoleArn"):
        raise invalid("customRoleArn", constraints.NO_ROLE())
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
        refusals.RULE_NOT_FOUND(prefix=prefix, registry_id=call.registry.account_id),
    )


def _members(rule: Mapping[str, Any], names: frozenset[str]) -> Response:
    return {name: value for name, value in rule.items() if name in names}


def _upstream_at(host: str) -> Upstream | None:
    """Return the registry at a host; `None` if ECR does not support it."""
    if host in _HOSTS:
        return _HOSTS[host]
    if _AZURE.fullmatch(host):
        return Upstream("azure-container-registry", needs_secret=True)
    ecr = _ECR.fullmatch(host)
    return None if ecr is None else Upstream("ecr", needs_secret=False, account_id=ecr[1])


def _check_secret(arn: str, registry: Registry) -> None:
    """Refuse a secret that a rule of this registry can't use.

    Where secrets are kept, the secret has to exist. Its text is checked when the rule is validated.
    """
    region_name, account_id = arn.split(":")[3:5]
    if (region_name, account_id) != (registry.region_name, registry.account_id):
        raise invalid("credentialArn", constraints.SECRET_ELSEWHERE())
    if not registry.registries.accounts.knows_secrets:
        return
    secret = _secret(arn, registry)
    if secret is None:
        raise ServiceError("SecretNotFoundException", refusals.SECRET_NOT_FOUND(arn=arn))
    if secret.is_deleted:
        raise ServiceError("UnableToAccessSecretException", refusals.SECRET_IS_DELETED(arn=arn))


def _secret_error(arn: str, registry: Registry) -> Message | None:
    """Return why ECR can't log in with a secret; `None` if it can."""
    if not registry.registries.accounts.knows_secrets:
        return None
    secret = _secret(arn, registry)
    if secret is None or secret.is_deleted:
        return refusals.SECRET_NOT_FOUND(arn=arn)
    try:
        document: object = json.loads(secret.text or "")
    except ValueError:
        document = None
    if not isinstance(document, dict) or not document.keys() >= _SECRET_MEMBERS:
        return refusals.SECRET_UNREADABLE(arn=arn)
    return None


def _secret(arn: str, registry: Registry) -> Secret | None:
    accounts = registry.registries.accounts
    return accounts.secret(registry.account_id, registry.region_name, arn)


def _repository(registry: Registry, name: str, now: datetime) -> Repository:
    if name in registry.repositories:
        return registry.repository(name)
    created = create_from_template(registry, name, "PULL_THROUGH_CACHE", now)
    if created is None:
        raise ValueError(f"the template that covers {name!r} has tags or a key, but no role")
    return created
