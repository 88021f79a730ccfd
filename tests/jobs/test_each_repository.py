"""A function is called with a client for each repository, of one registry or of many."""

from __future__ import annotations

import threading
from collections import Counter

import attrs
import pytest

from ecr_typed import (
    AccessDeniedException,
    ClientClosedError,
    EcrClient,
    EcrCredentialsError,
    EcrRequestError,
    Repository,
    RepositoryNotFoundException,
    RetryPolicy,
    ServerException,
)
from ecr_typed.jobs import Outcome, Progress, Registry, Status, each_repository, registries
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import ErrorResponse
from tests.support.untyped import untyped

REGIONS = ["us-east-1", "eu-west-1", "eu-central-1"]


@pytest.fixture
def fleet(emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch) -> tuple[Registry, ...]:
    """Give the registries of three regions, with five repositories each."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", emulator.endpoint_url)
    for region in REGIONS:
        with emulator.client(region_name=region) as ecr:
            for number in range(5):
                ecr.create_repository(f"team/{number}")
    return registries(regions=REGIONS)


def name(_: EcrClient, repository: Repository) -> str:
    """Return a repository's name."""
    return repository.repository_name


def test_each_repository_of_a_registry(ecr: EcrClient) -> None:
    """The function is called with a client and each repository."""
    for number in range(20):
        ecr.create_repository(f"team/{number}", tags={"number": str(number)})

    def tags(client: EcrClient, repository: Repository) -> str:
        (tag,) = client.list_tags_for_resource(repository.repository_arn)
        return tag.value

    outcomes = list(each_repository(tags, ecr))

    assert len(outcomes) == 20
    for outcome in outcomes:
        assert outcome.item.repository_name == f"team/{outcome.value}"
        assert outcome.registry is None
    assert ecr.describe_repositories().first(), "the user's client was closed"


