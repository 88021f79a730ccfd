"""How each library is called, as its own documentation calls it.

Only one of them is in each environment, and none but ours where types are checked: the others are
imported by name, as Any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sized
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Any

import attrs

ARN = "arn:aws:ecr:us-east-1:123456789012:repository/team/app"

Repeated = Callable[[int], Sized]
"""Makes a call so many times, one after the other; gives the items of the last answer."""


@attrs.frozen
class Stack:
    """The calls of a library; None stands for one that it does not have."""

    repositories: Repeated
    images: Repeated | None
    tags: Repeated


def _repeated(call: Callable[[], Sized]) -> Repeated:
    def repeat(times: int) -> Sized:
        items: Sized = ()
        for _ in range(times):
            items = call()
        return items

    return repeat


@contextmanager
def _ecr_typed() -> Generator[Stack]:
    from ecr_typed import EcrClient

    with EcrClient() as ecr:
        yield Stack(
            repositories=_repeated(
                lambda: next(iter(ecr.describe_repositories().pages())).repositories or ()
            ),
            images=_repeated(
                lambda: next(iter(ecr.describe_images("team/app").pages())).image_details or ()
            ),
            tags=_repeated(lambda: ecr.list_tags_for_resource(ARN)),
        )


@contextmanager
def _boto3() -> Generator[Stack]:
    boto3: Any = import_module("boto3")
    ecr = boto3.client("ecr")
    yield Stack(
        repositories=_repeated(lambda: ecr.describe_repositories(maxResults=1000)["repositories"]),
        images=_repeated(
            lambda: ecr.describe_images(repositoryName="team/app", maxResults=1000)["imageDetails"]
        ),
        tags=_repeated(lambda: ecr.list_tags_for_resource(resourceArn=ARN)["tags"]),
    )
    ecr.close()


@contextmanager
def _aiobotocore() -> Generator[Stack]:
    session: Any = import_module("aiobotocore.session")
    opening = session.get_session().create_client("ecr")
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

        yield Stack(
            repositories=repeated(
                lambda: ecr.describe_repositories(maxResults=1000), "repositories"
            ),
            images=repeated(
                lambda: ecr.describe_images(repositoryName="team/app", maxResults=1000),
                "imageDetails",
            ),
            tags=repeated(lambda: ecr.list_tags_for_resource(resourceArn=ARN), "tags"),
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
    # Its other client is asynchronous; this one is what boto3's is.
    with capo_ecr.ECRClient() as ecr:
        yield Stack(
            repositories=_repeated(
                lambda: ecr.describe_repositories(max_results=1000)["repositories"]
            ),
            images=_repeated(
                lambda: ecr.describe_images("team/app", max_results=1000)["image_details"]
            ),
            tags=_repeated(lambda: ecr.list_tags_for_resource(ARN)["tags"]),
        )


STACKS: dict[str, Callable[[], AbstractContextManager[Stack]]] = {
    "boto3": _boto3,
    "ecr_typed": _ecr_typed,
    "aiobotocore": _aiobotocore,
    "botocraft": _botocraft,
    "capo-ecr": _capo_ecr,
}
