"""What a registry begins with, and beginning anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ecr_typed import (
    DescribeImagesFilter,
    EncryptionConfiguration,
    EncryptionType,
    ImageDetail,
    ImageIdentifier,
    ImageScanningConfiguration,
    ImageScanStatus,
    ImageStatus,
    ImageStatusFilter,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
    RCTAppliedFor,
    Repository,
    RepositoryCreationTemplate,
    Tag,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import SERVER_EXCEPTION
from tests.support.untyped import untyped

from .test_faults import names

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

    from ecr_typed import EcrClient

ACCOUNT = "123456789012"
THEN = datetime(2016, 5, 4, 3, 2, 1, 234000, tzinfo=UTC)
FILTERS = (
    ImageTagMutabilityExclusionFilter(
        filter_type=ImageTagMutabilityExclusionFilterType.WILDCARD, filter="dev-*"
    ),
)
TEMPLATE = RepositoryCreationTemplate(
    prefix="prod/",
    description="what payments pull",
    applied_for=(RCTAppliedFor.REPLICATION,),
    encryption_configuration=EncryptionConfiguration(
        encryption_type=EncryptionType.KMS, kms_key="no ARN at all"
    ),
    resource_tags=(Tag(key="team", value="payments"),),
    image_tag_mutability=ImageTagMutability.IMMUTABLE,
    created_at=THEN,
    updated_at=THEN,
)


def repository(name: str = "app", region: str = "us-east-1", **members: Any) -> Repository:
    """Make a model of a repository."""
    here: dict[str, Any] = {
        "repository_arn": f"arn:aws:ecr:{region}:{ACCOUNT}:repository/{name}",
        "registry_id": ACCOUNT,
        "repository_name": name,
        "repository_uri": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name}",
        "created_at": THEN,
    }
    return Repository(**{**here, **members})


FULL = repository(
    "full",
    image_tag_mutability=ImageTagMutability.IMMUTABLE_WITH_EXCLUSION,
    image_tag_mutability_exclusion_filters=FILTERS,
    image_scanning_configuration=ImageScanningConfiguration(scan_on_push=True),
    # Neither could be created in this region.
    encryption_configuration=EncryptionConfiguration(
        encryption_type=EncryptionType("KMS_TOMORROW"), kms_key="no ARN at all"
    ),
)


def test_repositories_are_read_as_they_were_seeded(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A seeded repository is described as its model: creation, settings, what none could create."""
    fresh.seed(FULL)
    assert list(typed.describe_repositories()) == [FULL]
    assert typed.delete_repository("full") == FULL


def test_what_a_model_leaves_out(fresh: EcrEmulator, typed: EcrClient) -> None:
    """What a seeded repository leaves out is as CreateRepository has it."""
    fresh.seed(repository())
    assert list(typed.describe_repositories()) == [
        repository(
            image_tag_mutability=ImageTagMutability.MUTABLE,
            image_scanning_configuration=ImageScanningConfiguration(scan_on_push=False),
            encryption_configuration=EncryptionConfiguration(encryption_type=EncryptionType.AES256),
        )
    ]


def test_a_key_is_not_made_up(fresh: EcrEmulator, typed: EcrClient) -> None:
    """KMS without a key stays without one, though CreateRepository would name one."""
    encryption = EncryptionConfiguration(encryption_type=EncryptionType.KMS)
    fresh.seed(repository(encryption_configuration=encryption))
    (described,) = typed.describe_repositories()
    assert described.encryption_configuration == encryption


