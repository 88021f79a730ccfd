"""Jobs over many registries, each an account in a region, and over all of their repositories.

`ecr_typed.jobs` has the same names.
"""

from ecr_typed.jobs._each import each
from ecr_typed.jobs._each_registry import each_registry
from ecr_typed.jobs._each_repository import each_repository
from ecr_typed.jobs._outcomes import JobFailedError, Outcome, Status, raise_failures
from ecr_typed.jobs._progress import Progress
from ecr_typed.jobs._progress_bar import ProgressBar, progress_bar
from ecr_typed.jobs._registries import Registry, registries

__all__ = [
    "JobFailedError",
    "Outcome",
    "Progress",
    "ProgressBar",
    "Registry",
    "Status",
    "each",
    "each_registry",
    "each_repository",
    "progress_bar",
    "raise_failures",
    "registries",
]
