"""What tests need that the installed botocore may be too old for: its model, and its retry rules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import attrs
import botocore
import pytest
from botocore import xform_name
from botocore.httpsession import URLLib3Session

import ecr_typed.models
from ecr_typed import EcrClient
from ecr_typed._botocore.releases import is_at_least
from tests.support.service import ENUMS, MODELS, SERVICE_MODEL, shapes_of

_METHODS = {xform_name(name) for name in SERVICE_MODEL.operation_names}
_SHAPES = set(SERVICE_MODEL.shape_names)


def _unknown() -> Iterator[str]:
    yield from (name for name in ecr_typed.models.__all__ if name not in _SHAPES)
    for model in MODELS:
        members = {xform_name(name) for shape in shapes_of(model) for name in shape.members}
        yield from (f"{model.__name__}.{n}" for n in attrs.fields_dict(model) if n not in members)
    for enum in ENUMS:
        shape: Any = SERVICE_MODEL.shape_for(enum.__name__)
        yield from (f"{enum.__name__}.{value}" for value in enum if value not in shape.enum)


UNKNOWN = list(_unknown())
"""The shapes, members and values of this release that the installed botocore does not know."""


def needs(*names: str) -> pytest.MarkDecorator:
    """Return a mark for a test that needs shapes, members or values of the installed botocore."""
    unknown = [name for name in names if name in UNKNOWN]
    reason = f"botocore {botocore.__version__} does not know {', '.join(unknown)}"
    return pytest.mark.skipif(bool(unknown), reason=reason)


holds_the_model = pytest.mark.skipif(
    bool(UNKNOWN),
    reason=f"botocore {botocore.__version__} does not know {UNKNOWN[:1]} and {len(UNKNOWN)} more",
)
"""For tests that hold the package against the model that it was generated from."""

holds_the_retry_rules = pytest.mark.skipif(
    not is_at_least("1.44.0"),
    reason=f"the standard mode of botocore {botocore.__version__} is not the one of 1.44",
)
"""For tests that hold our retries against botocore's `standard` mode, which changed with 1.44."""

passes_cut_bodies_on = pytest.mark.skipif(
    "enforce_content_length" not in inspect.getsource(URLLib3Session),
    reason=f"botocore {botocore.__version__} refuses bodies that are shorter than was announced",
)
"""For tests of what botocore makes of bodies that end too early."""

_SAYINGS = (
    r"(\w+): the installed botocore \S+ does not know the operation",
    r"the installed botocore \S+ does not know the parameter (\w+)",
    r"'ECR' object has no attribute '(\w+)'",
    r'Unknown parameter in [^:]+: "(\w+)"',
)
"""How we, and botocore, say that an operation or a parameter is not known."""


def lacking(failure: str) -> str | None:
    """Return what a test failed for, if this release knows it and the installed botocore does not."""
    names = (name for saying in _SAYINGS for name in re.findall(saying, failure))
    return next(filter(_is_newer, names), None)


def _is_newer(name: str) -> bool:
    attribute = xform_name(name)
    if hasattr(EcrClient, attribute):
        return attribute not in _METHODS
    return attribute in {unknown.rpartition(".")[2] for unknown in UNKNOWN}
