"""Classes for the documents that ECR takes and returns as text.

All documents are immutable. Members that this release does not know are kept, and `problems`
returns what is known to be wrong.
"""

from ecr_typed.documents._descriptors import Descriptor, Platform
from ecr_typed.documents._image_configs import ImageConfig
from ecr_typed.documents._lifecycle import LifecyclePolicy
from ecr_typed.documents._lifecycle_rules import (
    LifecycleAction,
    LifecycleDecision,
    LifecycleRule,
    LifecycleSelection,
)
from ecr_typed.documents._manifests import (
    ImageIndex,
    Manifest,
    UnknownManifest,
    parse_manifest,
)
from ecr_typed.documents._policies import PolicyDocument
from ecr_typed.documents._problems import DocumentProblem
from ecr_typed.documents._references import ImageReference
from ecr_typed.documents._statements import Statement

__all__ = [
    "Descriptor",
    "DocumentProblem",
    "ImageConfig",
    "ImageIndex",
    "ImageReference",
    "LifecycleAction",
    "LifecycleDecision",
    "LifecyclePolicy",
    "LifecycleRule",
    "LifecycleSelection",
    "Manifest",
    "Platform",
    "PolicyDocument",
    "Statement",
    "UnknownManifest",
    "parse_manifest",
]
