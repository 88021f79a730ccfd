"""Clients in Python: ORAS for artifacts, and python-dxf for blobs and aliases."""

from __future__ import annotations

import os
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ecr_typed import EcrClient, SubjectIdentifier
from ecr_typed.testing import EcrEmulator

MIB = 1024 * 1024
DIGEST = f"sha256:{sha256(b'content').hexdigest()}"


@pytest.fixture
def oras(host: str, password: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give ORAS, logged in to the emulator; its files are in the working directory."""
    # The session `registry` installs both clients.
    client: Any = import_module("oras.client").OrasClient(
        hostname=host, insecure=True, auth_backend="basic"
    )
    client.auth.set_basic_auth("AWS", password)
    monkeypatch.chdir(tmp_path)
    return client


@pytest.fixture
def dxf(ecr: EcrClient, host: str, password: str) -> Any:
    """Give python-dxf for a repository, logged in to the emulator by a Bearer token."""
    ecr.create_repository("team/app")
    client: Any = import_module("dxf").DXF(host, "team/app", insecure=True)
    client.token = password
    return client


def test_oras_pushes_a_file_with_a_subject_and_pulls_it(
    oras: Any, ecr: EcrClient, emulator: EcrEmulator, tmp_path: Path
) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    image = emulator.push_image("team/app", tags=["v1"])
    Path("bill.json").write_text('{"spdxVersion": "SPDX-2.3"}', "utf-8")
    subject = import_module("oras.oci").Subject(
        image.image_manifest_media_type, image.image_digest, 500
    )
    response = oras.push(f"{uri}:bill", files=["bill.json:application/spdx+json"], subject=subject)
    assert response.headers["OCI-Subject"] == image.image_digest
    (referrer,) = ecr.list_image_referrers(
        "team/app", SubjectIdentifier(image_digest=image.image_digest or "")
    )
    assert referrer.digest == response.headers["Docker-Content-Digest"]
    (path,) = oras.pull(f"{uri}:bill", outdir=str(tmp_path / "pulled"))
    assert Path(path).read_text("utf-8") == '{"spdxVersion": "SPDX-2.3"}'


def test_oras_pushes_in_chunks(oras: Any, ecr: EcrClient, tmp_path: Path) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    content = os.urandom(17 * MIB)
    Path("model.bin").write_bytes(content)
    oras.push(f"{uri}:model", files=["model.bin"], do_chunked=True, chunk_size=5 * MIB)
    (path,) = oras.pull(f"{uri}:model", outdir=str(tmp_path / "pulled"))
    assert Path(path).read_bytes() == content


def test_oras_lists_and_deletes_tags(oras: Any, ecr: EcrClient, emulator: EcrEmulator) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    tags = {f"v{number}" for number in range(150)}
    emulator.push_image("team/app", tags=sorted(tags))
    assert set(oras.get_tags(uri)) == tags
    emulator.push_image("team/app", tags=["other"])
    oras.delete_tags(uri, ["other"])
    assert set(oras.get_tags(uri)) == tags


def test_dxf_pushes_blobs_and_names_them(dxf: Any, ecr: EcrClient) -> None:
    digest = dxf.push_blob(data=iter([b"content"]), digest=DIGEST)
    assert dxf.blob_size(digest) == 7
    dxf.set_alias("v1", digest)
    assert dxf.list_aliases() == ["v1"]
    assert dxf.get_alias("v1") == [digest]
    assert b"".join(dxf.pull_blob(digest)) == b"content"
    assert dxf.list_repos() == ["team/app"]
    (image,) = ecr.describe_images("team/app")
    assert image.image_tags == ("v1",)
    dxf.del_alias("v1")
    assert ecr.describe_images("team/app").to_list() == []


def test_dxf_mounts_a_blob(dxf: Any, ecr: EcrClient, host: str, password: str) -> None:
    ecr.create_repository("team/base")
    ecr.put_account_setting("BLOB_MOUNTING", "ENABLED")
    base: Any = import_module("dxf").DXF(host, "team/base", insecure=True)
    base.token = password
    digest = base.push_blob(data=iter([b"content"]), digest=DIGEST)
    # Only what an image refers to is mounted.
    base.set_alias("v1", digest)
    assert dxf.mount_blob("team/base", digest) == digest
    assert dxf.blob_size(digest) == 7


def test_dxf_is_told_to_log_in(dxf: Any) -> None:
    dxf.token = "wrong"
    with pytest.raises(import_module("dxf.exceptions").DXFUnauthorizedError):
        dxf.list_aliases()
