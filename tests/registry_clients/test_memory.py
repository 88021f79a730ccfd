"""Memory after many pushes: what is stored, and no more."""

from __future__ import annotations

import gc
import os
import tracemalloc

from ecr_typed import EcrClient
from ecr_typed.testing import EcrEmulator
from tests.testing.distribution.registry import Registry
from tests.testing.pushing import OCI_CONFIG, OCI_LAYER, descriptor, manifest_of

PUSHES = 1000
LAYER_SIZE = 100_000


def test_a_thousand_pushes_leave_only_what_they_push(emulator: EcrEmulator, ecr: EcrClient) -> None:
    ecr.create_repository("app")
    (login,) = ecr.get_authorization_token()
    registry = Registry(emulator.endpoint_url, login.authorization_token)
    layer = os.urandom(LAYER_SIZE)

    def push(number: int) -> None:
        registry.upload(layer)
        config = f"configuration {number}"
        registry.upload(config)
        manifest = manifest_of(
            config=descriptor(config, OCI_CONFIG), layers=[descriptor(layer, OCI_LAYER)]
        )
        assert registry.push("latest", manifest).status == 201

    def used() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    for number in range(50):
        push(number)
    before = used()
    for number in range(50, 50 + PUSHES):
        push(number)
    growth = (used() - before) / PUSHES
    tracemalloc.stop()
    registry.close()
    assert len(ecr.describe_images("app").to_list()) == 50 + PUSHES
    # A manifest and its records; not the layer, which was uploaded each time.
    assert growth < LAYER_SIZE / 10
