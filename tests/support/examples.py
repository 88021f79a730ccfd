"""Running the example programs, as a user runs them."""

from __future__ import annotations

import io
import os
import runpy
import subprocess
import sys
import traceback
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from ecr_typed.testing import EcrEmulator

FOLDER = Path(__file__).parents[2] / "examples"


def run(emulator: EcrEmulator | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the folder on an emulator; a warning is an error."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=FOLDER,
        env={**os.environ, "PYTHONWARNINGS": "error", **_endpoints(emulator)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_here(emulator: EcrEmulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program as `run` does, but in this process, which takes a tenth of the time."""
    program, *others = arguments
    written, errors, status = io.StringIO(), io.StringIO(), 0
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(written),
        redirect_stderr(errors),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("error")
        patch.setattr(sys, "argv", [program, *others])
        for name, value in _endpoints(emulator).items():
            patch.setenv(name, value)
        try:
            runpy.run_path(str(FOLDER / program), run_name="__main__")
        except SystemExit as end:
            # As Python does it: a text is an error, and True is 1.
            is_text = isinstance(end.code, str)
            errors.write(f"{end.code}\n" if is_text else "")
            status = 1 if is_text else int(end.code or 0)
        except Exception:  # noqa: BLE001  # whatever the program raises
            traceback.print_exc()
            status = 1
    return subprocess.CompletedProcess(arguments, status, written.getvalue(), errors.getvalue())


def _endpoints(emulator: EcrEmulator | None) -> dict[str, str]:
    if emulator is None:
        return {}
    return {f"AWS_ENDPOINT_URL_{name}": emulator.endpoint_url for name in ("ECR", "STS")}
