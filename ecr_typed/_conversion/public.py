"""The conversions that programs call.

Type checkers read this module for every program, and so none of the modules that convert: those are
imported where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

Model = TypeVar("Model", bound=attrs.AttrsInstance)


def from_boto3(model: type[Model], mapping: Mapping[str, Any]) -> Model:
    """Convert a dict that boto3 returned, or takes, to a model.

    Members that this release does not know are left out. Values of enums that it does not know
    are kept. A time may be a `datetime`, a text in ISO 8601, or a number of seconds since 1970.

    Args:
        model: The model's class.
        mapping: The dict.

    Returns:
        A model of the class.

    Raises:
        EcrRequestError: `model` is not the class of a model.
        EcrResponseError: A member that is always present is missing, or has a wrong type.
    """
    from ecr_typed._conversion import convert

    return convert.from_dict(model, mapping)


def from_json(model: type[Model], text: str | bytes) -> Model:
    """Convert JSON to a model, such as the output of the AWS command line.

    The members have boto3's names; those that this release does not know are left out. Times are
    read in ISO 8601 and as seconds since 1970, blobs in base64.

    Args:
        model: The model's class: for the output of `aws ecr describe-images`,
            `DescribeImagesResponse`.
        text: The JSON text. Empty text stands for a response without members.

    Returns:
        A model of the class.

    Raises:
        EcrRequestError: `model` is not the class of a model, or `text` is neither text nor bytes.
        EcrResponseError: The text is not JSON. Or a member that is always present is missing, or
            has a wrong type.
    """
    from ecr_typed._conversion import convert

    return convert.from_text(model, text)


def to_boto3(model: attrs.AttrsInstance) -> dict[str, Any]:
    """Convert a model to the dict that boto3 takes and gives.

    The dict is plain: it holds dicts, lists, and exactly `str`, `int`, `float`, `bool`, `bytes`
    and `datetime`. Attributes that are `None` are left out. Secrets are in it.

    Args:
        model: The model. An instance of a subclass is converted as the model that it derives from.

    Returns:
        A dict that shares nothing with the model.

    Raises:
        EcrRequestError: `model` is not a model, or an attribute does not have its declared type.
    """
    from ecr_typed._conversion import convert

    return convert.to_dict(model)


def to_json(model: attrs.AttrsInstance, *, indent: int | None = None) -> str:
    """Convert a model to JSON, as the AWS command line prints it.

    The members have boto3's names. Times are written in ISO 8601, blobs in base64. Secrets are
    written, too: see `AuthorizationData` and `GetDownloadUrlForLayerResponse`.

    Args:
        model: The model. An instance of a subclass is converted as the model that it derives from.
        indent: The number of spaces by which each level is indented. Default: all on one line.

    Returns:
        The JSON text, in ASCII. `from_json` makes an equal model of it.

    Raises:
        EcrRequestError: `model` is not a model, or an attribute does not have its declared type.
    """
    from ecr_typed._conversion import convert

    return convert.to_text(model, indent)


def to_row(model: attrs.AttrsInstance, *, separator: str = ".") -> dict[str, Any]:
    """Flatten a model to a row of a table.

    The keys are the names of the attributes; those of a nested model follow its own, as in
    `encryption_configuration.kms_key`. Every row of a class has the same keys in the same order.
    Lists and mappings are joined to one text. Numbers, booleans and times stay what they are, and
    enums become text. Secrets are in it.

    Args:
        model: The model; also an `Outcome` or another record of this package.
        separator: What stands between the names of a nested attribute. Default: `.`.

    Returns:
        A dict of texts, numbers, booleans, times and None.

    Raises:
        EcrRequestError: `model` is no model, or `separator` no text.
    """
    from ecr_typed._conversion import rows

    return rows.to_row(model, separator)
