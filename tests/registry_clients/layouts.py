"""Images on disk, in the layout of OCI: what tools copy from and to."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from pathlib import Path
from typing import Any

_IMAGE = "application/vnd.oci.image."


def write_layout(folder: Path, *, layer_size: int = 1000) -> str:
    """Write an index with an image for each of two platforms, and give the index's digest."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', "utf-8")
    children = [_image(folder, name, layer_size) for name in ("amd64", "arm64")]
    index = _json(
        folder,
        {
            "schemaVersion": 2,
            "mediaType": f"{_IMAGE}index.v1+json",
            "manifests": children,
        },
        f"{_IMAGE}index.v1+json",
        annotations={"org.opencontainers.image.ref.name": "v1"},
    )
    (folder / "index.json").write_text(
        json.dumps({"schemaVersion": 2, "manifests": [index]}), "utf-8"
    )
    digest: str = index["digest"]
    return digest


def _image(folder: Path, architecture: str, layer_size: int) -> dict[str, Any]:
    """Write an image of one layer, which does not compress."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("data")
        entry.size = layer_size
        archive.addfile(entry, io.BytesIO(random.Random(architecture).randbytes(layer_size)))
    layer = gzip.compress(tar.getvalue(), 1, mtime=0)
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{_sha256(tar.getvalue())}"]}
    config = {"architecture": architecture, "os": "linux", "rootfs": rootfs}
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_IMAGE}manifest.v1+json",
        "config": _json(folder, config, f"{_IMAGE}config.v1+json"),
        "layers": [_blob(folder, layer, f"{_IMAGE}layer.v1.tar+gzip")],
    }
    platform = {"architecture": architecture, "os": "linux"}
    return _json(folder, manifest, manifest["mediaType"], platform=platform)


def _json(folder: Path, document: object, media_type: Any, **members: Any) -> dict[str, Any]:
    return _blob(folder, json.dumps(document).encode(), media_type, **members)


def _blob(folder: Path, content: bytes, media_type: str, **members: Any) -> dict[str, Any]:
    digest = _sha256(content)
    (folder / "blobs" / "sha256" / digest).write_bytes(content)
    return {
        "mediaType": media_type,
        "digest": f"sha256:{digest}",
        "size": len(content),
        **members,
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def blobs_of(folder: Path) -> dict[str, bytes]:
    """Give all blobs of a layout by their digests."""
    return {path.name: path.read_bytes() for path in (folder / "blobs" / "sha256").iterdir()}
