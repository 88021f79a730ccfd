"""A boto3 that is too old, and an extra that is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import botocore
import pytest
from botocore.loaders import Loader

import ecr_typed
from ecr_typed import EcrClient, EcrConfigurationError
from ecr_typed._wire import GENERATED_FROM
from tests.support.clients import boto3_client
from tests.support.errors import error_of


def run_python(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(ecr_typed.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def old_session(monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """Give a session of a boto3 that lacks an operation and a parameter."""
    load = Loader.load_service_model

    def load_old(self: Loader, service: str, kind: str, api_version: str | None = None) -> Any:
        model: Any = load(self, service, kind, api_version)
        if (service, kind) != ("ecr", "service-2"):
            return model
        operations = {k: v for k, v in model["operations"].items() if k != "ListImageReferrers"}
        request = model["shapes"]["PutImageTagMutabilityRequest"]
        members = {k: v for k, v in request["members"].items() if not k.endswith("Filters")}
        shapes = {
            **model["shapes"],
            "PutImageTagMutabilityRequest": {**request, "members": members},
        }
        return {**model, "operations": operations, "shapes": shapes}

    monkeypatch.setattr(Loader, "load_service_model", load_old)
    monkeypatch.setattr(botocore, "__version__", "1.36.2")
    return boto3.Session(region_name="us-east-1")


@pytest.mark.parametrize("kind", ["made", "adopted"])
@pytest.mark.parametrize("lacks", ["operation", "parameter"])
def test_old_boto3_says_which_is_needed(old_session: boto3.Session, kind: str, lacks: str) -> None:
    """A boto3 that lacks an operation or a parameter is told apart from a mistake in the call."""
    made = kind == "made"
    ecr = (
        EcrClient(session=old_session) if made else EcrClient.from_boto3(boto3_client(old_session))
    )

    if lacks == "operation":
        subject = ecr_typed.SubjectIdentifier(image_digest=f"sha256:{'0' * 64}")
        error = error_of(ecr.list_image_referrers("team/app", subject).first)
    else:
        error = error_of(
            ecr.put_image_tag_mutability,
            "team/app",
            ecr_typed.ImageTagMutability.IMMUTABLE_WITH_EXCLUSION,
            image_tag_mutability_exclusion_filters=[
                ecr_typed.ImageTagMutabilityExclusionFilter(
                    filter_type=ecr_typed.ImageTagMutabilityExclusionFilterType.WILDCARD,
                    filter="dev-*",
                )
            ],
        )

    assert type(error) is EcrConfigurationError
    assert error.operation_name in {"ListImageReferrers", "PutImageTagMutability"}
    assert error.operation_name in str(error)
    assert "1.36.2" in str(error)
    assert f"pip install --upgrade 'boto3>={GENERATED_FROM}'" in str(error)


def test_package_can_be_imported_beside_an_old_boto3() -> None:
    """Without the exceptions that botocore got since 1.34, all else works."""
    newer = ("Login", "UnknownTokenProvider", "InvalidChecksum", "UnsupportedServiceProtocols")
    program = (
        "import boto3, botocore.exceptions as e\n"
        "boto3.client('ecr', region_name='us-east-1')\n"
        f"for name in [n for n in vars(e) if n.startswith({newer})]:\n"
        "    delattr(e, name)\n"
        "from ecr_typed import EcrClient\n"
        "EcrClient(region_name='us-east-1')\n"
    )
    run = run_python(program)

    assert run.returncode == 0, run.stderr


def test_import_that_fails_says_why() -> None:
    """What is missing under a name of ours is named, and not taken for the name's own absence."""
    program = "import attrs\ndel attrs.frozen\nfrom ecr_typed import RetryPolicy\n"
    run = run_python(program)

    assert run.returncode == 1
    last = run.stderr.splitlines()[-1]
    assert last.startswith("ImportError: ecr_typed.RetryPolicy can't be loaded: ")
    assert "frozen" in last


def test_emulator_without_werkzeug_names_the_extra() -> None:
    """The emulator without what it runs on says how to install it."""
    program = "import sys; sys.modules['werkzeug'] = None; import ecr_typed.testing"
    run = run_python(program)

    assert run.returncode == 1
    assert "install ecr_typed[testing]" in run.stderr.splitlines()[-1]
