"""Uploads of blobs: in one request, in chunks, or by mounting a blob of another repository.

A chunk is a part of the API's upload, with its limits: all chunks but the last have 5 MiB at least.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.http.distribution.errors import RegistryError, status_line
from ecr_typed.testing._emulator.http.distribution.messages import response
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.layers import SMALLEST_PART
from ecr_typed.testing._emulator.texts import protocols
from ecr_typed.testing._emulator.topics.layers import find_upload, mount_layer

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.distribution.exchange import Exchange
    from ecr_typed.testing._emulator.http.messages import HttpResponse

_RANGE = re.compile(r"(?:bytes[ =])?(\d{1,18})-(\d{1,18})(?:/.*)?", re.ASCII)


def begin(exchange: Exchange, name: str) -> HttpResponse:
    """Open an upload; with `mount` or `digest` in the query, the blob may be there at once."""
    request = exchange.request
    members = exchange.run("InitiateLayerUpload", repositoryName=name)
    upload_id: str = members["uploadId"]
    mounted = request.argument("mount")
    if mounted is not None and _mount(exchange, name, mounted):
        del exchange.registry.repository(name).layers.uploads[upload_id]
        return _created(exchange, name, mounted)
    digest = request.argument("digest")
    if digest is not None:
        return _finished(exchange, name, upload_id, digest)
    headers = [("OCI-Chunk-Min-Length", str(SMALLEST_PART))]
    return _state(exchange, name, upload_id, 202, headers)


def add_chunk(exchange: Exchange, name: str, upload_id: str) -> HttpResponse:
    """Accept the next chunk. ECR responds with 201, where the specification has 202."""
    _add(exchange, name, upload_id)
    return _state(exchange, name, upload_id, 201)


def finish(exchange: Exchange, name: str, upload_id: str) -> HttpResponse:
    """Make a blob of an upload; the request may have the last chunk, or all of the blob."""
    digest = exchange.request.argument("digest")
    if digest is None:
        raise RegistryError("DIGEST_INVALID", 400, protocols.NO_DIGEST_IN_QUERY())
    return _finished(exchange, name, upload_id, digest)


def describe(exchange: Exchange, name: str, upload_id: str) -> HttpResponse:
    """Return how much of an upload has arrived."""
    exchange.check("UploadLayerPart", name)
    find_upload(exchange.registry.repository(name), upload_id)
    return _state(exchange, name, upload_id, 204)


def cancel(exchange: Exchange, name: str, upload_id: str) -> HttpResponse:
    """Forget an upload."""
    exchange.check("UploadLayerPart", name)
    repository = exchange.registry.repository(name)
    find_upload(repository, upload_id)
    del repository.layers.uploads[upload_id]
    return response("204 NO CONTENT")


def _add(exchange: Exchange, name: str, upload_id: str) -> None:
    """Add the body of the request to an upload, at the place that the client states if it does."""
    exchange.check("UploadLayerPart", name)
    body, stated = exchange.request.body, exchange.request.content_range
    upload = find_upload(exchange.registry.repository(name), upload_id)
    first, last = upload.size, upload.size + len(body) - 1
    if stated:
        found = _RANGE.fullmatch(stated.strip())
        if found is None:
            raise RegistryError(
                "BLOB_UPLOAD_INVALID", 400, protocols.BAD_CONTENT_RANGE(stated=stated)
            )
        first, last = int(found[1]), int(found[2])
    elif not body:
        return
    try:
        exchange.run(
            "UploadLayerPart",
            repositoryName=name,
            uploadId=upload_id,
            partFirstByte=first,
            partLastByte=last,
            layerPartBlob=body,
        )
    except ServiceError as error:
        if error.code != "InvalidLayerPartException":
            raise
        # With the place where to go on, a client can send what is missing.
        _, headers, _ = _state(exchange, name, upload_id, 416)
        refusal = RegistryError.of(error.code, error.message)
        raise RegistryError(refusal.code, refusal.status, error.message, headers[1:]) from error


def _mount(exchange: Exchange, name: str, digest: str) -> bool:
    """Share a layer of another repository, if it can be shared and the caller may download it."""
    source = exchange.request.argument("from")
    if not source:
        return False
    try:
        # This refuses a layer that no image refers to, as well.
        exchange.run("GetDownloadUrlForLayer", repositoryName=source, layerDigest=digest)
    except ServiceError:
        return False
    return mount_layer(exchange.registry, name, digest, source)


def _finished(exchange: Exchange, name: str, upload_id: str, digest: str) -> HttpResponse:
    _add(exchange, name, upload_id)
    try:
        exchange.run(
            "CompleteLayerUpload", repositoryName=name, uploadId=upload_id, layerDigests=[digest]
        )
    except ServiceError as error:
        if error.code != "LayerAlreadyExistsException":
            raise
    return _created(exchange, name, digest)


def _created(exchange: Exchange, name: str, digest: str) -> HttpResponse:
    headers = [
        ("Location", exchange.request.url(f"{name}/blobs/{digest}")),
        ("Docker-Content-Digest", digest),
    ]
    return response("201 CREATED", headers)


def _state(
    exchange: Exchange,
    name: str,
    upload_id: str,
    status: int,
    more: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    """Return where an upload goes on. The range of nothing is `0-0`, as that of one byte is."""
    upload = find_upload(exchange.registry.repository(name), upload_id)
    headers = [
        ("Location", exchange.request.url(f"{name}/blobs/uploads/{upload_id}")),
        ("Docker-Upload-UUID", upload_id),
        ("Range", f"0-{max(upload.last_byte, 0)}"),
        *(more or []),
    ]
    return response(status_line(status), headers)
