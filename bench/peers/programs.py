"""Programs over each library: what a new process runs, and what the checkers read."""

from __future__ import annotations

from bench.bodies import ARN

# The programs over our types and over the stubs are those that `nox -s bench` measures.
from bench.checkers import (
    _FUNCTIONS,  # pyright: ignore[reportPrivateUsage]  # as above
    _PROGRAMS,  # pyright: ignore[reportPrivateUsage]  # as above
)

# As `nox -s bench` names what it measures of ecr_typed.
_IMPORT = "import"
_CLIENT = "making a client, imports included"
# Some libraries load on the first call what others load on import.
_FIRST_CALL = "a first call, client and imports included"


def _starts(importing: str, client: str, call: str) -> dict[str, str]:
    return {
        _IMPORT: importing,
        _CLIENT: f"{importing}\necr = {client}",
        _FIRST_CALL: f"{importing}\necr = {client}\necr.{call}",
    }


_ASYNC_CLIENT = """\
import asyncio
from aiobotocore.session import get_session
async def main():
    async with get_session().create_client("ecr") as ecr:
        {then}
asyncio.run(main())
"""

STARTS = {
    "boto3": _starts(
        "import boto3", "boto3.client('ecr')", f"list_tags_for_resource(resourceArn='{ARN}')"
    ),
    "aiobotocore": {
        _IMPORT: "from aiobotocore.session import get_session",
        _CLIENT: _ASYNC_CLIENT.format(then="pass"),
        _FIRST_CALL: _ASYNC_CLIENT.format(
            then=f"await ecr.list_tags_for_resource(resourceArn='{ARN}')"
        ),
    },
    "botocraft": _starts(
        "from botocraft.services import Repository",
        "Repository.objects",
        f"get_tags(resourceArn='{ARN}')",
    ),
    "capo-ecr": _starts(
        "from capo_ecr import ECRClient", "ECRClient()", f"list_tags_for_resource('{ARN}')"
    ),
}
"""What a new process runs, for each library: three programs, each longer than the one before."""

_AIOBOTOCORE = """
async def inventory_{n}(ecr: ECRClient) -> list[str]:
    names: list[str] = []
    async for page in ecr.get_paginator("describe_repositories").paginate():
        for repository in page["repositories"]:
            names.append(repository.get("repositoryName", ""))
        async for images in ecr.get_paginator("describe_images").paginate(
            repositoryName="team/app"
        ):
            for image in images["imageDetails"]:
                names.extend(image.get("imageTags", ()))
    response = await ecr.create_repository(
        repositoryName="team/app-{n}", tags=[{{"Key": "team", "Value": "payments"}}]
    )
    created = response["repository"]
    names.append(created.get("repositoryArn", ""))
    await ecr.delete_repository(repositoryName=created.get("repositoryName", ""), force=True)
    return names
"""
_BOTOCRAFT = """
def inventory_{n}() -> list[str]:
    names: list[str] = []
    for repository in Repository.objects.list():
        assert isinstance(repository, Repository)
        names.append(repository.repositoryName)
        for image in ECRImage.objects.list(repositoryName=repository.repositoryName):
            assert isinstance(image, ECRImage)
            names.append(image.imageId.imageTag or "")
        encryption = repository.encryptionConfiguration
        if encryption is not None:
            names.append(encryption.kmsKey or "")
    created = Repository.objects.create(
        Repository(
            repositoryName="team/app-{n}",
            imageTagMutability="MUTABLE",
            imageScanningConfiguration=ImageScanningConfiguration(scanOnPush=False),
            Tags=[Tag(Key="team", Value="payments")],
        )
    )
    names.append(created.repositoryArn)
    Repository.objects.delete(created.repositoryName, force=True)
    return names
"""
_CAPO_ECR = """
def inventory_{n}(ecr: ECRClient) -> list[str]:
    names: list[str] = []
    for repository in ecr.iter_describe_repositories():
        name = repository.get("repository_name", "")
        names.append(name)
        for image in ecr.iter_describe_images(name):
            names.extend(image.get("image_tags", ()))
        names.append(repository.get("encryption_configuration", {{}}).get("kms_key", ""))
    response = ecr.create_repository(
        "team/app-{n}", tags=[{{"key": "team", "value": "payments"}}]
    )
    created = response.get("repository", {{}})
    names.append(created.get("repository_arn", ""))
    ecr.delete_repository(created.get("repository_name", ""), force=True)
    return names
"""
_HEADS = {
    "aiobotocore": (
        "from aiobotocore.session import get_session\n"
        "from types_aiobotocore_ecr import ECRClient\n\n\n"
        "async def main() -> None:\n"
        '    async with get_session().create_client("ecr") as ecr:\n'
        "        print(await inventory_0(ecr))\n\n"
    ),
    "botocraft": (
        "from botocraft.services import ECRImage, ImageScanningConfiguration, Repository\n"
        "from botocraft.services.common import Tag\n\n"
    ),
    "capo-ecr": "from capo_ecr import ECRClient\n\necr = ECRClient()\n",
}
_BODIES = {"aiobotocore": _AIOBOTOCORE, "botocraft": _BOTOCRAFT, "capo-ecr": _CAPO_ECR}

CHECKED = {
    "boto3": _PROGRAMS["stubs"],
    **{
        name: head + "".join(_BODIES[name].format(n=n) for n in range(_FUNCTIONS))
        for name, head in _HEADS.items()
    },
}
"""What the checkers read: the same job with each library; boto3's with mypy_boto3_ecr."""
