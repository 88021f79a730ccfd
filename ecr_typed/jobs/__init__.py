"""Jobs: what people do with many calls, over many items, repositories and registries."""

from ecr_typed.jobs._each import each
from ecr_typed.jobs._outcomes import JobFailedError, Outcome, Status, raise_failures
from ecr_typed.jobs._progress import Progress
from ecr_typed.jobs._registries import Registry, registries

__all__ = [
    "JobFailedError",
    "Outcome",
    "Progress",
    "Registry",
    "Status",
    "each",
    "raise_failures",
    "registries",
]
