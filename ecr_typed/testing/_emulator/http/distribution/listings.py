"""Listings: repositories, tags, and what refers to an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.http.distribution.messages import json_response
from ecr_typed.testing._emulator.registry.manifests import OCI_INDEX

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.distribution.exchange import Exchange
    from ecr_typed.testing._emulator.http.messages import HttpResponse

_DESCRIPTOR_MEMBERS = ("mediaType", "digest", "size", "artifactType", "annotations")


def list_repositories(exchange: Exchange) -> HttpResponse:
    """List the repositories of the registry by page."""
    members = exchange.run("DescribeRepositories", **exchange.page())
    names = [each["repositoryName"] for each in members["repositories"]]
    return json_response("200 OK", {"repositories": names}, exchange.link("_catalog", members))


def list_tags(exchange: Exchange, name: str) -> HttpResponse:
    """List the tags of a repository by page; `last` is the token in the `Link` header."""
    members = exchange.run(
        "ListImages", repositoryName=name, filter={"tagStatus": "TAGGED"}, **exchange.page()
    )
    tags = [image_id["imageTag"] for image_id in members["imageIds"]]
    return json_response(
        "200 OK", {"name": name, "tags": tags}, exchange.link(f"{name}/tags/list", members)
    )


def list_referrers(exchange: Exchange, name: str, digest: str) -> HttpResponse:
    """List the artifacts whose subject is an image, as an index; the image need not exist."""
    types = exchange.request.query.get("artifactType", [])
    chosen: dict[str, Any] = {"filter": {"artifactTypes": types}} if types else {}
    members = exchange.run(
        "ListImageReferrers",
        repositoryName=name,
        subjectId={"imageDigest": digest},
        **chosen,
        **exchange.page(),
    )
    descriptors = [
        {member: referrer[member] for member in _DESCRIPTOR_MEMBERS if member in referrer}
        for referrer in members["referrers"]
    ]
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": descriptors}
    applied = [("OCI-Filters-Applied", "artifactType")] if types else []
    headers = [*applied, *exchange.link(f"{name}/referrers/{digest}", members)]
    return json_response("200 OK", index, headers, OCI_INDEX)
