"""What the methods for replication take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DescribeImageReplicationStatusResponse,
    DescribeReplicationBackfillResultsResponse,
    EcrClient,
    ImageIdentifier,
    ListReplicationBackfillsResponse,
    Pager,
    ReplicationBackfillResult,
    ReplicationBackfillResultStatus,
    ReplicationBackfillSummary,
    ReplicationConfiguration,
    ReplicationDestination,
    StartReplicationBackfillResponse,
    StopReplicationBackfillResponse,
)


def put_replication_configuration(
    ecr: EcrClient, replication_configuration: ReplicationConfiguration
) -> None:
    assert_type(
        ecr.put_replication_configuration(replication_configuration), ReplicationConfiguration
    )
    assert_type(
        ecr.put_replication_configuration(replication_configuration=replication_configuration),
        ReplicationConfiguration,
    )


def describe_image_replication_status(ecr: EcrClient, image_id: ImageIdentifier) -> None:
    assert_type(
        ecr.describe_image_replication_status("team/app", image_id),
        DescribeImageReplicationStatusResponse,
    )
    assert_type(
        ecr.describe_image_replication_status(
            repository_name="team/app",
            image_id=image_id,
            registry_id="012345678910",
        ),
        DescribeImageReplicationStatusResponse,
    )


def start_replication_backfill(ecr: EcrClient, destination: ReplicationDestination) -> None:
    assert_type(ecr.start_replication_backfill(destination), StartReplicationBackfillResponse)
    assert_type(
        ecr.start_replication_backfill(
            destination=destination,
            registry_id="012345678910",
        ),
        StartReplicationBackfillResponse,
    )


def stop_replication_backfill(ecr: EcrClient) -> None:
    assert_type(ecr.stop_replication_backfill("backfill"), StopReplicationBackfillResponse)
    assert_type(
        ecr.stop_replication_backfill(
            replication_backfill_id="backfill",
            registry_id="012345678910",
        ),
        StopReplicationBackfillResponse,
    )


def list_replication_backfills(ecr: EcrClient) -> None:
    assert_type(
        ecr.list_replication_backfills(),
        Pager[ReplicationBackfillSummary, ListReplicationBackfillsResponse],
    )
    assert_type(
        ecr.list_replication_backfills(
            registry_id="012345678910",
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[ReplicationBackfillSummary, ListReplicationBackfillsResponse],
    )


def describe_replication_backfill_results(
    ecr: EcrClient, result_status_filter: ReplicationBackfillResultStatus
) -> None:
    assert_type(
        ecr.describe_replication_backfill_results("backfill"),
        Pager[ReplicationBackfillResult, DescribeReplicationBackfillResultsResponse],
    )
    assert_type(
        ecr.describe_replication_backfill_results(
            replication_backfill_id="backfill",
            registry_id="012345678910",
            result_status_filter=result_status_filter,
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[ReplicationBackfillResult, DescribeReplicationBackfillResultsResponse],
    )
