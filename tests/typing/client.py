"""How a client is made, what it gives, and what its options take."""

from __future__ import annotations

from typing import assert_type

import boto3
from attrs import AttrsInstance
from botocore.config import Config
from mypy_boto3_ecr import ECRClient

from ecr_typed import BotoSession, CallEvent, EcrClient, EcrError, RetryEvent, RetryPolicy


class OwnClient(EcrClient):
    """A client with methods of a user's own."""


def on_call(event: CallEvent) -> None:
    assert_type(event.operation_name, str)
    assert_type(event.request_id, str | None)
    assert_type(event.http_status, int | None)
    assert_type(event.attempts, int)
    assert_type(event.elapsed, float)
    assert_type(event.response, AttrsInstance | None)
    assert_type(event.error, EcrError | None)


def on_retry(event: RetryEvent) -> None:
    assert_type(event.operation_name, str)
    assert_type(event.attempt, int)
    assert_type(event.error, EcrError)
    assert_type(event.sleep, float)


def retry_policy() -> None:
    policy = RetryPolicy(max_attempts=5, deadline=30, on_retry=on_retry)
    assert_type(policy.max_attempts, int)
    assert_type(policy.deadline, float | None)
    assert_type(RetryPolicy(), RetryPolicy)
    assert_type(RetryPolicy(deadline=None, on_retry=None), RetryPolicy)


def region_of(session: BotoSession) -> str | None:
    return assert_type(session.region_name, str | None)


def any_session(session: boto3.Session) -> None:
    print(region_of(session), region_of(boto3.Session(profile_name="dev")))


def make_client(session: boto3.Session, config: Config) -> None:
    assert_type(EcrClient(), EcrClient)
    assert_type(
        EcrClient(
            region_name="us-gov-west-1",
            profile_name=None,
            endpoint_url="http://127.0.0.1:5000",
            session=session,
            config=config,
            retry=RetryPolicy(max_attempts=5),
            on_call=on_call,
        ),
        EcrClient,
    )
    assert_type(EcrClient(on_call=print), EcrClient)


def boto3_client(ecr: EcrClient) -> None:
    assert_type(ecr.boto3_client, ECRClient)
    # The stubs of boto3 apply to it.
    response = ecr.boto3_client.describe_repositories(maxResults=10)
    assert_type(response["repositories"][0].get("repositoryName"), str | None)


def from_boto3(client: ECRClient) -> None:
    assert_type(EcrClient.from_boto3(client), EcrClient)
    assert_type(
        EcrClient.from_boto3(client, retry=RetryPolicy(max_attempts=1), on_call=on_call),
        EcrClient,
    )
    assert_type(OwnClient.from_boto3(client), OwnClient)


def with_options(ecr: EcrClient, own: OwnClient) -> None:
    assert_type(ecr.with_options(), EcrClient)
    assert_type(ecr.with_options(retry=RetryPolicy(deadline=2.5), on_call=on_call), EcrClient)
    assert_type(own.with_options(retry=None, on_call=None), OwnClient)


def context_manager(own: OwnClient) -> None:
    with EcrClient(region_name="us-east-1") as ecr:
        assert_type(ecr, EcrClient)
    with own as entered:
        assert_type(entered, OwnClient)
    assert_type(ecr.close(), None)
