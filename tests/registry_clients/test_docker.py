"""Docker's command line, as far as it works without its daemon: log in, and handle manifests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from ecr_typed import EcrClient, ImageIdentifier
from ecr_typed.documents import ImageIndex, parse_manifest
from ecr_typed.testing import EcrEmulator

Docker: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def docker(tmp_path: Path) -> Docker:
    """Give a function that runs docker, which is not logged in anywhere."""
    # No daemon listens there, not even where this machine has one.
    ours = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none"}

    def docker(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["docker", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **ours},
        )

    return docker


def test_docker_logs_in_with_the_password(docker: Docker, host: str, password: str) -> None:
    login = "login", "--username=AWS", "--password-stdin", host
    refused = docker(*login, stdin="wrong")
    assert refused.returncode == 1
    assert "401 Unauthorized" in refused.stderr
    accepted = docker(*login, stdin=password)
    assert (accepted.returncode, accepted.stdout) == (0, "Login Succeeded\n")


def test_docker_pushes_a_list_of_manifests(
    docker: Docker, emulator: EcrEmulator, ecr: EcrClient, host: str, password: str
) -> None:
    docker("login", "--username=AWS", "--password-stdin", host, stdin=password)
    uri = ecr.create_repository("team/app").repository_uri
    architectures = ("amd64", "arm64")
    children = {
        emulator.push_image("team/app", tags=[each], platform=f"linux/{each}").image_digest
        for each in architectures
    }
    parts = [f"{uri}:{each}" for each in architectures]
    created = docker("manifest", "create", "--insecure", f"{uri}:all", *parts)
    assert created.returncode == 0, created.stderr
    pushed = docker("manifest", "push", "--insecure", f"{uri}:all")
    assert pushed.returncode == 0, pushed.stderr
    (stored,) = ecr.batch_get_image("team/app", [ImageIdentifier(image_tag="all")]).images
    index = parse_manifest(stored.image_manifest or "")
    assert isinstance(index, ImageIndex)
    assert index.digest == pushed.stdout.strip()
    assert {each.digest for each in index.manifests or ()} == children
