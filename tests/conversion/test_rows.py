"""Models as rows of a table."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import (
    EcrRequestError,
    EncryptionConfiguration,
    EncryptionType,
    FindingSeverity,
    ImageDetail,
    ImageIdentifier,
    ImageScanFindingsSummary,
    Repository,
    RepositoryCreationTemplate,
    Tag,
    to_row,
)
from ecr_typed.documents import PolicyDocument, Statement
from ecr_typed.jobs import Outcome, Registry, ScanReport, Status
from ecr_typed.models import BatchDeleteImageRequest, PutImageRequest, UploadLayerPartRequest
from tests.support.service import MODELS
from tests.support.untyped import untyped

PLAIN = Repository(
    repository_arn="arn:aws:ecr:us-east-1:123456789012:repository/team/app",
    registry_id="123456789012",
    repository_name="team/app",
    repository_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app",
    created_at=datetime(2026, 1, 2, tzinfo=UTC),
)
NESTED = ["encryption_configuration.encryption_type", "encryption_configuration.kms_key"]


def test_nested_attributes_have_columns_of_their_own() -> None:
    """A nested model is spread over columns that are named after both."""
    key = EncryptionConfiguration(encryption_type=EncryptionType.KMS, kms_key="alias/images")
    row = to_row(attrs.evolve(PLAIN, encryption_configuration=key))

    assert [row[name] for name in NESTED] == ["KMS", "alias/images"]
    assert type(row[NESTED[0]]) is str


def test_rows_of_a_class_have_the_same_columns() -> None:
    """What is absent is None, nested or not, so that a table has one heading."""
    bare = attrs.evolve(PLAIN, encryption_configuration=None, image_scanning_configuration=None)

    assert list(to_row(PLAIN)) == list(to_row(bare))
    assert [to_row(bare)[name] for name in NESTED] == [None, None]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_a_row(model: type[attrs.AttrsInstance]) -> None:
    """A model without any of its members has all of its columns, and cells a table can take."""
    blank: Any = object.__new__(model)
    for field in attrs.fields(model):
        object.__setattr__(blank, field.name, None)

    row = to_row(blank)

    assert set(row.values()) <= {None}
    assert {name.partition(".")[0] for name in row} == {f.name for f in attrs.fields(model)}


def test_lists_and_mappings_are_one_text() -> None:
    """Lists are joined; tags and mappings are written as people write them."""
    detail = ImageDetail(
        registry_id="123456789012",
        repository_name="team/app",
        image_digest="sha256:1",
        image_tags=("v1", "latest"),
        image_scan_findings_summary=ImageScanFindingsSummary(
            finding_severity_counts={FindingSeverity.HIGH: 2, FindingSeverity.LOW: 5}
        ),
        image_pushed_at=datetime(2026, 1, 2, tzinfo=UTC),
        image_size_in_bytes=5,
    )
    row = to_row(detail)

    assert row["image_tags"] == "v1, latest"
    assert row["image_scan_findings_summary.finding_severity_counts"] == "HIGH=2, LOW=5"
    assert row["image_pushed_at"] == datetime(2026, 1, 2, tzinfo=UTC)
    assert row["image_size_in_bytes"] == 5

    template = RepositoryCreationTemplate(
        prefix="team", resource_tags=(Tag(key="team", value="a"), Tag(key="stage", value="b"))
    )
    assert to_row(template)["resource_tags"] == "team=a, stage=b"


def test_models_in_lists_name_their_attributes() -> None:
    """A list of models says which value is which."""
    request = BatchDeleteImageRequest(
        repository_name="app",
        image_ids=(ImageIdentifier(image_tag="v1"), ImageIdentifier(image_tag="v2")),
    )
    assert to_row(request)["image_ids"] == "image_tag=v1, image_tag=v2"


def test_bytes_are_base64() -> None:
    """Bytes are text in a table."""
    request = UploadLayerPartRequest(
        repository_name="app",
        upload_id="1",
        part_first_byte=0,
        part_last_byte=2,
        layer_part_blob=b"\x00\x01\x02",
    )
    assert to_row(request)["layer_part_blob"] == "AAEC"


def test_a_separator_can_be_chosen() -> None:
    """Data frames like names without dots."""
    row = to_row(PLAIN, separator="__")
    assert "encryption_configuration__kms_key" in row


@given(st.text(), st.one_of(st.none(), st.text()))
def test_rows_go_through_csv(manifest: str, tag: str | None) -> None:
    """Whatever texts are in it, a row is written and read as it is."""
    row = to_row(PutImageRequest(repository_name="app", image_manifest=manifest, image_tag=tag))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, row.keys())
    writer.writeheader()
    writer.writerow(row)
    file.seek(0)
    (read,) = csv.DictReader(file)
    assert read == {name: "" if value is None else value for name, value in row.items()}


def test_outcomes_are_rows_of_a_report() -> None:
    """The outcomes of a job make a table: item, status, value, error and registry by name."""
    registry = Registry("eu-west-1", account_id="123456789012")
    outcome = Outcome(PLAIN, Status.DONE, 5, registry=registry)

    assert to_row(outcome) == {
        "item": outcome.item.repository_name,
        "status": "DONE",
        "value": 5,
        "error": None,
        "registry": "123456789012/eu-west-1",
    }


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(({"a": 1},), "model: expected a model"), ((Tag(key="a", value="b"), 5), "separator")],
)
def test_what_is_no_model_is_refused(arguments: tuple[Any, ...], named: str) -> None:
    """A dict is no model, and a separator is a text."""
    model, *rest = arguments
    options = {"separator": rest[0]} if rest else {}
    with pytest.raises(EcrRequestError, match=named):
        untyped(to_row)(model, **options)


def test_private_attributes_are_no_columns() -> None:
    report = to_row(ScanReport(status=ScanReport.NO_SCAN))
    assert list(report) == ["status", "description", "kind", "completed_at", "counts"]
    policy = to_row(PolicyDocument([Statement(principal="*", action=["ecr:*"])]))
    assert list(policy) == ["statements", "version", "id", "extra"]
