"""How each library is called, as its own documentation calls it.

Only one of them is in each environment, and none but ours where types are checked: the others are
imported by name, as Any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Any

import attrs

from bench.bodies import ARN
from bench.inventory import AT_ONCE, Job, with_boto3

Repeated = Callable[[int], Sized]
"""Makes a call so many times, one after the other; gives the items of the last answer."""


@attrs.frozen
class Stack:
    """The calls of a library; None stands for one that it does not have."""

    repositories: Repeated
    images: Repeated | None
    tags: Repeated
    inventory_on_threads: Job | None = None
    inventory_in_asyncio: Job | None = None


def _repeated(call: Callable[[], Sized]) -> Repeated:
    def repeat(times: int) -> Sized:
        items: Sized = ()
        for _ in range(times):
            items = call()
        return items

    return repeat


@contextmanager
def _boto3() -> Generator[Stack]:
    boto3: Any = import_module("boto3")
    config: Any = import_module("botocore.config").Config(max_pool_connections=AT_ONCE)
    ecr = boto3.client("ecr", config=config)
    yield Stack(
        repositories=_repeated(lambda: ecr.describe_repositories(maxResults=1000)["repositories"]),
        images=_repeated(
            lambda: ecr.describe_images(repositoryName="team/app", maxResults=1000)["imageDetails"]
        ),
        tags=_repeated(lambda: ecr.list_tags_for_resource(resourceArn=ARN)["tags"]),
        inventory_on_threads=with_boto3(ecr),
    )
    ecr.close()


@contextmanager
def _aiobotocore() -> Generator[Stack]:
    session: Any = import_module("aiobotocore.session")
    config: Any = import_module("aiobotocore.config").AioConfig(max_pool_connections=AT_ONCE)
    opening = session.get_session().create_client("ecr", config=config)
    with asyncio.Runner() as runner:
        ecr = runner.run(opening.__aenter__())

        def repeated(call: Callable[[], Awaitable[Any]], items: str) -> Repeated:
            async def repeat(times: int) -> Any:
                answer: Any = {items: ()}
                for _ in range(times):
                    answer = await call()
                return answer[items]

            # One loop for all: what a loop costs is paid once a program, not once a call.
            return lambda times: runner.run(repeat(times))

        async def look_at(repository: Any) -> int:
            images = await ecr.describe_images(
                repositoryName=repository["repositoryName"], maxResults=1000
            )
            tags = await ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])
            return len(images["imageDetails"]) + len(tags["tags"])

        async def inventory() -> int:
            pages = ecr.get_paginator("describe_repositories")
            listing = pages.paginate(PaginationConfig={"PageSize": 1000})
            looking = [
                look_at(repository) async for page in listing for repository in page["repositories"]
            ]
            return sum(await asyncio.gather(*looking))

        yield Stack(
            repositories=repeated(
                lambda: ecr.describe_repositories(maxResults=1000), "repositories"
            ),
            images=repeated(
                lambda: ecr.describe_images(repositoryName="team/app", maxResults=1000),
                "imageDetails",
            ),
            tags=repeated(lambda: ecr.list_tags_for_resource(resourceArn=ARN), "tags"),
            inventory_in_asyncio=lambda: runner.run(inventory()),
        )
        runner.run(opening.__aexit__(None, None, None))


@contextmanager
def _botocraft() -> Generator[Stack]:
    services: Any = import_module("botocraft.services")
    # Each look at `objects` makes a client. The other libraries' clients are kept: so is this one.
    repositories = services.Repository.objects
    yield Stack(
        # It has no page size; the server gives a page of 1000 all the same.
        repositories=_repeated(repositories.list),
        images=None,  # its images come from BatchGetImage, which answers with other members
        tags=_repeated(lambda: repositories.get_tags(resourceArn=ARN)),
    )


@contextmanager
def _capo_ecr() -> Generator[Stack]:
    capo_ecr: Any = import_module("capo_ecr")
    zapros: Any = import_module("zapros")

    http1 = {"max_connections_per_host": AT_ONCE, "max_idle_connections_per_host": AT_ONCE}

    def look_at(repository: Any) -> int:
        images = ecr.describe_images(repository["repository_name"], max_results=1000)
        tags = ecr.list_tags_for_resource(repository["repository_arn"])
        return len(images["image_details"]) + len(tags["tags"])

    def on_threads() -> int:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(look_at, ecr.iter_describe_repositories(max_results=1000)))

    async def in_asyncio() -> int:
        handler = zapros.AsyncStdNetworkHandler(http1=http1)
        async with capo_ecr.AsyncECRClient(http_handler=handler) as client:

            async def look_at(repository: Any) -> int:
                images = await client.describe_images(
                    repository["repository_name"], max_results=1000
                )
                tags = await client.list_tags_for_resource(repository["repository_arn"])
                return len(images["image_details"]) + len(tags["tags"])

            listing = client.iter_describe_repositories(max_results=1000)
            looking = [look_at(repository) async for repository in listing]
            return sum(await asyncio.gather(*looking))

    with capo_ecr.ECRClient(http_handler=zapros.StdNetworkHandler(http1=http1)) as ecr:
        yield Stack(
            repositories=_repeated(
                lambda: ecr.describe_repositories(max_results=1000)["repositories"]
            ),
            images=_repeated(
                lambda: ecr.describe_images("team/app", max_results=1000)["image_details"]
            ),
            tags=_repeated(lambda: ecr.list_tags_for_resource(ARN)["tags"]),
            inventory_on_threads=on_threads,
            inventory_in_asyncio=lambda: asyncio.run(in_asyncio()),
        )


STACKS: dict[str, Callable[[], AbstractContextManager[Stack]]] = {
    "boto3": _boto3,
    "aiobotocore": _aiobotocore,
    "botocraft": _botocraft,
    "capo-ecr": _capo_ecr,
}
