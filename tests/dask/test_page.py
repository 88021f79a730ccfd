"""The program that the page about clusters shows runs on a cluster."""

from __future__ import annotations

import runpy
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ecr_typed.testing import EcrEmulator
from tests.support.pages import DOCS, blocks_of


def test_program_of_the_page_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It finds its cluster at the address of the page, which is replaced by one that is there."""
    distributed: Any = import_module("distributed")
    for block in blocks_of(DOCS / "howto" / "clusters.md"):
        if block.file_name is not None:
            (tmp_path / block.file_name).write_text(block.source, "utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    # The workers import the function from the file.
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{DOCS.parent}")
    with EcrEmulator() as emulator:
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        with emulator.client(account_id="111111111111") as ecr:
            ecr.create_repository("team/app")
        with distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, dashboard_address=None, host="127.0.0.1"
        ) as cluster:
            program = tmp_path / "on_cluster.py"
            text = program.read_text("utf-8")
            assert "tcp://scheduler:8786" in text
            program.write_text(text.replace("tcp://scheduler:8786", cluster.scheduler_address))
            names = runpy.run_path(str(program))
    assert len(names["fleet"]) == 1
    sys.modules.pop("count", None)
