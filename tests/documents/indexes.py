"""Indexes that tests make up: images that need no layers."""

from __future__ import annotations

import json

from ecr_typed.documents import ImageIndex, parse_manifest

INDEX = "application/vnd.oci.image.index.v1+json"


def index_of(name: str, *children: ImageIndex) -> ImageIndex:
    """An index that lists others."""
    descriptors = [
        {"mediaType": INDEX, "digest": child.digest, "size": len(child.text)} for child in children
    ]
    index = parse_manifest(
        json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": INDEX,
                "manifests": descriptors,
                "annotations": {"name": name},
            }
        )
    )
    assert isinstance(index, ImageIndex)
    return index
