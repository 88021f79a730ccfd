"""The random values that tests are made of fit the service's model, for all of its operations."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from botocore.model import Shape, StructureShape
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.samples import least
from tests.support.service import SERVICE_MODEL, always_present, as_boto3
from tests.support.strategies import Optional, bodies, boto3_arguments, encoded

OPERATIONS = [SERVICE_MODEL.operation_model(name) for name in SERVICE_MODEL.operation_names]
OPTIONAL = st.sampled_from(["none", "some", "all"])


def complaints(value: Any, shape: Shape) -> list[str]:
    """What botocore has against a value.

    Limits apart, as those are for requests, and whole numbers that came as `1E3`: botocore's
    parser leaves them floats.
    """
    report = ParamValidator().validate(value, shape).generate_report()
    fine = re.compile(
        r"Invalid length|Invalid value|Invalid type .*, value: -?[\d.e+]+, type: <class 'float'>, valid types: <class 'int'>",
        re.DOTALL,
    )
    # Names may have line ends of their own.
    lines = re.split(r"\n(?=Invalid |Missing |Unknown )", report)
    return [line for line in lines if line and not fine.match(line)]


def test_complaints_are_of_whole_names() -> None:
    """A key with a line end in it is no second complaint."""
    findings = {"findingSeverityCounts": {"\r": 1.0, "\n": 2}}
    response = {"repositoryName": "team/app", "imageScanFindings": findings}
    (operation,) = (o for o in OPERATIONS if o.name == "DescribeImageScanFindings")
    shape = cast("StructureShape", operation.output_shape)
    assert complaints(response, shape) == []
    assert len(complaints({**response, "registryId": 1, "nextToken": 2}, shape)) == 2


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=3)
@given(data=st.data(), optional=OPTIONAL, newer=st.booleans())
def test_random_responses_fit_the_output(
    operation: Any, optional: Optional, newer: bool, data: st.DataObject
) -> None:
    """A random response of any operation has its types and what is always present."""
    shape = cast("StructureShape", operation.output_shape)

    parsed = as_boto3(shape, data.draw(bodies(shape, optional=optional, newer=newer)))

    assert complaints(parsed, shape) == []
    assert always_present(shape.name) <= set(parsed)
    if optional == "all":
        assert set(parsed) == set(shape.members)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=3)
@given(data=st.data(), optional=OPTIONAL)
def test_random_arguments_fit_the_input(
    operation: Any, optional: Optional, data: st.DataObject
) -> None:
    """botocore would send the random arguments of any operation."""
    shape = cast("StructureShape", operation.input_shape)

    drawn = data.draw(boto3_arguments(shape, optional))

    assert not ParamValidator().validate(drawn, shape).has_errors()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_least_responses_fit_the_output(operation: Any) -> None:
    """The least response of any operation has its types."""
    shape = cast("StructureShape", operation.output_shape)

    assert complaints(as_boto3(shape, encoded(least(shape))), shape) == []