def test_templates_are_read_as_they_were_seeded(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A seeded template is described as its model, under its prefix with and without slash."""
    fresh.seed(TEMPLATE)
    assert list(typed.describe_repository_creation_templates()) == [TEMPLATE]
    assert typed.delete_repository_creation_template("prod") == TEMPLATE


def test_what_a_template_leaves_out(fresh: EcrEmulator, typed: EcrClient) -> None:
    """What a seeded template leaves out is as creation has it; its times are the emulator's."""
    fresh.clock.set(THEN)
    fresh.seed(RepositoryCreationTemplate(prefix="ROOT"))
    (template,) = typed.describe_repository_creation_templates()
    assert template.image_tag_mutability is ImageTagMutability.MUTABLE
    assert template.encryption_configuration == EncryptionConfiguration(
        encryption_type=EncryptionType.AES256
    )
    assert template.applied_for == ()
    assert template.created_at
    assert template.created_at == template.updated_at
    assert template.created_at >= THEN
    changed = typed.update_repository_creation_template("ROOT", description="d")
    assert changed.description == "d"


def test_tags_by_repository(fresh: EcrEmulator, typed: EcrClient) -> None:
    """Tags are seeded by name, for repositories seeded with them or there before."""
    fresh.seed(repository("one"))
    fresh.seed(repository("two"), tags={"one": {"team": "payments"}, "two": {"team": "", "a": "b"}})
    arns = [each.repository_arn for each in typed.describe_repositories()]
    tags = [{tag.key: tag.value for tag in typed.list_tags_for_resource(arn)} for arn in arns]
    assert tags == [{"team": "payments"}, {"team": "", "a": "b"}]


def test_a_name_that_the_service_would_refuse(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A registry can begin with such a repository, and images can be pushed to it."""
    fresh.seed(repository("Old"))
    pushed = fresh.push_image("Old", tags=["v1"])
    (found,) = typed.describe_repositories()
    assert (found.repository_name, pushed.repository_name) == ("Old", "Old")


@pytest.mark.parametrize(
    ("tags", "match"),
    [
        ([("app", "team")], "tags must be tags by the names of repositories"),
        ({"app": ["team"]}, r"tags\['app'\] must be values by key"),
        ({"app": {1: "a"}}, r"each key of tags\['app'\] must be a text, not 1"),
        ({"app": {"team": 1}}, r"tags\['app'\]\['team'\] must be a text, not 1"),
    ],
)
def test_tags_that_are_no_texts(
    fresh: EcrEmulator, typed: EcrClient, tags: object, match: str
) -> None:
    """They are refused before anything is put there."""
    with pytest.raises(TypeError, match=match):
        untyped(fresh.seed)(repository(), tags=tags)
    assert typed.describe_repositories().to_list() == []


def test_another_registry(fresh: EcrEmulator) -> None:
    """Account and region say which registry is seeded."""
    there = repository("app", "eu-west-1")
    fresh.seed(there, TEMPLATE, region_name="eu-west-1")
    with (
        fresh.client() as here,
        fresh.client(region_name="eu-west-1") as elsewhere,
        fresh.client(account_id="999999999999") as nobody,
    ):
        assert names(here) == names(nobody) == []
        assert names(elsewhere) == ["app"]
        assert elsewhere.describe_repository_creation_templates().first() == TEMPLATE


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (repository(region="eu-west-1"), {}),
        (repository(), {"region_name": "eu-west-1"}),
        (repository(), {"account_id": "999999999999"}),
        (repository(registry_id="999999999999"), {}),
        (repository(repository_arn="arn:aws:ecr:us-east-1:123456789012:repository/other"), {}),
    ],
)
def test_a_repository_of_another_registry_is_refused(
    fresh: EcrEmulator, typed: EcrClient, model: Repository, options: dict[str, Any]
) -> None:
    """ARN and registry id have to be those of the registry that is seeded."""
    with pytest.raises(ValueError, match="account_id and region_name"):
        fresh.seed(model, **options)
    assert names(typed) == []


def test_a_place_that_is_taken(fresh: EcrEmulator) -> None:
    """Neither a repository nor a template is seeded over another, and tags need a repository."""
    fresh.seed(FULL, TEMPLATE)
    with pytest.raises(ValueError, match="repository 'full' already"):
        fresh.seed(FULL)
    with pytest.raises(ValueError, match="template for 'prod' already"):
        fresh.seed(RepositoryCreationTemplate(prefix="prod"))
    with pytest.raises(ValueError, match="no repository 'none'"):
        fresh.seed(tags={"none": {"a": "b"}})


def test_seeding_before_the_start() -> None:
    """An emulator can be seeded before it serves; stopping forgets that, too."""
    emulator = EcrEmulator()
    emulator.seed(FULL)
    with emulator, emulator.client() as client:
        assert names(client) == ["full"]
    with emulator, emulator.client() as client:
        assert names(client) == []


def test_reset_empties_every_registry(fresh: EcrEmulator) -> None:
    """After a reset no account or region has a repository, a template or a tag."""
    fresh.seed(FULL, TEMPLATE, tags={"full": {"team": "payments"}})
    fresh.seed(repository(region="eu-west-1"), region_name="eu-west-1")
    address = fresh.endpoint_url
    fresh.reset()
    assert fresh.endpoint_url == address
    with fresh.client() as here, fresh.client(region_name="eu-west-1") as there:
        assert names(here) == names(there) == []
        assert here.describe_repository_creation_templates().first() is None
        arn = here.create_repository("full").repository_arn
        assert here.list_tags_for_resource(arn) == ()


def test_reset_refuses_the_tokens_of_before(fresh: EcrEmulator, fresh_boto3: ECRClient) -> None:
    """A token that was issued before a reset is refused, though all its arguments are the same."""
    models = [repository("aa"), repository("bb")]
    fresh.seed(*models)
    token = fresh_boto3.describe_repositories(maxResults=1).get("nextToken")
    assert token
    assert fresh_boto3.describe_repositories(nextToken=token)["repositories"]
    fresh.reset()
    fresh.seed(*models)
    with pytest.raises(ClientError, match="nextToken"):
        fresh_boto3.describe_repositories(nextToken=token)


def test_reset_ends_faults(fresh: EcrEmulator, typed: EcrClient) -> None:
    """After a reset no call meets a fault, and none has met one."""
    fresh.faults.inject(SERVER_EXCEPTION, share=1)
    fresh.reset()
    assert names(typed) == []
    assert fresh.faults.injected == ()


def test_an_emulator_that_does_not_run_can_be_reset() -> None:
    """A reset needs no server."""
    emulator = EcrEmulator()
    emulator.seed(FULL)
    emulator.reset()
    with emulator, emulator.client() as client:
        assert names(client) == []


def image(**members: Any) -> ImageDetail:
    """Make a model of an image."""
    here: dict[str, Any] = {
        "registry_id": ACCOUNT,
        "repository_name": "app",
        "image_digest": f"sha256:{64 * 'a'}",
        "image_pushed_at": THEN,
    }
    return ImageDetail(**{**here, **members})


def test_images_are_seeded_as_they_are(fresh: EcrEmulator, typed: EcrClient) -> None:
    """An image keeps its digest, times, size, tags and status, and can be read like any other."""
    old = image(
        image_tags=("v1", "latest"),
        image_size_in_bytes=123_456_789,
        image_manifest_media_type="application/vnd.docker.distribution.manifest.v2+json",
        artifact_media_type="application/vnd.docker.container.image.v1+json",
        last_recorded_pull_time=THEN + timedelta(days=1),
    )
    archived = image(
        image_digest=f"sha256:{64 * 'b'}",
        image_size_in_bytes=7,
        subject_manifest_digest=old.image_digest,
        image_status=ImageStatus.ARCHIVED,
        last_archived_at=THEN + timedelta(days=2),
    )
    fresh.seed(repository(), old, archived)
    described = typed.describe_images(
        "app", filter=DescribeImagesFilter(image_status=ImageStatusFilter.ANY)
    )
    for seeded, found in zip((old, archived), described, strict=True):
        for name in ("image_digest", "image_tags", "image_size_in_bytes", "image_pushed_at"):
            assert getattr(found, name) == getattr(seeded, name)
        assert found.last_recorded_pull_time == seeded.last_recorded_pull_time
        assert found.image_status == (seeded.image_status or "ACTIVE")
        assert found.last_archived_at == seeded.last_archived_at
    pulled = typed.batch_get_image("app", [ImageIdentifier(image_tag="v1")]).images
    assert pulled[0].image_id.image_digest == old.image_digest


@pytest.mark.parametrize(
    ("members", "match"),
    [
        ({"registry_id": "999999999999"}, "registry 999999999999, not 123456789012"),
        ({"repository_name": "absent"}, "no repository 'absent'"),
        ({}, "has the image sha256:a"),
        ({"image_digest": "sha256:00", "image_tags": ("v1",)}, "has the tag 'v1'"),
        ({"image_digest": "sha256:00", "image_status": "ACTIVATING"}, "must be ACTIVE or ARCHIVED"),
        ({"image_digest": "sha256:00", "image_tags": ("v2", "v2")}, "has the tag 'v2' more than"),
        ({"image_scan_status": ImageScanStatus()}, "image_scan_status can't be seeded"),
    ],
)
def test_images_that_cannot_be_seeded(
    fresh: EcrEmulator, members: dict[str, Any], match: str
) -> None:
    """An image of another registry, without a repository, or there already is a ValueError."""
    fresh.seed(repository(), image(image_tags=("v1",)))
    with pytest.raises(ValueError, match=match):
        fresh.seed(image(**members))


@pytest.mark.parametrize(
    "given", [{"repositoryName": "app"}, [repository()], "app", None, Repository]
)
def test_what_is_no_model_is_refused(fresh: EcrEmulator, typed: EcrClient, given: Any) -> None:
    """Anything but a model is a TypeError that says where, and nothing is seeded."""
    with pytest.raises(TypeError, match=r"models\[1\] is of type .* seed takes models: Repository"):
        fresh.seed(repository("first"), given)
    assert names(typed) == []


def test_times_without_a_zone_are_refused(fresh: EcrEmulator, typed: EcrClient) -> None:
    """They can't be compared with the clock; nothing is seeded."""
    typed.create_repository("app")
    image = ImageDetail(
        registry_id=fresh.account_id,
        repository_name="app",
        image_digest=f"sha256:{64 * '1'}",
        image_pushed_at=datetime(2020, 1, 1),  # noqa: DTZ001 - that is the mistake
    )
    with pytest.raises(ValueError, match=r"models\[0\]\.image_pushed_at must be timezone-aware"):
        fresh.seed(image)
    assert list(typed.describe_images("app")) == []
