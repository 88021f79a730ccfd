"""Clients read botocore's data files into plain dicts: quicker, and with the same content."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import DataNotFoundError
from botocore.loaders import create_loader

from ecr_typed import EcrClient


def loader_of_client() -> Any:
    """The loader of a client whose session is ours."""
    client: Any = EcrClient(region_name="eu-west-1").boto3_client
    # No public attribute has the loader. Its copies of the data are botocore's, which completes the
    # entry of a client's region: files that are read anew show what is in them.
    loader: Any = create_loader()
    loader.file_loader = client._loader.file_loader
    return loader


@pytest.mark.parametrize("name", ["endpoints", "partitions", "sdk-default-configuration", "_retry"])
def test_data_is_what_botocore_reads(name: str) -> None:
    """The order of the members is the same, too."""
    assert json.dumps(loader_of_client().load_data(name)) == json.dumps(
        create_loader().load_data(name)
    )


@pytest.mark.parametrize("kind", ["service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1"])
def test_service_models_are_what_botocore_reads(kind: str) -> None:
    """Also those that are compressed."""
    assert json.dumps(loader_of_client().load_service_model("ecr", kind)) == json.dumps(
        create_loader().load_service_model("ecr", kind)
    )


def test_missing_data_is_missing() -> None:
    """What is not there is botocore's own error."""
    with pytest.raises(DataNotFoundError):
        loader_of_client().load_data("none-of-its-files")
