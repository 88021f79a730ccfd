"""Any request at all: the response is always one of the registry's protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.testing.pushing import OCI_INDEX, digest_of, manifest_of, push

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

    from .registry import Registry

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
PATHS = ["", "_catalog", "{}/tags/list", "{}/referrers/{}", "{}/manifests/{}", "{}/blobs/{}"]
UPLOADS = ["{}/blobs/uploads/", "{}/blobs/uploads/{}"]
QUERIES = ["n", "last", "digest", "mount", "from", "artifactType"]
HEADERS = ["Content-Range", "Content-Type", "Accept", "Range"]

words = st.sampled_from(["app", "v1", "none", "a/b", digest_of("layer v1")]) | st.text(max_size=8)
values = words | st.integers(-1, 2000).map(str) | st.sampled_from(["0-3", "bytes=0-", OCI_INDEX])
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
bodies = st.binary(max_size=8) | st.sampled_from([manifest_of("v1").encode(), b"{}", b"[]"])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(METHODS),
    path=st.sampled_from(PATHS + UPLOADS),
    places=st.tuples(words, words),
    query=st.dictionaries(st.sampled_from(QUERIES), values, max_size=2),
    headers=st.dictionaries(
        st.sampled_from(HEADERS), printable | st.sampled_from(["0-7", OCI_INDEX]), max_size=2
    ),
    body=bodies,
)
def test_no_request_makes_the_emulator_fail(
    app: ECRClient,
    registry: Registry,
    method: str,
    path: str,
    places: tuple[str, str],
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes,
) -> None:
    if not app.list_images(repositoryName="app")["imageIds"]:
        push(app, "v1")
    name, reference = (quote(place) for place in places)
    arguments = "&".join(f"{key}={quote(value)}" for key, value in query.items())
    url = f"{path.format(name, reference)}?{arguments}"
    response = registry(method, url, body, headers=headers)
    assert response.status < 500
    assert response.headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    if response.status >= 400 and method != "HEAD":
        (error,) = json.loads(response.data)["errors"]
        assert error["code"].isupper()
        assert error["message"]
