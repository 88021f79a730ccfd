"""How names of the service become names of Python."""

from __future__ import annotations

import keyword
import re

from botocore import xform_name


def attribute_name(member: str) -> str:
    """`repositoryArn` becomes `repository_arn`."""
    name = xform_name(member)
    return f"{name}_" if keyword.iskeyword(name) else name


def attribute_path(path: str) -> str:
    """`imageScanFindings.findings` becomes `image_scan_findings.findings`."""
    return ".".join(map(attribute_name, path.split(".")))


def enum_member_name(value: str) -> str:
    """`ImageNotFound`, `docker-hub` and `KMS_DSSE` become names in capitals."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value)
    name = re.sub(r"\W+", "_", words).strip("_").upper()
    return f"VALUE_{name}" if not name or name[0].isdigit() else name


def constant_name(operation: str) -> str:
    """Convert `CreateRepository` to `CREATE_REPOSITORY`."""
    return xform_name(operation).upper()


def class_prefix(topic: str) -> str:
    """`pull_through_cache` becomes `PullThroughCache`."""
    return "".join(word.capitalize() for word in topic.split("_"))
