"""The endpoints of the control API: one for each thing that `EcrEmulator` can do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ecr_typed import to_json
from ecr_typed.models import ImageDetail, Repository, RepositoryCreationTemplate
from ecr_typed.testing._emulator.control.members import (
    FAULT_TYPES,
    REGISTRY,
    USUAL_FAULTS,
    Member,
    duration,
    image_id,
    integer,
    mapping,
    models,
    number,
    objects,
    read_fault,
    spell_fault,
    text,
    texts,
    time,
)
from ecr_typed.testing._emulator.setup.findings import set_findings

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.faults import Faults
    from ecr_typed.testing._emulator.registry.clock import Clock
    from ecr_typed.testing._emulator.service import EcrService
    from ecr_typed.testing._emulator.setup.state import EmulatorSetup

Values: TypeAlias = dict[str, Any]


class ControlTarget(NamedTuple):
    """What the endpoints act on."""

    setup: EmulatorSetup
    service: EcrService
    clock: Clock
    faults: Faults
    reset: Callable[[], None]
    describe: Callable[[], dict[str, Any]]


class Endpoint(NamedTuple):
    """An endpoint: what it takes, and the call of the emulator that it makes."""

    summary: str
    members: Mapping[str, Member]
    run: Callable[[ControlTarget, Values], object]


def _describe(target: ControlTarget, _: Values) -> object:
    return target.describe()


def _reset(target: ControlTarget, _: Values) -> object:
    target.reset()
    return {}


def _seed(target: ControlTarget, values: Values) -> object:
    names = ("repositories", "repositoryCreationTemplates", "images")
    seeds = [model for name in names for model in values.get(name, ())]
    target.setup.seed(*seeds, tags=values.get("tags"), **_registry(values))
    return {}


def _push_image(target: ControlTarget, values: Values) -> object:
    image = target.setup.push_image(
        values["repositoryName"],
        tags=values.get("tags", ()),
        pushed_at=values.get("pushedAt"),
        size=values.get("size"),
        platform=values.get("platform"),
        children=values.get("children", ()),
        subject=values.get("subject"),
        media_type=values.get("mediaType"),
        artifact_type=values.get("artifactType"),
        labels=values.get("labels"),
        **_registry(values),
    )
    return json.loads(to_json(image))


def _set_scan_findings(target: ControlTarget, values: Values) -> object:
    setup = target.setup
    account_id = values.get("accountId") or setup.account_id
    region_name = values.get("regionName") or setup.region_name
    with target.service.registry(account_id, region_name) as registry:
        ignored = set_findings(
            registry,
            values["repositoryName"],
            values["imageId"],
            values["findings"],
            values.get("status"),
            values.get("description"),
        )
    return {"warnings": ignored}


def _pull_through(target: ControlTarget, values: Values) -> object:
    digest = target.setup.pull_through(
        values["repositoryName"],
        values["manifest"],
        tag=values.get("tag"),
        media_type=values.get("mediaType"),
        **_registry(values),
    )
    return {"imageDigest": digest}


def _add_kms_key(target: ControlTarget, values: Values) -> object:
    arn = target.setup.add_kms_key(
        values.get("keyId"),
        alias=values.get("alias"),
        state=values.get("state", "Enabled"),
        **_registry(values),
    )
    return {"arn": arn}


def _add_principal(target: ControlTarget, values: Values) -> object:
    target.setup.add_principal(values["arn"], after=values.get("afterSeconds", timedelta()))
    return {}


def _set_identity_policy(target: ControlTarget, values: Values) -> object:
    target.setup.set_identity_policy(values["arn"], values.get("policy"))
    return {}


def _add_organization(target: ControlTarget, values: Values) -> object:
    target.setup.add_organization(values["organizationId"], values["accountIds"])
    return {}


def _apply_lifecycle_policies(target: ControlTarget, _: Values) -> object:
    target.setup.apply_lifecycle_policies()
    return {}


def _time(target: ControlTarget, _: Values) -> object:
    return {"time": target.clock.now().isoformat()}


def _set_time(target: ControlTarget, values: Values) -> object:
    target.clock.set(values["time"])
    return _time(target, values)


def _advance_time(target: ControlTarget, values: Values) -> object:
    target.clock.advance(values["seconds"])
    return _time(target, values)


def _reset_time(target: ControlTarget, values: Values) -> object:
    target.clock.reset()
    return _time(target, values)


def _injected(target: ControlTarget, _: Values) -> object:
    return {
        "injected": [
            {"operationName": each.operation_name, "fault": spell_fault(each.fault)}
            for each in target.faults.injected
        ]
    }


def _inject(target: ControlTarget, values: Values) -> object:
    target.faults.inject(
        values["fault"],
        operation_name=values.get("operationName"),
        after=values.get("after", 0),
        times=values.get("times"),
        share=values.get("share"),
    )
    return {}


def _clear_faults(target: ControlTarget, _: Values) -> object:
    target.faults.clear()
    return {}


def _limit(target: ControlTarget, values: Values) -> object:
    target.faults.limit(
        values["operationName"], per_second=values["perSecond"], burst=values.get("burst")
    )
    return {}


def _registry(values: Values) -> dict[str, Any]:
    return {"account_id": values.get("accountId"), "region_name": values.get("regionName")}


_REPOSITORY_NAME = text("The repository.", is_required=True)
_FAULT = Member(
    {
        "description": "The name of a usual fault, or an object with the type of a fault.",
        "oneOf": [
            {"type": "string", "enum": [*USUAL_FAULTS]},
            {
                "type": "object",
                "properties": {"type": {"type": "string", "enum": [*FAULT_TYPES]}},
                "required": ["type"],
            },
        ],
    },
    is_required=True,
    read=read_fault,
)

ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/"): Endpoint(
        "Return the emulator's URL, region, account and variables.", {}, _describe
    ),
    ("POST", "/reset"): Endpoint("Empty the registries; reset faults and clock.", {}, _reset),
    ("POST", "/seed"): Endpoint(
        "Put repositories, templates and images into a registry as they are.",
        {
            "repositories": models(Repository),
            "repositoryCreationTemplates": models(RepositoryCreationTemplate),
            "images": models(ImageDetail),
            "tags": mapping("Tags by repository name: objects of keys and values."),
            **REGISTRY,
        },
        _seed,
    ),
    ("POST", "/images"): Endpoint(
        "Push an image with a made-up configuration and layer, and return its ImageDetail.",
        {
            "repositoryName": _REPOSITORY_NAME,
            "tags": texts("The tags."),
            "pushedAt": time("The time of the push."),
            "size": integer("The size in bytes."),
            "platform": text("The platform, such as linux/arm64."),
            "children": texts("The digests of the images that it lists: it is an index."),
            "subject": text("The digest of the image that it refers to."),
            "mediaType": text("The manifest's media type."),
            "artifactType": text("The type of an artifact that is no container image."),
            "labels": mapping("The labels in its configuration."),
            **REGISTRY,
        },
        _push_image,
    ),
    ("POST", "/scan-findings"): Endpoint(
        "Set the findings of an image's scan.",
        {
            "repositoryName": _REPOSITORY_NAME,
            "imageId": image_id(),
            "findings": objects("Basic or enhanced findings.", is_required=True),
            "status": text("The status of the scan."),
            "description": text("The description of the status."),
            **REGISTRY,
        },
        _set_scan_findings,
    ),
    ("POST", "/pulls-through"): Endpoint(
        "Cache an image as a pull by a pull through cache rule does.",
        {
            "repositoryName": _REPOSITORY_NAME,
            "manifest": text("The manifest in the upstream registry.", is_required=True),
            "tag": text("The tag that it is pulled by."),
            "mediaType": text("The manifest's media type, if it has none."),
            **REGISTRY,
        },
        _pull_through,
    ),
    ("POST", "/kms-keys"): Endpoint(
        "Add a KMS key, and return its ARN.",
        {
            "keyId": text("The id; default: a new UUID."),
            "alias": text("An alias, such as alias/images."),
            "state": text("The state, such as Disabled; default: Enabled."),
            **REGISTRY,
        },
        _add_kms_key,
    ),
    ("POST", "/principals"): Endpoint(
        "Add an IAM principal that policies can name; from then on, unknown ones are refused.",
        {
            "arn": text("The ARN of a role, of a user or of an account's root.", is_required=True),
            "afterSeconds": duration("How long until policies can name it; default: 0."),
        },
        _add_principal,
    ),
    ("PUT", "/identity-policies"): Endpoint(
        "Set the identity policy of a role or a user.",
        {
            "arn": text("The ARN of the role or the user.", is_required=True),
            "policy": mapping("The policy; without it, the principal is not limited any more."),
        },
        _set_identity_policy,
    ),
    ("POST", "/organizations"): Endpoint(
        "Make accounts the members of an organization, for conditions of policies.",
        {
            "organizationId": text("The organization's id.", is_required=True),
            "accountIds": texts("The accounts.", is_required=True),
        },
        _add_organization,
    ),
    ("POST", "/lifecycle-policies/apply"): Endpoint(
        "Expire and archive now what lifecycle policies say.", {}, _apply_lifecycle_policies
    ),
    ("GET", "/clock"): Endpoint("Return the emulator's time.", {}, _time),
    ("PUT", "/clock"): Endpoint(
        "Set the emulator's time.", {"time": time("The time.", is_required=True)}, _set_time
    ),
    ("POST", "/clock/advance"): Endpoint(
        "Let time pass at once.",
        {"seconds": duration("How long.", is_required=True)},
        _advance_time,
    ),
    ("DELETE", "/clock"): Endpoint("Return to the machine's time.", {}, _reset_time),
    ("GET", "/faults"): Endpoint("Return the faults that calls have met.", {}, _injected),
    ("POST", "/faults"): Endpoint(
        "Let calls meet a fault.",
        {
            "fault": _FAULT,
            "operationName": text("The operation; default: any."),
            "after": integer("How many calls come before the first that meets it; default: none."),
            "times": integer("How many calls meet it; default: one, with share any number."),
            "share": number("The share of calls that meet it, above 0 and at most 1."),
        },
        _inject,
    ),
    ("DELETE", "/faults"): Endpoint("Remove all faults and limits.", {}, _clear_faults),
    ("PUT", "/limits"): Endpoint(
        "Throttle an operation above a rate.",
        {
            "operationName": text("The operation.", is_required=True),
            "perSecond": number("How many calls a second run.", is_required=True),
            "burst": number("How many calls run at once; default: perSecond, at least 1."),
        },
        _limit,
    ),
}
"""The endpoints by method and path, below the prefix."""
