"""Listings by the registry protocol: repositories, tags, referrers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.testing.pushing import OCI_INDEX, digest_of, manifest_of, push, push_signature

from .registry import Registry, error_of

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def pages(registry: Registry, path: str) -> list[Any]:
    """Follow the `Link` headers, and give the document of each page."""
    documents: list[Any] = []
    following: str | None = path
    while following is not None:
        response = registry("GET", following)
        assert response.status == 200
        documents.append(json.loads(response.data))
        found = re.fullmatch('<(.+)>; rel="next"', response.headers.get("Link", ""))
        following = None if found is None else found[1]
    return documents


def test_tags_are_listed_by_page(app: ECRClient, registry: Registry) -> None:
    assert pages(registry, "app/tags/list") == [{"name": "app", "tags": []}]
    tags = [f"v{number}" for number in range(5)]
    for tag in tags:
        push(app, tag)
    push(app, manifest=manifest_of("v0", annotations={"is": "untagged"}))
    (whole,) = pages(registry, "app/tags/list")
    assert sorted(whole["tags"]) == tags
    parts = pages(registry, "app/tags/list?n=2")
    assert [len(part["tags"]) for part in parts] == [2, 2, 1]
    assert [tag for part in parts for tag in part["tags"]] == whole["tags"]


def test_tags_by_the_hundred_unless_more_are_asked_for(app: ECRClient, registry: Registry) -> None:
    push(app, "v0")
    for number in range(1, 101):
        registry.push(f"v{number}", manifest_of("v0"))
    assert [len(page["tags"]) for page in pages(registry, "app/tags/list")] == [100, 1]
    assert [len(page["tags"]) for page in pages(registry, "app/tags/list?n=1000")] == [101]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "n=10000",
            (
                "Invalid parameter at 'maxResults' failed to satisfy constraint: "
                "'Member must have value less than or equal to 1000'"
            ),
        ),
        ("n=ten", "'maxResults'"),
        # No more digits than Python would read, and no digits of other scripts.
        (f"n={'9' * 5000}", "'maxResults'"),
        ("n=%D9%A3", "'maxResults'"),
        ("n=0", "'maxResults'"),
        # ECR continues after its own tokens alone, not after a tag.
        ("last=v1", "'nextToken'"),
    ],
)
def test_pages_that_ecr_refuses(registry: Registry, query: str, message: str) -> None:
    status, code, text = error_of(registry("GET", f"app/tags/list?{query}"))
    assert (status, code) == (405, "UNSUPPORTED")
    assert message in text


def test_repositories_are_listed_by_page(app: ECRClient, registry: Registry) -> None:
    app.create_repository(repositoryName="team/app")
    assert pages(registry, "_catalog") == [{"repositories": ["app", "team/app"]}]
    assert pages(registry, "_catalog?n=1") == [
        {"repositories": ["app"]},
        {"repositories": ["team/app"]},
    ]


def test_tags_of_no_repository(registry: Registry) -> None:
    assert error_of(registry("GET", "none/tags/list"))[:2] == (404, "NAME_UNKNOWN")


def test_referrers_are_an_index(app: ECRClient, registry: Registry) -> None:
    subject = push(app, "one")
    signature = push_signature(app, manifest_of("one"), annotations={"by": "us"})
    response = registry("GET", f"app/referrers/{subject}")
    assert response.headers["Content-Type"] == OCI_INDEX
    assert "OCI-Filters-Applied" not in response.headers
    pulled = registry("GET", f"app/manifests/{signature}").data
    assert json.loads(response.data) == {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [
            {
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": signature,
                "size": len(pulled),
                "artifactType": "application/vnd.cncf.notary.signature",
                "annotations": {"by": "us"},
            }
        ],
    }


def test_referrers_are_filtered_by_the_type_of_the_artifact(
    app: ECRClient, registry: Registry
) -> None:
    subject = push(app, "one")
    push_signature(app, manifest_of("one"))
    bill = push_signature(app, manifest_of("one"), "bill", artifactType="application/spdx+json")
    response = registry("GET", f"app/referrers/{subject}?artifactType=application/spdx%2Bjson")
    assert response.headers["OCI-Filters-Applied"] == "artifactType"
    assert [each["digest"] for each in json.loads(response.data)["manifests"]] == [bill]


def test_pages_of_referrers_keep_all_types(app: ECRClient, registry: Registry) -> None:
    subject = push(app, "one")
    digests = {
        push_signature(app, manifest_of("one"), kind, artifactType=f"application/{kind}")
        for kind in ("bill", "note")
    }
    push_signature(app, manifest_of("one"))
    types = "artifactType=application/bill&artifactType=application/note"
    found = pages(registry, f"app/referrers/{subject}?{types}&n=1")
    assert [len(page["manifests"]) for page in found] == [1, 1]
    assert {each["digest"] for page in found for each in page["manifests"]} == digests


def test_referrers_of_what_is_no_digest(registry: Registry) -> None:
    status, code, text = error_of(registry("GET", "app/referrers/v1"))
    assert (status, code) == (405, "UNSUPPORTED")
    assert "'imageDigest'" in text


def test_referrers_are_listed_by_page(app: ECRClient, registry: Registry) -> None:
    subject = push(app, "one")
    digests = {push_signature(app, manifest_of("one"), f"s{number}") for number in range(3)}
    found = pages(registry, f"app/referrers/{subject}?n=2")
    assert [len(page["manifests"]) for page in found] == [2, 1]
    assert {each["digest"] for page in found for each in page["manifests"]} == digests


def test_referrers_of_what_is_not_there(registry: Registry) -> None:
    response = registry("GET", f"app/referrers/{digest_of('none')}")
    assert (response.status, json.loads(response.data)["manifests"]) == (200, [])
    assert error_of(registry("GET", f"none/referrers/{digest_of('none')}"))[:2] == (
        404,
        "NAME_UNKNOWN",
    )
