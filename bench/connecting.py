"""Clients of a service on loopback, as a program has them that sets nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from ecr_typed import EcrClient

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient


def _session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name="us-east-1")


def plain_client(url: str, config: Config | None = None) -> ECRClient:
    """Make boto3's own client."""
    # The stubs of `client` name every service of AWS, most of them not installed.
    session: Any = _session()
    client: ECRClient = session.client("ecr", endpoint_url=url, config=config)
    return client


def typed_client(url: str) -> EcrClient:
    """Make ours."""
    return EcrClient(session=_session(), endpoint_url=url)