def test_pages_are_listed_as_the_job_goes_on(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """All pages are worked on, and no page is asked for before it is needed."""
    template = ecr.create_repository("seed")
    emulator.seed(*[renamed(template, f"many/{number:04}") for number in range(2_500)])
    pages: list[str] = []
    counted = ecr.with_options(on_call=lambda event: pages.append(event.operation_name))

    outcomes = each_repository(name, counted)
    next(outcomes)
    assert pages == ["DescribeRepositories"]
    seen = Counter(one.item.repository_name for one in outcomes)

    assert len(seen) == 2_500
    assert set(seen.values()) == {1}
    assert pages == ["DescribeRepositories"] * 3


def renamed(repository: Repository, new_name: str) -> Repository:
    """A repository like another one."""
    arn, old = repository.repository_arn, repository.repository_name
    return attrs.evolve(
        repository,
        repository_name=new_name,
        repository_arn=arn.replace(f"/{old}", f"/{new_name}"),
        repository_uri=repository.repository_uri.replace(f"/{old}", f"/{new_name}"),
    )


def test_repositories_of_many_registries(fleet: tuple[Registry, ...]) -> None:
    """Outcomes say in which registry their repository is, and clients act there."""

    def arn(client: EcrClient, repository: Repository) -> str:
        found = client.describe_repositories(repository_names=[repository.repository_name]).first()
        assert found is not None
        return found.repository_arn

    seen: set[str] = set()
    for outcome in each_repository(arn, fleet):
        assert isinstance(outcome.item, Repository)
        assert outcome.value == outcome.item.repository_arn
        assert outcome.registry is not None
        assert outcome.value is not None
        assert f":{outcome.registry.region_name}:" in outcome.value
        seen.add(outcome.value)
    assert len(seen) == 15


def is_first(repository: Repository) -> bool:
    """Whether a repository is the first one."""
    return repository.repository_name == "team/0"


@pytest.mark.parametrize(
    ("select", "count"),
    [("team/1", 1), ("team/*", 5), (["team/1", "*2"], 2), ("other/*", 0), (is_first, 1)],
)
def test_select_chooses_by_pattern_or_function(
    fleet: tuple[Registry, ...], select: object, count: int
) -> None:
    """A star in a pattern stands for any characters, slashes too."""
    outcomes = list(untyped(each_repository)(name, fleet[:1], select=select))
    assert len(outcomes) == count


def test_an_error_of_select_comes_after_what_is_in_flight(
    emulator: EcrEmulator, fleet: tuple[Registry, ...]
) -> None:
    """No call is cut off, and no outcome is lost."""
    listed = threading.Event()

    def select(repository: Repository) -> bool:
        if "eu-" in repository.repository_arn:
            listed.set()
            raise LookupError("nothing is known of it")
        return True

    def tag(ecr: EcrClient, repository: Repository) -> None:
        assert listed.wait(timeout=30.0)
        ecr.tag_resource(repository.repository_arn, {"seen": "yes"})

    seen: list[Outcome[Repository | Registry, None]] = []
    with pytest.raises(LookupError, match="nothing is known of it"):
        seen.extend(each_repository(tag, fleet[:2], select=select, threads=2))

    assert {one.status for one in seen} <= {Status.DONE}
    with emulator.client(region_name=REGIONS[0]) as ecr:
        tagged = [
            one
            for one in ecr.describe_repositories()
            if ecr.list_tags_for_resource(one.repository_arn)
        ]
    assert {one.item for one in seen} == set(tagged)


def test_a_repository_that_is_gone_is_skipped(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """What was deleted since it was listed is no failure."""
    for number in range(3):
        ecr.create_repository(f"team/{number}")

    def work(client: EcrClient, repository: Repository) -> None:
        if repository.repository_name == "team/1":
            ecr.delete_repository("team/1")
        client.list_images(repository.repository_name).to_list()

    statuses = {one.item.repository_name: one.status for one in each_repository(work, ecr)}
    assert statuses == {
        "team/0": Status.DONE,
        "team/1": Status.SKIPPED,
        "team/2": Status.DONE,
    }


def test_another_repository_that_is_missing_is_a_failure(ecr: EcrClient) -> None:
    """Only the item's own repository is skipped, not one that the function needs besides."""
    ecr.create_repository("team/app")

    (outcome,) = each_repository(lambda c, _: c.list_images("mirror/app").to_list(), ecr)

    assert outcome.status is Status.FAILED
    assert isinstance(outcome.error, RepositoryNotFoundException)


def test_a_registry_that_can_not_be_listed_is_an_outcome(
    emulator: EcrEmulator, fleet: tuple[Registry, ...]
) -> None:
    """The registry itself is the item, and the others are worked on."""
    emulator.faults.inject(
        ErrorResponse(
            "AccessDeniedException", "not authorized to perform: ecr:DescribeRepositories"
        ),
        operation_name="DescribeRepositories",
    )

    outcomes = list(each_repository(name, fleet))

    (failed,) = [one for one in outcomes if one.error is not None]
    assert isinstance(failed.item, Registry)
    assert failed.item == failed.registry
    assert isinstance(failed.error, AccessDeniedException)
    assert len(outcomes) == 1 + 10


def test_lost_credentials_end_their_registry_alone(fleet: tuple[Registry, ...]) -> None:
    """Once a registry's credentials are lost, no more of it is tried; the others are done."""

    def work(client: EcrClient, repository: Repository) -> None:
        if ":us-east-1:" in repository.repository_arn:
            raise EcrCredentialsError("expired")

    outcomes = list(each_repository(work, fleet, threads=1))

    lost = [one for one in outcomes if one.registry == fleet[0]]
    assert isinstance(lost[-1].item, Registry)
    assert all(isinstance(one.error, EcrCredentialsError) for one in lost)
    assert len(lost) < 5
    done = [one for one in outcomes if one.registry != fleet[0]]
    assert [one.status for one in done] == [Status.DONE] * 10


def test_lost_credentials_of_the_own_client_end_the_job(ecr: EcrClient) -> None:
    """With one client, there is nothing else to go on with."""
    for number in range(40):
        ecr.create_repository(f"team/{number}")

    def work(client: EcrClient, repository: Repository) -> None:
        raise EcrCredentialsError("expired")

    seen: list[Outcome[Repository, None]] = []
    with pytest.raises(EcrCredentialsError):
        seen.extend(each_repository(work, ecr, threads=2))
    assert 0 < len(seen) < 20


def test_a_closed_client_ends_the_job(ecr: EcrClient) -> None:
    """A client that was closed lists nothing."""
    ecr.close()
    with pytest.raises(ClientClosedError):
        next(each_repository(name, ecr))


def test_a_listing_that_breaks_off_can_be_resumed(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """All that was listed is done before the error is raised, whose token goes on."""
    template = ecr.create_repository("seed")
    emulator.seed(*[renamed(template, f"many/{number:04}") for number in range(1_500)])
    once = ecr.with_options(retry=RetryPolicy(max_attempts=1))
    seen: list[Outcome[Repository, str]] = []

    def work(client: EcrClient, repository: Repository) -> str:
        # The first page is listed by now.
        if repository.repository_name == "many/0000":
            emulator.faults.inject(
                ErrorResponse("ServerException", status=500), operation_name="DescribeRepositories"
            )
        return repository.repository_name

    with pytest.raises(ServerException) as caught:
        seen.extend(each_repository(work, once))

    assert len(seen) == 1_000
    rest = once.describe_repositories(starting_token=caught.value.next_token).to_list()
    assert len(rest) == 501


def test_the_total_is_known_once_all_is_listed(fleet: tuple[Registry, ...]) -> None:
    """Progress counts repositories, and has a total as soon as there can be one."""
    told: list[Progress] = []
    count = sum(1 for _ in each_repository(name, fleet, on_progress=told.append))

    assert [progress.done for progress in told] == list(range(1, 16))
    assert told[-1].total == count == 15
    assert {progress.total for progress in told} <= {None, 15}


def test_so_many_registries_are_open_at_a_time(
    emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more registries than threads have a client at the same time."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", emulator.endpoint_url)
    connected = 0
    connect = Registry.connect

    def counted(self: Registry) -> EcrClient:
        nonlocal connected
        connected += 1
        return connect(self)

    monkeypatch.setattr(Registry, "connect", counted)
    fleet = [Registry(f"eu-west-{number}") for number in range(1, 4)] * 10
    for registry in fleet[:3]:
        with emulator.client(region_name=registry.region_name) as ecr:
            ecr.create_repository("team/app")

    ahead = [connected - count for count, _ in enumerate(each_repository(name, fleet, threads=2))]
    assert connected == 30
    assert max(ahead) <= 2 * 2 + 1


def test_clients_act_on_several_threads(ecr: EcrClient) -> None:
    """One registry is worked on by all threads."""
    for number in range(8):
        ecr.create_repository(f"team/{number}")
    together = threading.Barrier(4)

    def meet(client: EcrClient, repository: Repository) -> int:
        return together.wait(timeout=10)

    outcomes = each_repository(meet, ecr, threads=4)
    assert [one.error for one in outcomes] == [None] * 8


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"ecr": Registry("us-east-1")}, "ecr: expected an EcrClient, or an iterable of regist"),
        ({"ecr": Registry("us-east-1")}, "put it in a list$"),
        ({"ecr": "us-east-1"}, "ecr"),
        ({"select": 5}, "select: expected patterns of names"),
        ({"select": [""]}, "select: expected patterns of names"),
        ({"threads": 0}, "threads"),
    ],
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, object], named: str) -> None:
    """What can't be right is refused by the call itself."""
    with pytest.raises(EcrRequestError, match=named):
        untyped(each_repository)(**{"function": name, "ecr": [], **arguments})
