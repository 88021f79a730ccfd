"""Many clients and many calls at once."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from botocore.config import Config

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


def objects() -> int:
    """Count the objects of the emulator that are alive."""
    gc.collect()
    modules = (str(type(each).__module__) for each in gc.get_objects())
    return sum(module.startswith("ecr_typed.testing") for module in modules)
