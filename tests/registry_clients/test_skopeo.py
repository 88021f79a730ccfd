"""skopeo, whose library podman and buildah use, too."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from ecr_typed import EcrClient, ImageIdentifier, ImageTagMutability
from ecr_typed.testing import EcrEmulator

from .layouts import blobs_of, write_layout

Skopeo: TypeAlias = Callable[..., str]

MIB = 1024 * 1024


class SkopeoError(Exception):
    """What skopeo prints when it fails."""


@pytest.fixture
def skopeo(host: str, password: str, tmp_path: Path) -> Skopeo:
    """Give a function that runs skopeo, logged in to the emulator."""
    login = tmp_path / "login.json"

    def skopeo(command: str, *arguments: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["skopeo", command, f"--authfile={login}", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SkopeoError(done.stderr)
        return done.stdout

    options = ("--tls-verify=false", "--username=AWS", "--password-stdin", host)
    with pytest.raises(SkopeoError, match=r"invalid username/password"):
        skopeo("login", *options, stdin="wrong")
    assert "Login Succeeded" in skopeo("login", *options, stdin=password)
    return skopeo


@pytest.fixture
def copy(skopeo: Skopeo) -> Skopeo:
    """Give a function that copies images of all platforms."""

    def copy(source: str, target: str, *options: str) -> str:
        policy = "--src-tls-verify=false", "--dest-tls-verify=false"
        return skopeo("copy", "--all", *policy, *options, source, target)

    return copy


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """Give the folder of an image for two platforms."""
    folder = tmp_path / "layout"
    write_layout(folder)
    return folder


def test_an_index_is_copied_in_and_out_with_equal_digests(
    copy: Skopeo, ecr: EcrClient, tmp_path: Path
) -> None:
    # More than the smallest part, and more than the largest part of the API.
    digest = write_layout(tmp_path / "in", layer_size=21 * MIB)
    uri = ecr.create_repository("team/app").repository_uri
    copy(f"oci:{tmp_path}/in:v1", f"docker://{uri}:v1", "--preserve-digests")
    (index,) = ecr.describe_images("team/app", image_ids=[ImageIdentifier(image_tag="v1")])
    assert index.image_digest == digest
    assert len(ecr.describe_images("team/app").to_list()) == 3
    copy(f"docker://{uri}:v1", f"oci:{tmp_path}/out:v1", "--preserve-digests")
    assert blobs_of(tmp_path / "out") == blobs_of(tmp_path / "in")
    assert all(
        image.last_recorded_pull_time is not None for image in ecr.describe_images("team/app")
    )


def test_an_index_becomes_one_of_docker(copy: Skopeo, ecr: EcrClient, layout: Path) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    copy(f"oci:{layout}:v1", f"docker://{uri}:v1", "--format=v2s2")
    media_types = {image.image_manifest_media_type for image in ecr.describe_images("team/app")}
    assert media_types == {
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    }


def test_what_the_api_pushed_is_copied_to_another_repository(
    copy: Skopeo, ecr: EcrClient, emulator: EcrEmulator
) -> None:
    source = ecr.create_repository("team/source").repository_uri
    target = ecr.create_repository("team/target").repository_uri
    ecr.put_account_setting("BLOB_MOUNTING", "ENABLED")
    children = [emulator.push_image("team/source", platform=f"linux/{each}") for each in "ab"]
    pushed = emulator.push_image("team/source", tags=["v1"], children=children)
    copy(f"docker://{source}:v1", f"docker://{target}:v1", "--preserve-digests")
    (copied,) = ecr.describe_images("team/target", image_ids=[ImageIdentifier(image_tag="v1")])
    assert copied.image_digest == pushed.image_digest


def test_an_image_is_inspected(skopeo: Skopeo, ecr: EcrClient, emulator: EcrEmulator) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    pushed = emulator.push_image("team/app", tags=["v1"], labels={"team": "payments"})
    seen = json.loads(skopeo("inspect", "--tls-verify=false", f"docker://{uri}:v1"))
    assert seen["Name"] == uri
    assert seen["Digest"] == pushed.image_digest
    assert seen["RepoTags"] == ["v1"]
    assert seen["Labels"] == {"team": "payments"}
    (stored,) = ecr.batch_get_image("team/app", [ImageIdentifier(image_tag="v1")]).images
    raw = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{uri}:v1")
    assert raw == stored.image_manifest


def test_all_tags_are_listed(skopeo: Skopeo, ecr: EcrClient, emulator: EcrEmulator) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    tags = {f"v{number}" for number in range(250)}
    emulator.push_image("team/app", tags=sorted(tags))
    listed = json.loads(skopeo("list-tags", "--tls-verify=false", f"docker://{uri}"))["Tags"]
    assert (len(listed), set(listed)) == (250, tags)


def test_an_image_is_deleted(skopeo: Skopeo, ecr: EcrClient, emulator: EcrEmulator) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    emulator.push_image("team/app", tags=["v1"])
    skopeo("delete", "--tls-verify=false", f"docker://{uri}:v1")
    assert ecr.describe_images("team/app").to_list() == []
    with pytest.raises(SkopeoError, match="manifest unknown"):
        skopeo("inspect", "--tls-verify=false", f"docker://{uri}:v1")


def test_refusals_have_the_words_of_ecr(
    copy: Skopeo, ecr: EcrClient, emulator: EcrEmulator, host: str, layout: Path
) -> None:
    with pytest.raises(SkopeoError, match="repository with name 'team/none' does not exist"):
        copy(f"oci:{layout}:v1", f"docker://{host}/team/none:v1")
    uri = ecr.create_repository(
        "team/app", image_tag_mutability=ImageTagMutability.IMMUTABLE
    ).repository_uri
    emulator.push_image("team/app", tags=["v1"])
    with pytest.raises(SkopeoError, match="cannot be overwritten because the repository is imm"):
        copy(f"oci:{layout}:v1", f"docker://{uri}:v1")
    emulator.clock.advance(timedelta(hours=13))
    with pytest.raises(SkopeoError, match=r"Your authorization token has expired|403"):
        copy(f"oci:{layout}:v1", f"docker://{uri}:v2")
