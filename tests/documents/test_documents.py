"""What all documents have in common."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import ecr_typed.documents
from ecr_typed import EcrError, EcrRequestError
from ecr_typed.documents import (
    ImageConfig,
    LifecyclePolicy,
    LifecycleRule,
    PolicyDocument,
    Statement,
    parse_manifest,
)
from tests.support.untyped import untyped

READERS: list[Callable[[str], Any]] = [
    LifecyclePolicy.from_text,
    PolicyDocument.from_text,
    ImageConfig.from_text,
    parse_manifest,
]
DOCUMENTS = [
    LifecyclePolicy([LifecycleRule.keep_newest(5, tags=["v*"])]),
    LifecyclePolicy.from_text('{"rules": [{"later": {"a": [1]}}], "more": null}'),
    PolicyDocument([Statement(principal={"AWS": "1" * 12}, action="ecr:PutImage")]),
    PolicyDocument.from_text('{"Statement": {"Action": "ecr:PutImage", "later": [{}]}}'),
    ImageConfig.from_text('{"os": "linux", "architecture": "amd64"}'),
    parse_manifest('{"manifests": []}'),
    parse_manifest("{}"),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is not JSON: Expecting value"),
        ("{", "it is not JSON: Expecting property name"),
        ("[]", "it is not a JSON object"),
        ("null", "it is not a JSON object"),
        ('{"a": NaN}', "it is not JSON: NaN is not a JSON number"),
        ('{"a": -1e999}', "it is not JSON: -1e999 is too large a number"),
        (100_000 * "[", "it is nested too deeply"),
        ('{"a":' * 400 + "1" + "}" * 400, "it is nested too deeply"),
        ('{"rules": [], "Statement": ' + "[" * 700 + "]" * 700 + "}", "it is nested too deeply"),
    ],
)
def test_a_text_that_is_no_object_is_refused(
    read: Callable[[str], Any], text: str, why: str
) -> None:
    with pytest.raises(EcrRequestError) as raised:
        read(text)

    assert why in str(raised.value)
    assert "text: expected the JSON text of a" in str(raised.value)
    assert len(str(raised.value)) < 300
    assert isinstance(raised.value, EcrError)


@pytest.mark.parametrize("read", READERS)
def test_a_dict_is_refused_with_the_way_to_its_text(read: Callable[[Any], Any]) -> None:
    with pytest.raises(
        EcrRequestError, match=r"got {'rules': \[\]}; json.dumps\(...\) returns one"
    ):
        read({"rules": []})


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_are_values(document: attrs.AttrsInstance) -> None:
    assert pickle.loads(pickle.dumps(document)) == document
    assert copy.deepcopy(document) == document
    assert str(pickle.loads(pickle.dumps(document))) == str(document)
    assert {document: 1}[copy.copy(document)] == 1
    name = attrs.fields(type(document))[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(document, name, None)


def test_an_unpaired_surrogate_can_be_sent() -> None:
    text = r'{"rules":[{"description":"\ud800"}]}'

    assert str(LifecyclePolicy.from_text(text)) == text
    assert str(LifecyclePolicy.from_text('{"rules":[{"description":"é"}]}')).count("é") == 1


@pytest.mark.parametrize("document", [LifecyclePolicy([]), PolicyDocument([])])
def test_nothing_else_is_compared_with_a_policy(document: LifecyclePolicy | PolicyDocument) -> None:
    for other in (None, 5, b"{}"):
        with pytest.raises(EcrRequestError, match=r"other: expected a (Lifecycle|Policy)"):
            untyped(document).is_same(other)


def test_names_are_sorted_and_documented() -> None:
    names = ecr_typed.documents.__all__

    assert names == sorted(names)
    assert [name for name in names if not getattr(ecr_typed.documents, name).__doc__] == []


def test_documents_load_no_boto3_in_another_process() -> None:
    program = (
        "import sys, ecr_typed, ecr_typed.models\n"
        "print('ecr_typed.documents' in sys.modules)\n"
        "from ecr_typed.documents import LifecyclePolicy\n"
        "LifecyclePolicy.from_text('{}').problems()\n"
        "print(*sorted({'boto3', 'botocore', 'cattrs', 'tenacity'} & set(sys.modules)))\n"
    )

    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout.split() == ["False"]
