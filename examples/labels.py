"""Print labels and SBOMs of each repository's newest image: `python examples/labels.py`."""

from __future__ import annotations

from ecr_typed import EcrClient, Repository
from ecr_typed.jobs import each_repository, newest_images, read_config, referrers


def describe(ecr: EcrClient, repository: Repository) -> str:
    """Return the labels of the newest image, and what refers to it."""
    name = repository.repository_name
    for image in newest_images(ecr, name):
        labels = dict(read_config(ecr, name, image.image_digest).labels)
        attached = [one.artifact_type for one in referrers(ecr, name, image.image_digest)]
        return f"{image.image_tags or image.image_digest}: {labels} {attached}"
    return "no images"


with EcrClient() as ecr:
    for outcome in each_repository(describe, ecr):
        print(outcome.item.repository_name, outcome.value or outcome.error)
