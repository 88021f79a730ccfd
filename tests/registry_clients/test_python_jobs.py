"""Jobs beside ORAS for Python: a saved login lets it in, and it pulls what was copied or pushed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from ecr_typed import EcrClient
from ecr_typed.documents import Manifest
from ecr_typed.jobs import (
    RegistryLogin,
    copy_image,
    login,
    push_image,
    push_layer,
    raise_failures,
    read_manifest,
)
from ecr_typed.testing import EcrEmulator

BILL = '{"spdxVersion": "SPDX-2.3"}'


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the logins of whoever runs the tests out of them, and work where files are pushed."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def oras(found: RegistryLogin) -> Any:
    """Return a client of ORAS that knows no password yet."""
    # The session `registry` installs it.
    return import_module("oras.client").OrasClient(
        hostname=found.registry, insecure=True, auth_backend="basic"
    )


def test_saved_login_lets_oras_push_and_pull(
    emulator: EcrEmulator, ecr: EcrClient, tmp_path: Path
) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    found = login(ecr)
    config = str(found.save_docker_config(tmp_path / "source"))
    Path("bill.json").write_text(BILL, "utf-8")
    files = ["bill.json:application/spdx+json"]
    wrong = str(attrs.evolve(found, password="wrong").save_docker_config(tmp_path / "wrong"))
    # ORAS takes the refusal, which is plain text as ECR's is, for JSON.
    with pytest.raises(ValueError, match="Expecting value"):
        oras(found).push(f"{uri}:bill", files=files, config_path=wrong)
    assert ecr.describe_images("team/app").to_list() == []
    pushed = oras(found).push(f"{uri}:bill", files=files, config_path=config)
    digest = pushed.headers["Docker-Content-Digest"]

    with emulator.client(region_name="eu-west-1") as target:
        copy = target.create_repository("team/copy").repository_uri
        report = copy_image(ecr, "team/app", "bill", target, "team/copy")
        raise_failures(report.outcomes)
        there = login(target)
    assert report.digest == digest
    config = str(there.save_docker_config(tmp_path / "target"))
    outdir = str(tmp_path / "pulled")
    (path,) = oras(there).pull(f"{copy}:bill", outdir=outdir, config_path=config)
    assert Path(path).read_text("utf-8") == BILL


def test_oras_pulls_what_push_image_pushed(ecr: EcrClient, tmp_path: Path) -> None:
    uri = ecr.create_repository("team/app").repository_uri
    layer = push_layer(ecr, "team/app", BILL.encode(), media_type="application/spdx+json")
    push_image(ecr, "team/app", None, [layer], artifact_type="application/spdx+json", tags=["bill"])
    manifest = read_manifest(ecr, "team/app", "bill")
    assert isinstance(manifest, Manifest)

    found = login(ecr)
    config = str(found.save_docker_config(tmp_path / "docker"))
    client = oras(found)
    client.auth.load_configs(import_module("oras.container").Container(uri), [config])
    got = client.get_manifest(f"{uri}:bill")
    assert got["artifactType"] == manifest.artifact_type == "application/spdx+json"
    blob = client.get_blob(f"{uri}:bill", got["layers"][0]["digest"])
    assert blob.content == BILL.encode()
