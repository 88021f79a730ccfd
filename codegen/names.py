"""Converts the service's names to Python's."""

from __future__ import annotations

import keyword
import re

from botocore import xform_name


def attribute_name(member: str) -> str:
    """Convert `repositoryArn` to `repository_arn`."""
    name = xform_name(member)
    return f"{name}_" if keyword.iskeyword(name) else name


def attribute_path(path: str) -> str:
    """Convert `imageScanFindings.findings` to `image_scan_findings.findings`."""
    return ".".join(map(attribute_name, path.split(".")))


def enum_member_name(value: str) -> str:
    """Convert `ImageNotFound`, `docker-hub` or `KMS_DSSE` to a name in capitals."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value)
    name = re.sub(r"\W+", "_", words).strip("_").upper()
    return f"VALUE_{name}" if not name or name[0].isdigit() else name


def constant_name(operation: str) -> str:
    """Convert `CreateRepository` to `_CREATE_REPOSITORY`."""
    return f"_{xform_name(operation).upper()}"


def class_prefix(topic: str) -> str:
    """Convert `pull_through_cache` to `PullThroughCache`."""
    return "".join(word.capitalize() for word in topic.split("_"))
