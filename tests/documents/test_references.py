"""References to images: read, written and refused."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import attrs
import botocore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import EcrRequestError, ImageIdentifier
from ecr_typed.documents import ImageReference

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = "sha256:" + 64 * "a"


def partitions() -> list[tuple[str, str]]:
    """A region and the domain of each partition that botocore knows."""
    data = json.loads((Path(botocore.__file__).parent / "data/partitions.json").read_text("utf-8"))
    return [
        (each["outputs"]["implicitGlobalRegion"], each["outputs"]["dnsSuffix"])
        for each in data["partitions"]
    ]


HOSTS = [
    *((f"123456789012.dkr.ecr.{region}.{domain}", region) for region, domain in partitions()),
    ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
    ("123456789012.dkr-ecr.eu-central-1.on.aws", "eu-central-1"),
    ("123456789012.dkr-ecr-fips.us-east-2.on.aws", "us-east-2"),
    ("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1"),
]


def test_a_reference_has_its_parts() -> None:
    reference = ImageReference.parse(f"{HOST}/team/app:v1@{DIGEST}")

    assert reference.registry_host == HOST
    assert reference.registry_id == "123456789012"
    assert reference.region_name == "us-east-1"
    assert reference.repository_name == "team/app"
    assert reference.image_tag == "v1"
    assert reference.image_digest == DIGEST
    assert reference.image_id == ImageIdentifier(image_tag="v1", image_digest=DIGEST)


@pytest.mark.parametrize(("host", "region"), HOSTS)
def test_hosts_of_all_partitions_are_known(host: str, region: str) -> None:
    reference = ImageReference.parse(f"{host}/app:v1")

    assert (reference.registry_id, reference.region_name) == ("123456789012", region)
    assert str(reference) == f"{host}/app:v1"


def test_a_reference_to_a_repository_names_no_image() -> None:
    assert ImageReference.parse(f"{HOST}/team/app").image_id is None


def test_a_tag_or_a_digest_names_an_image() -> None:
    tagged = ImageReference.parse(f"{HOST}/app:v1").image_id
    by_digest = ImageReference.parse(f"{HOST}/app@{DIGEST}").image_id

    assert tagged == ImageIdentifier(image_tag="v1")
    assert by_digest == ImageIdentifier(image_digest=DIGEST)


def test_another_tag_makes_another_reference() -> None:
    reference = ImageReference.parse(f"{HOST}/app:v1")

    assert str(attrs.evolve(reference, image_tag="v2")) == f"{HOST}/app:v2"
    with pytest.raises(EcrRequestError, match="image_tag: expected a tag, got 'v 2'"):
        attrs.evolve(reference, image_tag="v 2")
    with pytest.raises(EcrRequestError, match="registry_host"):
        ImageReference(registry_host="docker.io", repository_name="app")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("team/app:v1", "the host of the registry is missing"),
        ("", "the host of the registry is missing"),
        (HOST, "the host of the registry is missing"),
        (f"https://{HOST}/app", "remove 'https://'"),
        (f"docker://{HOST}/app", "remove 'docker://'"),
        ("arn:aws:ecr:us-east-1:123456789012:repository/app", "this is an ARN"),
        ("public.ecr.aws/nginx/nginx:1", "Amazon ECR Public is another service"),
        ("docker.io/library/nginx", "'docker.io' is not the host of a private ECR registry"),
        ("12345.dkr.ecr.us-east-1.amazonaws.com/app", "not the host of a private ECR registry"),
        (f"{HOST}/Team/App", "'Team/App' has upper-case letters"),
        (f"{HOST}/team//app", "'team//app' is not a repository name"),
        (f"{HOST}/", "'' is not a repository name"),
        (f"{HOST}/app:", "'' is not a tag"),
        (f"{HOST}/app:-v1", "'-v1' is not a tag"),
        (f"{HOST}/app@", "'' is not a digest"),
        (f"{HOST}/app@sha256:abc", "64 digits"),
    ],
)
def test_what_is_no_reference_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(EcrRequestError) as raised:
        ImageReference.parse(text)

    assert "<account>.dkr.ecr.<region>.amazonaws.com/<repository>" in str(raised.value)
    assert why in str(raised.value)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(EcrRequestError, match=r"text: .*, got None"):
        ImageReference.parse(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what untyped callers do


@given(
    st.sampled_from([host for host, _ in HOSTS]),
    st.from_regex(r"[a-z0-9]{1,9}([._-][a-z0-9]{1,9}|/[a-z0-9]{1,9}){0,4}", fullmatch=True),
    st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}", fullmatch=True),
    st.none() | st.from_regex(r"sha256:[a-f0-9]{64}", fullmatch=True),
)
def test_a_reference_is_written_as_it_was_read(
    host: str, name: str, tag: str | None, digest: str | None
) -> None:
    reference = ImageReference(
        registry_host=host, repository_name=name, image_tag=tag, image_digest=digest
    )

    assert ImageReference.parse(str(reference)) == reference


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for given_text in (text, f"{HOST}/{text}"):
        with contextlib.suppress(EcrRequestError):
            assert str(ImageReference.parse(given_text)) == given_text
