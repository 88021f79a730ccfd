"""CloudFormation's `AWS::ECR::Repository`: stacks of moto create repositories in the emulator.

moto keeps one class for each resource type. Ours takes the place of moto's own and hands over to
it wherever no emulator handles the request, as in a `mock_aws` of the same process.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError
from moto.cloudformation.parsing import get_model_map
from moto.core.common_models import CloudFormationModel
from moto.ecr.models import Repository as MotoRepository

from ecr_typed.testing._emulator.http.service_description import REQUESTS
from ecr_typed.testing._emulator.registry.call import Origin
from ecr_typed.testing._emulator.registry.callers import Caller
from ecr_typed.testing._emulator.registry.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ecr_typed.testing._emulator.service import EcrService

_service: ContextVar[EcrService | None] = ContextVar("_service", default=None)


@contextmanager
def repositories_of_stacks_go_to(service: EcrService) -> Generator[None]:
    """Let stacks that are created, updated or deleted in this context change this service."""
    get_model_map()["AWS::ECR::Repository"] = StackRepository
    token = _service.set(service)
    try:
        yield
    finally:
        _service.reset(token)


class StackRepository(CloudFormationModel):
    """A repository of the emulator that a stack owns."""

    def __init__(self, service: EcrService, members: Mapping[str, Any], region_name: str) -> None:
        self._service = service
        self._region_name = region_name
        self._account_id: str = members["registryId"]
        self.physical_resource_id: str = members["repositoryName"]
        self._attributes: dict[str, str] = {
            "Arn": members["repositoryArn"],
            "RepositoryUri": members["repositoryUri"],
        }
        self._is_emptied_on_delete = False
        self._has_generated_name = False

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the repository."""
        return "RepositoryName"

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::ECR::Repository"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Return whether a template can get an attribute."""
        return attr in {"Arn", "RepositoryUri"}

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute that a template gets."""
        if attribute_name not in self._attributes:
            raise UnformattedGetAttTemplateException
        return self._attributes[attribute_name]

    def is_created(self) -> bool:
        """Return whether the repository exists, which it does at once."""
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Any:
        """Create the repository of a resource."""
        service = _service.get()
        if service is None:
            return MotoRepository.create_from_cloudformation_json(
                resource_name, cloudformation_json, account_id, region_name, **kwargs
            )
        properties = cloudformation_json["Properties"]
        is_generated = "RepositoryName" not in properties
        # moto makes a name of a stack's and a resource's, which may have capitals; ECR has none.
        name = resource_name.lower() if is_generated else resource_name
        parameters = {"repositoryName": name, **_parameters(properties)}
        created = _run(service, "CreateRepository", parameters, account_id, region_name)
        resource = cls(service, created["repository"], region_name)
        resource._has_generated_name = is_generated
        try:
            resource.apply(properties)
        except ValidationError:
            # CloudFormation rolls back what a failed stack has created.
            resource.delete(account_id, region_name)
            raise
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        """Update the repository of a resource, or replace it where a setting can't change."""
        if not isinstance(original_resource, StackRepository):
            return MotoRepository.update_from_cloudformation_json(
                original_resource, new_resource_name, cloudformation_json, account_id, region_name
            )
        if not original_resource.keeps_name(cloudformation_json["Properties"]):
            original_resource.delete(account_id, region_name)
            return cls.create_from_cloudformation_json(
                new_resource_name, cloudformation_json, account_id, region_name
            )
        properties = cloudformation_json["Properties"]
        settings = _parameters(properties)
        filters = "imageTagMutabilityExclusionFilters"
        mutability = {
            "imageTagMutability": settings.get("imageTagMutability", "MUTABLE"),
            **({filters: settings[filters]} if filters in settings else {}),
        }
        original_resource.run("PutImageTagMutability", mutability)
        scanning = settings.get("imageScanningConfiguration", {"scanOnPush": False})
        original_resource.run(
            "PutImageScanningConfiguration", {"imageScanningConfiguration": scanning}
        )
        original_resource.apply(properties)
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],  # noqa: ARG003 - moto's signature
        account_id: str,
        region_name: str,
    ) -> None:
        """Delete the repository of a resource by its name."""
        service = _service.get()
        if service is not None:
            parameters = {"repositoryName": resource_name}
            _run(service, "DeleteRepository", parameters, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:  # noqa: ARG002 - moto's signature
        """Delete the repository."""
        self.run("DeleteRepository", {"force": self._is_emptied_on_delete})

    def keeps_name(self, properties: Mapping[str, Any]) -> bool:
        """Return whether the repository still has the name that a template wants."""
        if "RepositoryName" not in properties:
            return self._has_generated_name
        return bool(properties["RepositoryName"] == self.physical_resource_id)

    def apply(self, properties: Mapping[str, Any]) -> None:
        """Apply what CloudFormation sets by calls of their own."""
        self._is_emptied_on_delete = str(properties.get("EmptyOnDelete", False)).lower() == "true"
        policy = properties.get("RepositoryPolicyText")
        if policy is not None:
            text = policy if isinstance(policy, str) else json.dumps(policy)
            self.run("SetRepositoryPolicy", {"policyText": text})
        lifecycle = properties.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
        if lifecycle is not None:
            self.run("PutLifecyclePolicy", {"lifecyclePolicyText": lifecycle})
        if properties.get("Tags"):
            arn = self._attributes["Arn"]
            tags = [{name: _text(each[name]) for name in each} for each in properties["Tags"]]
            self.run("TagResource", {"resourceArn": arn, "tags": tags})

    def run(self, operation_name: str, parameters: Mapping[str, Any]) -> None:
        """Run an operation on the repository."""
        named = {"repositoryName": self.physical_resource_id, **parameters}
        _run(self._service, operation_name, named, self._account_id, self._region_name)


def _run(
    service: EcrService,
    operation_name: str,
    parameters: Mapping[str, Any],
    account_id: str,
    region_name: str,
) -> Any:
    """Run an operation in the account of the stack, or fail the stack as CloudFormation does."""
    caller = Caller.root_of(account_id)
    try:
        checked = REQUESTS[operation_name].accept(parameters)
        return service.call(operation_name, checked, caller, region_name, Origin(), encode=dict)
    except ServiceError as error:
        name: str = parameters["repositoryName"]
        raise ValidationError(name, f"{error.code}: {error.message}") from error


def _text(value: object) -> str:
    """Return a value as CloudFormation writes it where a text is due: templates may have numbers."""
    return value if isinstance(value, str) else json.dumps(value)


def _parameters(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a template's properties as CreateRepository spells them."""
    parameters: dict[str, Any] = {}
    if "ImageTagMutability" in properties:
        parameters["imageTagMutability"] = properties["ImageTagMutability"]
    filters: list[dict[str, str]] = properties.get("ImageTagMutabilityExclusionFilters") or []
    if filters:
        parameters["imageTagMutabilityExclusionFilters"] = [
            {
                "filterType": each["ImageTagMutabilityExclusionFilterType"],
                "filter": each["ImageTagMutabilityExclusionFilterValue"],
            }
            for each in filters
        ]
    scanning = properties.get("ImageScanningConfiguration")
    if scanning:
        is_on = str(scanning.get("ScanOnPush", False)).lower() == "true"
        parameters["imageScanningConfiguration"] = {"scanOnPush": is_on}
    encryption = properties.get("EncryptionConfiguration")
    if encryption:
        names = {"EncryptionType": "encryptionType", "KmsKey": "kmsKey"}
        parameters["encryptionConfiguration"] = {names[k]: v for k, v in encryption.items()}
    return parameters
