"""Run the tests in sdk.mjs, which talk to an emulator of this process."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ecr_typed.testing import EcrEmulator

PROGRAM = Path(__file__).with_name("sdk.mjs")


def test_the_sdk_for_javascript() -> None:
    # The session `javascript` installs the SDK, and names the folder.
    modules = os.environ["ECR_TYPED_NODE_MODULES"]
    with EcrEmulator() as emulator:
        done = subprocess.run(
            ["node", str(PROGRAM), modules, emulator.endpoint_url],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **emulator.environment()},
        )
    assert done.returncode == 0, done.stdout + done.stderr
