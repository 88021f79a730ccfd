"""Many clients and many calls at once."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from botocore.config import Config

from .distribution.registry import Registry, token_of
from .lifecycle_documents import policy, rule

if TYPE_CHECKING:
    from ecr_typed.testing import EcrEmulator

CLIENTS = 32
POLICY = policy(rule())
INDEX = (
    '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}'
)


def test_many_clients_leave_nothing_behind(fresh: EcrEmulator) -> None:
    """32 clients at once lose no call, and what they delete takes no memory any more."""
    client = fresh.boto3_client(
        config=Config(max_pool_connections=CLIENTS, retries={"total_max_attempts": 1})
    )

    def cycle(number: int) -> None:
        name = f"load/{number}"
        client.create_repository(repositoryName=name)
        client.put_image(repositoryName=name, imageManifest=INDEX, imageTag="v1")
        client.start_lifecycle_policy_preview(repositoryName=name, lifecyclePolicyText=POLICY)
        described = client.describe_images(repositoryName=name)["imageDetails"]
        assert [each.get("imageTags") for each in described] == [["v1"]]
        client.batch_delete_image(repositoryName=name, imageIds=[{"imageTag": "v1"}])
        client.delete_repository(repositoryName=name)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(cycle, range(CLIENTS)))
        before = objects()
        list(pool.map(cycle, range(4 * CLIENTS)))
        assert objects() - before < CLIENTS
    assert client.describe_repositories()["repositories"] == []
    client.close()


def test_many_pushes_by_the_registry_protocol(fresh: EcrEmulator) -> None:
    """Clients that push at once lose no image, and what is deleted takes no memory any more."""
    client = fresh.boto3_client()
    token = token_of(client)

    def push(number: int) -> list[str]:
        registry = Registry(fresh.endpoint_url, token)
        digests = [registry.push_image(f"{number}-{image}", "load/app") for image in range(16)]
        registry.close()
        return digests

    def round_of_pushes() -> None:
        client.create_repository(repositoryName="load/app")
        with ThreadPoolExecutor(8) as pool:
            pushed = {digest for digests in pool.map(push, range(8)) for digest in digests}
        details = client.describe_images(repositoryName="load/app", maxResults=1000)["imageDetails"]
        assert {each.get("imageDigest") for each in details} == pushed
        assert len(pushed) == 128
        client.delete_repository(repositoryName="load/app", force=True)

    round_of_pushes()
    before = objects()
    round_of_pushes()
    assert objects() - before < CLIENTS
    client.close()


def objects() -> int:
    """Count the objects of the emulator that are alive."""
    gc.collect()
    modules = (str(type(each).__module__) for each in gc.get_objects())
    return sum(module.startswith("ecr_typed.testing") for module in modules)
