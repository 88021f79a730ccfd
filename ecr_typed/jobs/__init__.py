"""Jobs: what people do with many calls, over many items, repositories and registries."""

from ecr_typed.jobs._apply_retention import RetentionAction, apply_retention
from ecr_typed.jobs._delete import delete_images
from ecr_typed.jobs._each import each
from ecr_typed.jobs._each_registry import each_registry
from ecr_typed.jobs._each_repository import each_repository
from ecr_typed.jobs._graph_reader import UnreadableIndexError, read_image_graph
from ecr_typed.jobs._image_graph import ImageGraph
from ecr_typed.jobs._outcomes import JobFailedError, Outcome, Status, raise_failures
from ecr_typed.jobs._progress import Progress
from ecr_typed.jobs._progress_bar import ProgressBar, progress_bar
from ecr_typed.jobs._registries import Registry, registries
from ecr_typed.jobs._retention import Retention, RetentionRefusedError, plan_retention
from ecr_typed.jobs._retention_plan import Decision, RetentionPlan

__all__ = [
    "Decision",
    "ImageGraph",
    "JobFailedError",
    "Outcome",
    "Progress",
    "ProgressBar",
    "Registry",
    "Retention",
    "RetentionAction",
    "RetentionPlan",
    "RetentionRefusedError",
    "Status",
    "UnreadableIndexError",
    "apply_retention",
    "delete_images",
    "each",
    "each_registry",
    "each_repository",
    "plan_retention",
    "progress_bar",
    "raise_failures",
    "read_image_graph",
    "registries",
]
