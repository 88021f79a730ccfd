"""A client of the registry protocol: urllib3 with a token, and little more."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import urllib3

from tests.testing.pushing import OCI_MANIFEST, digest_of, manifest_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_ecr import ECRClient


def token_of(boto3_ecr: ECRClient, **arguments: Any) -> str:
    """Get a token: the base64 of a user name and a password."""
    data: Any = boto3_ecr.get_authorization_token(**arguments)["authorizationData"][0]
    token: str = data["authorizationToken"]
    return token


class Registry:
    """Sends requests to a registry, with a token."""

    def __init__(self, endpoint_url: str, token: str) -> None:
        self.endpoint_url = endpoint_url
        self.token = token
        self._pool = urllib3.PoolManager(retries=False)

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        redirect: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        """Send a request; a path is one below `/v2/`, or a whole URL."""
        url = path if path.startswith("http") else f"{self.endpoint_url}/v2/{path}"
        return self._pool.request(
            method,
            url,
            body=body,
            headers={"Authorization": f"Basic {self.token}", **(headers or {})},
            redirect=redirect,
            retries=3 if redirect else False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def upload(self, content: bytes | str, repository: str = "app") -> str:
        """Upload a blob as Docker does: open, stream, finish."""
        opened = self("POST", f"{repository}/blobs/uploads/")
        assert opened.status == 202, opened.data
        streamed = self("PATCH", opened.headers["Location"], content)
        assert streamed.status == 201, streamed.data
        digest = digest_of(content)
        finished = self("PUT", f"{streamed.headers['Location']}?digest={digest}")
        assert finished.status == 201, finished.data
        return digest

    def push(
        self,
        reference: str,
        manifest: str,
        repository: str = "app",
        media_type: str = OCI_MANIFEST,
    ) -> urllib3.BaseHTTPResponse:
        """Push a manifest."""
        headers = {"Content-Type": media_type}
        return self("PUT", f"{repository}/manifests/{reference}", manifest, headers=headers)

    def push_image(self, name: str = "one", repository: str = "app", tag: str | None = None) -> str:
        """Push an image of this name with its blobs, and give its digest."""
        for content in (f"config {name}", f"layer {name}"):
            self.upload(content, repository)
        pushed = self.push(tag or name, manifest_of(name), repository)
        assert pushed.status == 201, pushed.data
        return pushed.headers["Docker-Content-Digest"]


def error_of(response: urllib3.BaseHTTPResponse) -> tuple[int, str, str]:
    """Give status, code and message of a refusal in the registry's format."""
    assert response.headers["Content-Type"].startswith("application/json")
    (error,) = json.loads(response.data)["errors"]
    return response.status, error["code"], error["message"]


def basic(user: str, password: str) -> str:
    """Write the value of an `Authorization` header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
