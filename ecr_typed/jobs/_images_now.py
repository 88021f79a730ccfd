"""Reads images again before they are deleted, as they may have changed since the plan."""

from __future__ import annotations

from collections.abc import Sequence

from ecr_typed import (
    EcrClient,
    ImageDetail,
    ImageFailureCode,
    ImageIdentifier,
    ImageNotFoundException,
    ImageStatusFilter,
    ListImagesFilter,
)
from ecr_typed.jobs._graph_reader import ANY_STATUS


class ImagesNow:
    """Reads of the images of a repository."""

    def __init__(self, ecr: EcrClient, repository_name: str, registry_id: str | None) -> None:
        self._ecr = ecr
        self._name = repository_name
        self._registry_id = registry_id
        self._listed: set[str] | None = None

    def described(self, digests: Sequence[str]) -> dict[str, ImageDetail]:
        """Return those of some images that are there."""
        if self._listed is not None:
            digests = [digest for digest in digests if digest in self._listed]
        if not digests:
            return {}
        try:
            pager = self._ecr.describe_images(
                self._name,
                registry_id=self._registry_id,
                image_ids=[ImageIdentifier(image_digest=digest) for digest in digests],
                filter=ANY_STATUS,
            )
            return {image.image_digest: image for image in pager}
        except ImageNotFoundException:
            # It fails as a whole, and may not say which image is missing.
            if self._listed is None:
                self._listed = self._list()
                return self.described(digests)
            if len(digests) == 1:
                self._listed.discard(digests[0])
                return {}
        middle = len(digests) // 2
        return {**self.described(digests[:middle]), **self.described(digests[middle:])}

    def still_there(self, digests: Sequence[str]) -> set[str]:
        """Return those of some images that are there, where most should be gone."""
        if not digests:
            return set()
        response = self._ecr.batch_get_image(
            self._name,
            [ImageIdentifier(image_digest=digest) for digest in digests],
            registry_id=self._registry_id,
        )
        gone = {
            failure.image_id.image_digest
            for failure in response.failures or ()
            if failure.image_id is not None
            and failure.failure_code is ImageFailureCode.IMAGE_NOT_FOUND
        }
        return set(digests) - gone

    def _list(self) -> set[str]:
        """Return the digests of all images, which takes a request for 1,000 of them."""
        pager = self._ecr.list_images(
            self._name,
            registry_id=self._registry_id,
            filter=ListImagesFilter(image_status=ImageStatusFilter.ANY),
        )
        return {image_id.image_digest for image_id in pager if image_id.image_digest is not None}
