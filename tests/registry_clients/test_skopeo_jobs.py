"""Jobs beside a real client: skopeo takes the login, and pulls what was copied."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from ecr_typed import EcrClient
from ecr_typed.jobs import copy_image, login
from ecr_typed.testing import EcrEmulator

from .layouts import write_layout


def skopeo(*arguments: str | Path) -> bytes:
    """What skopeo prints."""
    done = subprocess.run(["skopeo", *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_saved_login_lets_skopeo_push(ecr: EcrClient, tmp_path: Path) -> None:
    digest = write_layout(tmp_path / "layout")
    config = login(ecr).save_docker_config(tmp_path / "docker")
    uri = ecr.create_repository("team/app").repository_uri

    target = f"docker://{uri}:v1"
    options = ("--all", "--preserve-digests", "--dest-tls-verify=false", "--dest-authfile", config)
    skopeo("copy", *options, f"oci:{tmp_path}/layout:v1", target)

    newest = ecr.describe_images("team/app").to_list()
    assert digest in {image.image_digest for image in newest}


def test_copied_index_is_pulled_with_the_same_digest(
    emulator: EcrEmulator, ecr: EcrClient, tmp_path: Path
) -> None:
    digest = write_layout(tmp_path / "layout")
    config = login(ecr).save_docker_config(tmp_path / "source")
    uri = ecr.create_repository("team/app").repository_uri
    options = ("--all", "--preserve-digests", "--dest-tls-verify=false", "--dest-authfile", config)
    skopeo("copy", *options, f"oci:{tmp_path}/layout:v1", f"docker://{uri}:v1")

    with emulator.client(region_name="eu-west-1") as target:
        copy_uri = target.create_repository("team/copy").repository_uri
        report = copy_image(ecr, "team/app", "v1", target, "team/copy")
        config = login(target).save_docker_config(tmp_path / "target")
    assert report.digest == digest

    pulled = tmp_path / "pulled"
    options = ("--all", "--preserve-digests", "--src-tls-verify=false", "--src-authfile", config)
    skopeo("copy", *options, f"docker://{copy_uri}:v1", f"dir:{pulled}")
    manifest = (pulled / "manifest.json").read_bytes()
    assert f"sha256:{hashlib.sha256(manifest).hexdigest()}" == digest
