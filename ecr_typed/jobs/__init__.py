"""Jobs: what people do with many calls, over many items, repositories and registries."""

from ecr_typed.jobs._apply_retention import RetentionAction, apply_retention
from ecr_typed.jobs._blobs import read_blob, read_config
from ecr_typed.jobs._copy import copy_image
from ecr_typed.jobs._copy_report import CopyItem, CopyKind, CopyReport
from ecr_typed.jobs._delete import delete_images
from ecr_typed.jobs._each import each
from ecr_typed.jobs._each_registry import each_registry
from ecr_typed.jobs._each_repository import each_repository
from ecr_typed.jobs._ensure_policies import (
    ensure_lifecycle_policy,
    ensure_registry_policy_statement,
    ensure_repository_policy,
)
from ecr_typed.jobs._ensure_registry import (
    ensure_creation_template,
    ensure_pull_through_cache_rule,
)
from ecr_typed.jobs._ensure_repository import RepositorySettings, ensure_repository
from ecr_typed.jobs._ensured import Ensured, EnsureStatus
from ecr_typed.jobs._graph_reader import UnreadableIndexError, read_image_graph
from ecr_typed.jobs._image_graph import ImageGraph
from ecr_typed.jobs._images import (
    TaggedImage,
    UnexpectedTagError,
    newest_images,
    read_manifest,
    referrers,
    tag_image,
)
from ecr_typed.jobs._login import Logins, RegistryLogin, login
from ecr_typed.jobs._outcomes import JobFailedError, Outcome, Status, raise_failures
from ecr_typed.jobs._progress import Progress
from ecr_typed.jobs._progress_bar import ProgressBar, progress_bar
from ecr_typed.jobs._pushes import push_image, push_layer
from ecr_typed.jobs._registries import Registry, registries
from ecr_typed.jobs._retention import Retention, RetentionRefusedError, plan_retention
from ecr_typed.jobs._retention_plan import Decision, RetentionPlan
from ecr_typed.jobs._scan_reports import ScanKind, ScanReport, Severity, Vulnerability
from ecr_typed.jobs._scans import read_scan, scan_image

__all__ = [
    "CopyItem",
    "CopyKind",
    "CopyReport",
    "Decision",
    "EnsureStatus",
    "Ensured",
    "ImageGraph",
    "JobFailedError",
    "Logins",
    "Outcome",
    "Progress",
    "ProgressBar",
    "Registry",
    "RegistryLogin",
    "RepositorySettings",
    "Retention",
    "RetentionAction",
    "RetentionPlan",
    "RetentionRefusedError",
    "ScanKind",
    "ScanReport",
    "Severity",
    "Status",
    "TaggedImage",
    "UnexpectedTagError",
    "UnreadableIndexError",
    "Vulnerability",
    "apply_retention",
    "copy_image",
    "delete_images",
    "each",
    "each_registry",
    "each_repository",
    "ensure_creation_template",
    "ensure_lifecycle_policy",
    "ensure_pull_through_cache_rule",
    "ensure_registry_policy_statement",
    "ensure_repository",
    "ensure_repository_policy",
    "login",
    "newest_images",
    "plan_retention",
    "progress_bar",
    "push_image",
    "push_layer",
    "raise_failures",
    "read_blob",
    "read_config",
    "read_image_graph",
    "read_manifest",
    "read_scan",
    "referrers",
    "registries",
    "scan_image",
    "tag_image",
]
