"""The four operations of replication backfills."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from .answers import code_of, message_of
from .pushing import index_of, manifest_of, push, upload_layers
from .replicating import configure, destination_of, images, permit, rule_of
from .sharing import share_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

REGIONS = [
    *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "us-east-2"),
    *("us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2"),
]


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient, account_id: str) -> ECRClient:
    """Give a client on a registry with three images, and a rule that came later."""
    for repository in ("app", "other"):
        boto3_ecr.create_repository(repositoryName=repository)
        push(boto3_ecr, "v1", repository=repository)
    push(boto3_ecr, "v2", manifest=manifest_of("v1"))
    configure(boto3_ecr, rule_of(destination_of(account_id), prefixes=["app"]))
    return boto3_ecr


@pytest.fixture
def ireland(make_client: Callable[..., ECRClient]) -> ECRClient:
    """Give a client on the destination."""
    return make_client(region_name="eu-west-1")


def start(boto3_ecr: ECRClient, account_id: str, region: str = "eu-west-1") -> str:
    """Start a backfill and give its id."""
    answer: Any = boto3_ecr.start_replication_backfill(
        destination={"region": region, "registryId": account_id}
    )
    backfill_id: str = answer["replicationBackfillId"]
    return backfill_id


def described(boto3_ecr: ECRClient, backfill_id: str, **arguments: Any) -> Any:
    """Describe a backfill."""
    return boto3_ecr.describe_replication_backfill_results(
        replicationBackfillId=backfill_id, **arguments
    )


def listed(boto3_ecr: ECRClient, **arguments: Any) -> list[Any]:
    """List backfills."""
    return list(boto3_ecr.list_replication_backfills(**arguments)["backfills"])


def test_a_backfill_from_start_to_end(
    boto3_ecr: ECRClient, ireland: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """It prepares, replicates what the rules cover, and completes (API StartReplicationBackfill)."""
    answer: Any = boto3_ecr.start_replication_backfill(
        destination={"region": "eu-west-1", "registryId": account_id}
    )
    assert answer["registryId"] == account_id
    assert answer["destination"] == destination_of(account_id)
    assert answer["status"] == "PREPARING"
    backfill_id = answer["replicationBackfillId"]
    prepares = described(boto3_ecr, backfill_id)
    assert prepares["results"] == []
    assert "progress" not in prepares
    passes(seconds=1)
    replicates = described(boto3_ecr, backfill_id)
    assert (replicates["status"], replicates["results"]) == ("IN_PROGRESS", [])
    assert replicates["progress"]["totalReplicationCount"] == 2
    assert replicates["progress"]["completedReplicationCount"] == 0
    assert "endedAt" not in replicates
    assert images(ireland) == set()
    passes(seconds=1)
    ended = described(boto3_ecr, backfill_id)
    assert ended["status"] == "COMPLETE"
    assert ended["endedAt"] - answer["startedAt"] == timedelta(seconds=2)
    assert images(ireland) == images(boto3_ecr)
    assert images(ireland, "other") == set()


def test_each_tag_counts(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """An image with two tags is two replications (API ReplicationBackfillProgress)."""
    backfill_id = start(boto3_ecr, account_id)
    passes(seconds=2)
    answer = described(boto3_ecr, backfill_id)
    assert answer["progress"] == {
        "totalReplicationCount": 2,
        "completedReplicationCount": 2,
        "failedReplicationCount": 0,
        "failureCodes": [],
    }
    (digest,) = {digest for digest, _ in images(boto3_ecr)}
    assert answer["results"] == [
        {
            "repositoryName": "app",
            "imageId": {"imageDigest": digest, "imageTag": tag},
            "status": "COMPLETE",
        }
        for tag in ("v1", "v2")
    ]


def test_what_another_account_does_not_permit_fails(
    boto3_ecr: ECRClient,
    account_id: str,
    make_client: Callable[..., ECRClient],
    passes: Callable[..., None],
) -> None:
    """Failures have their code, by image and in the progress (API ReplicationBackfillResult)."""
    other_id = account_id[::-1]
    other = make_client(account_id=other_id)
    permit(other, account_id, "*", resource="*/other")
    upload_layers(boto3_ecr, "child")
    child = manifest_of("child")
    push(boto3_ecr, manifest=child)
    push(boto3_ecr, "index", manifest=index_of(child))
    configure(boto3_ecr, rule_of(destination_of(other_id, "us-east-1")))
    backfill_id = start(boto3_ecr, other_id, "us-east-1")
    passes(seconds=2)
    answer = described(boto3_ecr, backfill_id)
    denied = ["DESTINATION_REGISTRY_ACCESS_DENIED"]
    assert answer["status"] == "COMPLETE"
    assert answer["progress"] == {
        "totalReplicationCount": 5,
        "completedReplicationCount": 1,
        "failedReplicationCount": 4,
        "failureCodes": denied,
    }
    failed = described(boto3_ecr, backfill_id, resultStatusFilter="FAILED")["results"]
    assert {result["failureCode"] for result in failed} == set(denied)
    # Only an index says what became of the images that it lists.
    assert [r.get("subImageFailureCodes") for r in failed].count(denied) == 1
    (good,) = described(boto3_ecr, backfill_id, resultStatusFilter="COMPLETE")["results"]
    assert good["repositoryName"] == "other"


def test_results_are_paged(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """Results come by pages of 100, 1000 at most; the rest repeats (API reference)."""
    for number in range(101):
        push(boto3_ecr, f"more{number}", manifest=manifest_of("v1"))
    backfill_id = start(boto3_ecr, account_id)
    passes(seconds=2)
    first = described(boto3_ecr, backfill_id)
    rest = described(boto3_ecr, backfill_id, nextToken=first["nextToken"])
    assert [len(page["results"]) for page in (first, rest)] == [100, 3]
    assert first["progress"] == rest["progress"]
    tags = {r["imageId"]["imageTag"] for page in (first, rest) for r in page["results"]}
    assert len(tags) == 103
    call = boto3_ecr.describe_replication_backfill_results
    message_of(call, replicationBackfillId=backfill_id, maxResults=1001)
    message_of(
        call,
        replicationBackfillId=backfill_id,
        nextToken=first["nextToken"],
        resultStatusFilter="FAILED",
    )


def test_the_destination_has_to_be_configured(boto3_ecr: ECRClient, account_id: str) -> None:
    """A destination that no rule names is refused (API StartReplicationBackfill)."""
    call = boto3_ecr.start_replication_backfill
    for destination in (
        destination_of(account_id, "eu-west-2"),
        destination_of("202020202020", "eu-west-1"),
    ):
        assert "'destination'" in message_of(call, destination=destination)


def test_one_backfill_for_each_region(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """A second one for a Region is refused while the first goes on (API reference)."""
    other = destination_of(account_id[::-1])
    configure(boto3_ecr, rule_of(destination_of(account_id), other))
    start(boto3_ecr, account_id)
    for destination in (destination_of(account_id), other):
        code = code_of(boto3_ecr.start_replication_backfill, destination=destination)
        assert code == "ReplicationBackfillInProgressException"
    passes(seconds=2)
    start(boto3_ecr, account_id)


def test_ten_backfills_at_once(
    boto3_ecr: ECRClient, account_id: str, make_client: Callable[..., ECRClient]
) -> None:
    """The eleventh in progress is LimitExceededException (API StartReplicationBackfill)."""
    configure(boto3_ecr, rule_of(*(destination_of(account_id, region) for region in REGIONS)))
    for region in REGIONS[:10]:
        start(boto3_ecr, account_id, region)
    last = destination_of(account_id, REGIONS[10])
    once = make_client(config=Config(retries={"total_max_attempts": 1}))
    assert code_of(once.start_replication_backfill, destination=last) == "LimitExceededException"


def test_a_stop_while_it_prepares(
    boto3_ecr: ECRClient, ireland: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """It is STOPPED at once, replicates nothing, and never has a progress (API reference)."""
    backfill_id = start(boto3_ecr, account_id)
    answer: Any = boto3_ecr.stop_replication_backfill(replicationBackfillId=backfill_id)
    assert (answer["status"], answer["replicationBackfillId"]) == ("STOPPED", backfill_id)
    passes(seconds=5)
    stopped = described(boto3_ecr, backfill_id)
    assert (stopped["status"], stopped["results"]) == ("STOPPED", [])
    assert "progress" not in stopped
    assert stopped["endedAt"] == stopped["startedAt"]
    assert images(ireland) == set()
    start(boto3_ecr, account_id)


def test_a_stop_while_it_replicates(
    boto3_ecr: ECRClient, ireland: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """It is STOPPING until the replications in progress are done (API StopReplicationBackfill)."""
    backfill_id = start(boto3_ecr, account_id)
    passes(seconds=1)
    answer: Any = boto3_ecr.stop_replication_backfill(replicationBackfillId=backfill_id)
    assert answer["status"] == "STOPPING"
    assert described(boto3_ecr, backfill_id)["results"] == []
    passes(seconds=1)
    stopped = described(boto3_ecr, backfill_id)
    assert (stopped["status"], len(stopped["results"])) == ("STOPPED", 2)
    assert images(ireland) == images(boto3_ecr)


def test_what_has_ended_is_not_stopped(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """A stop of what ends or has ended is an invalid status (API StopReplicationBackfill)."""
    backfill_id = start(boto3_ecr, account_id)
    passes(seconds=1)
    boto3_ecr.stop_replication_backfill(replicationBackfillId=backfill_id)
    for _ in range(2):
        code = code_of(boto3_ecr.stop_replication_backfill, replicationBackfillId=backfill_id)
        assert code == "ReplicationBackfillInvalidStatusException"
        passes(seconds=1)


def test_backfills_are_listed_by_page(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """A page holds 25 unless it is asked for more, 50 at most (API ListReplicationBackfills)."""
    started: list[str] = []
    for _ in range(26):
        started.append(start(boto3_ecr, account_id))
        passes(seconds=2)
    first = boto3_ecr.list_replication_backfills()
    token = first["nextToken"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
    pages = [first["backfills"], listed(boto3_ecr, nextToken=token)]
    assert [len(page) for page in pages] == [25, 1]
    assert sorted(b["replicationBackfillId"] for page in pages for b in page) == sorted(started)
    assert len(listed(boto3_ecr, maxResults=50)) == 26
    message_of(boto3_ecr.list_replication_backfills, maxResults=51)


def test_backfills_are_kept_for_ninety_days(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """90 days after its end a backfill is gone (API ListReplicationBackfills)."""
    backfill_id = start(boto3_ecr, account_id)
    passes(seconds=2)
    passes(days=89)
    assert [each["replicationBackfillId"] for each in listed(boto3_ecr)] == [backfill_id]
    passes(days=1)
    assert listed(boto3_ecr) == []
    code = code_of(
        boto3_ecr.describe_replication_backfill_results, replicationBackfillId=backfill_id
    )
    assert code == "ReplicationBackfillNotFoundException"


@pytest.mark.parametrize(
    "operation", ["stop_replication_backfill", "describe_replication_backfill_results"]
)
def test_an_unknown_backfill(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient], account_id: str, operation: str
) -> None:
    """Unknown ids are not found, those of other registries included (API reference)."""
    code = "ReplicationBackfillNotFoundException"
    call = getattr(boto3_ecr, operation)
    assert code_of(call, replicationBackfillId=str(uuid.uuid4())) == code
    assert "'replicationBackfillId'" in message_of(call, replicationBackfillId="mine")
    ours = start(boto3_ecr, account_id)
    elsewhere = getattr(make_client(account_id="212121212121"), operation)
    share_registry(boto3_ecr, "212121212121")
    assert code_of(elsewhere, replicationBackfillId=ours) == code
    elsewhere(replicationBackfillId=ours, registryId=account_id)
