"""The emulator, moto's `mock_aws` and the extra `moto` in one process."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.testing.answers import code_of

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator


@pytest.mark.usefixtures("motos_handler")
def test_plain_moto_stays_as_it_is(boto3_ecr: Any) -> None:
    """A `mock_aws` in the same process sees moto's own ECR, and the emulator keeps its state."""
    boto3_ecr.create_repository(repositoryName="ours")
    with mock_aws():
        session: Any = boto3.Session(region_name="us-east-1")
        mocked = session.client("ecr")
        assert mocked.describe_repositories()["repositories"] == []
        # moto's own name rule, which is narrower than the service's today.
        assert code_of(mocked.create_repository, repositoryName="a__b")
        mocked.create_repository(repositoryName="theirs")
        assert [r["repositoryName"] for r in boto3_ecr.describe_repositories()["repositories"]] == [
            "ours"
        ]
    assert [r["repositoryName"] for r in boto3_ecr.describe_repositories()["repositories"]] == [
        "ours"
    ]


@pytest.mark.parametrize("missing", ["moto", "flask"])
def test_without_moto_the_emulator_names_the_extra(missing: str) -> None:
    """Without moto or its server parts, `moto=True` says what to install."""
    program = f"""
import sys, warnings
warnings.simplefilter("ignore")
sys.modules[{missing!r}] = None
from ecr_typed.testing import EcrEmulator
EcrEmulator()
try:
    EcrEmulator(moto=True)
except ImportError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "install ecr_typed[moto]" in done.stdout


def test_motos_reset_empties_the_registries(emulator: EcrEmulator, boto3_ecr: ECRClient) -> None:
    """`/moto-api/reset` resets the emulator's state together with moto's."""
    boto3_ecr.create_repository(repositoryName="app")
    request = urllib.request.Request(f"{emulator.endpoint_url}/moto-api/reset", method="POST")
    with urllib.request.urlopen(request) as response:
        assert response.status == 200
    assert boto3_ecr.describe_repositories()["repositories"] == []


def test_nothing_is_printed(emulator: EcrEmulator, capfd: pytest.CaptureFixture[str]) -> None:
    """A request for a service that not even moto has writes nothing to the terminal."""
    with pytest.raises(OSError, match="400"):
        urllib.request.urlopen(
            urllib.request.Request(
                emulator.endpoint_url,
                b"{}",
                {"Authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/r/no-such/aws4_request"},
            )
        )
    assert capfd.readouterr() == ("", "")
