"""Attach a file, such as an SBOM, to an image: `python examples/attach.py team/app v1 bill.json`.

With `--yes` it is pushed; its type is `application/spdx+json`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ecr_typed import EcrClient
from ecr_typed.documents import Descriptor
from ecr_typed.jobs import push_image, push_layer, read_manifest

name, image, path = sys.argv[1:4]
kind = "application/spdx+json"
with EcrClient() as ecr:
    found = read_manifest(ecr, name, image)
    size = len(found.text.encode())
    subject = Descriptor(media_type=found.media_type or "", digest=found.digest, size=size)
    if "--yes" not in sys.argv:
        sys.exit(f"{path} would be attached to {found.digest}: run it again with --yes")
    with Path(path).open("rb") as file:
        layer = push_layer(ecr, name, file, media_type=kind)
    print(push_image(ecr, name, None, [layer], artifact_type=kind, subject=subject))
