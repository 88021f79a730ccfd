"""Images that are pushed to a repository, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecr_typed import EcrClient, ImageDetail
from ecr_typed.testing import EcrEmulator


@pytest.fixture
def push(emulator: EcrEmulator, ecr: EcrClient) -> Callable[..., ImageDetail]:
    """Give a function that pushes an image, each a day older than the one before it."""
    ecr.create_repository("team/app")
    days = iter(range(2, 1000))

    def push(*tags: str, **options: Any) -> ImageDetail:
        pushed_at = datetime.now(UTC) - timedelta(days=next(days))
        return emulator.push_image("team/app", tags=tags, pushed_at=pushed_at, **options)

    return push
