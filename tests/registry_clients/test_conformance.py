"""The conformance suite of the OCI Distribution Specification: it finds what ECR does otherwise.

`nox -s registry` builds the suite where Go is at hand, and `ECR_TYPED_CONFORMANCE` names its program.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from ecr_typed import EcrClient

if TYPE_CHECKING:
    from pathlib import Path

    from ecr_typed.testing import EcrEmulator

# Where ECR differs from the specification, and by what the suite's errors show it.
DEVIATIONS = {
    "a chunk is accepted with 201": re.compile(
        r"blob patch failed: unexpected status code, expected one of \[202\], received 201"
    ),
    "a blob is downloaded once an image refers to it": re.compile(
        "BLOB_UNKNOWN.+No image in the repository .+ refers to the layer"
    ),
    "a tag is no place to continue a list of tags": re.compile(
        r"response did not match any condition: unexpected status code, expected one of \[200\], "
        r"received 405"
    ),
}
FAILED = re.compile(r'msg="failed test" name="([^"]+)" error="((?:[^"\\]|\\.)*)"')
# ECR has neither empty blobs nor other digests than those by SHA-256.
SETTINGS = {"OCI_VERSION": "1.1", "OCI_DATA_SHA512": "false", "OCI_DATA_EMPTY_BLOB": "false"}


def test_the_registry_conforms_where_ecr_does(
    emulator: EcrEmulator, ecr: EcrClient, host: str, password: str, tmp_path: Path
) -> None:
    """What the suite finds is what ECR does otherwise, and all other APIs pass."""
    for name in ("conformance/repo1", "conformance/repo2"):
        ecr.create_repository(name)
    ecr.put_account_setting("BLOB_MOUNTING", "ENABLED")
    done = subprocess.run(
        [os.environ["ECR_TYPED_CONFORMANCE"]],
        cwd=tmp_path,
        env={
            **os.environ,
            **SETTINGS,
            "OCI_REGISTRY": host,
            "OCI_TLS": "disabled",
            "OCI_USERNAME": "AWS",
            "OCI_PASSWORD": password,
            "OCI_RESULTS_DIR": str(tmp_path / "results"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    failures = FAILED.findall(output)
    unexpected = [
        (name, error)
        for name, error in failures
        if not any(deviation.search(error) for deviation in DEVIATIONS.values())
    ]
    assert unexpected == []
    for what, deviation in DEVIATIONS.items():
        assert any(deviation.search(error) for _, error in failures), what
    passed = re.findall(r"^  ([A-Z][\w ]+?)\.*: +Pass$", output, re.MULTILINE)
    assert {
        *("Ping", "Blob push", "Manifest put by digest", "Manifest put by tag"),
        *("Manifest put with subject", "Manifest get by digest", "Manifest get by tag"),
        *("Manifest head by digest", "Manifest head by tag", "Manifest delete", "Tag delete"),
        "Referrers",
    } <= set(passed)
