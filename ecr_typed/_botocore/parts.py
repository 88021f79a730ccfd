"""The bodies of large layer parts, written with one copy of the part in memory.

botocore's serializer makes a text of the part in base64, another one of the whole JSON, and then
its bytes: with the part itself, five times its size.
"""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

PART: Final = "layerPartBlob"
_EMPTY: Final = b'"layerPartBlob": ""'
_LARGE: Final = 1024 * 1024
_STEP: Final = 3 * 64 * 1024
"""How many bytes are encoded at a time: a multiple of 3 needs no padding before the end."""


def write_parts_once(client: ECRClient) -> None:
    """Let a client of ours write large layer parts without copies in between."""
    # botocore has no public way there. If it moves, parts take more memory, as elsewhere.
    private: Any = client
    serializer: Any = getattr(private, "_serializer", None)
    if hasattr(serializer, "serialize_to_request"):
        private._serializer = _Serializer(serializer)  # noqa: SLF001  # see above


class _Serializer:
    """botocore's serializer, but for the parts of layers."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def serialize_to_request(self, parameters: Any, operation_model: Any) -> Any:
        """Return the request as botocore's serializer does."""
        part = large_part(operation_model.name, parameters)
        if part is not None:
            request = self._inner.serialize_to_request({**parameters, PART: b""}, operation_model)
            body = with_part(request.get("body"), part)
            if body is not None:
                request["body"] = body
                return request
        return self._inner.serialize_to_request(parameters, operation_model)


def large_part(operation_name: str, parameters: Any) -> bytes | None:
    """Return the part of a layer that a request carries, if it is a large one."""
    part = parameters.get(PART) if operation_name == "UploadLayerPart" else None
    return part if isinstance(part, bytes) and len(part) >= _LARGE else None


def with_part(body: object, part: bytes) -> bytearray | None:
    """Return the JSON of a request that has an empty part, with a part in its place.

    None if there is no such place.
    """
    if not isinstance(body, bytes) or body.count(_EMPTY) != 1:
        return None
    before, _, after = body.partition(_EMPTY)
    return _joined(before + _EMPTY[:-1], part, _EMPTY[-1:] + after)


def _joined(before: bytes, part: bytes, after: bytes) -> bytearray:
    """Return a body with a part in base64, written in its place."""
    size = 4 * -(-len(part) // 3)
    body = bytearray(len(before) + size + len(after))
    body[: len(before)] = before
    body[len(before) + size :] = after
    source = memoryview(part)
    place = len(before)
    for first in range(0, len(part), _STEP):
        encoded = b2a_base64(source[first : first + _STEP], newline=False)
        body[place : place + len(encoded)] = encoded
        place += len(encoded)
    return body
