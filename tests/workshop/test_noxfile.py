"""The sessions' environments."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import noxfile

ROOT = Path(__file__).parents[2]


def test_uv_gets_packages_from_where_pip_does() -> None:
    listed = """\
:env:.extra-index-url='https://packages.test/extra'
:env:.timeout='60'
global.cert='/certificates.pem'
global.extra-index-url='https://packages.test/overridden'
global.find-links='/wheels\\n/more wheels'
global.index-url="https://user:it's@packages.test/simple"
install.constraint='/constraints.txt'
"""
    assert noxfile.uv_settings(listed) == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://user:it's@packages.test/simple",
        "UV_INDEX": "https://packages.test/extra",
        "UV_FIND_LINKS": "/wheels,/more,wheels",
        "UV_CONSTRAINT": "/constraints.txt",
        "SSL_CERT_FILE": "/certificates.pem",
    }


def test_failed_install_is_tried_again_by_the_next_run(tmp_path: Path) -> None:
    for name in ("noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    # Neither uv nor pip finds a package anywhere.
    empty = tmp_path.as_uri()
    nothing = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    nothing |= {"UV_DEFAULT_INDEX": empty, "UV_INDEX": empty}
    for _ in range(2):
        failed = subprocess.run(
            [sys.executable, "-m", "nox", "--sessions", "lint"],
            cwd=tmp_path,
            env={**os.environ, **nothing},
            capture_output=True,
            text=True,
            check=False,
        )
        assert failed.returncode == 1
        assert re.search(r"^nox > .* failed with exit code 1", failed.stderr, re.MULTILINE)
        assert "Traceback" not in failed.stderr
