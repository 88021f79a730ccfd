"""What a type checker pays for our types: a program of 200 lines, with ours and with stubs."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.measures import Measure, child_cpu, quickest_ratio

_TYPED = """
def inventory_{n}(ecr: EcrClient) -> list[str]:
    names: list[str] = []
    for repository in ecr.describe_repositories(page_size=100):
        names.append(repository.repository_name)
        for image in ecr.describe_images(repository.repository_name):
            names.extend(image.image_tags or ())
        encryption = repository.encryption_configuration
        if encryption is not None and encryption.kms_key is not None:
            names.append(encryption.kms_key)
    created = ecr.create_repository("team/app-{n}", tags={{"team": "payments"}})
    names.append(created.repository_arn)
    ecr.delete_repository(created.repository_name, force=True)
    return names
"""
_STUBS = """
def inventory_{n}(ecr: ECRClient) -> list[str]:
    names: list[str] = []
    for page in ecr.get_paginator("describe_repositories").paginate():
        for repository in page["repositories"]:
            names.append(repository.get("repositoryName", ""))
        for images in ecr.get_paginator("describe_images").paginate(repositoryName="team/app"):
            for image in images["imageDetails"]:
                names.extend(image.get("imageTags", ()))
    created = ecr.create_repository(
        repositoryName="team/app-{n}", tags=[{{"Key": "team", "Value": "payments"}}]
    )["repository"]
    names.append(created.get("repositoryArn", ""))
    ecr.delete_repository(repositoryName=created.get("repositoryName", ""), force=True)
    return names
"""
_FUNCTIONS = 14
_HEADS = {
    "typed": "from ecr_typed import EcrClient\n\necr = EcrClient()\n",
    "stubs": (
        "import boto3\nfrom mypy_boto3_ecr import ECRClient\n\n"
        'ecr: ECRClient = boto3.client("ecr")\n'
    ),
}
_BODIES = {"typed": _TYPED, "stubs": _STUBS}
_PROGRAMS = {
    name: head + "".join(_BODIES[name].format(n=n) for n in range(_FUNCTIONS))
    for name, head in _HEADS.items()
}
_ROUNDS = 5


def checkers() -> Iterator[Measure]:
    """CPU of four type checkers over a program with our types, against one with the stubs."""
    with tempfile.TemporaryDirectory() as folder:
        for name, program in _PROGRAMS.items():
            Path(folder, f"{name}.py").write_text(program, "utf-8")
        for title, run in {
            "mypy, cold": _mypy_cold,
            "mypy, warm": _mypy_warm,
            "pyright": _pyright,
            "ty": _ty,
            "pyrefly": _pyrefly,
        }.items():
            run(folder, "typed")
            run(folder, "stubs")
            ratio = quickest_ratio(
                partial(run, folder, "typed"), partial(run, folder, "stubs"), _ROUNDS
            )
            yield Measure(f"CPU, {title}, to mypy_boto3_ecr", ratio, 1.0)


def _mypy_cold(folder: str, program: str) -> float:
    with tempfile.TemporaryDirectory() as cache:
        return _mypy(folder, program, cache)


def _mypy_warm(folder: str, program: str) -> float:
    return _mypy(folder, program, str(Path(folder, f"cache-{program}")))


def _mypy(folder: str, program: str, cache: str) -> float:
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={cache}", f"{program}.py"]
    return child_cpu(command, cwd=folder)


def _ty(folder: str, program: str) -> float:
    options = [f"--python={sys.executable}", "--quiet"]
    return child_cpu([sys.executable, "-m", "ty", "check", *options, f"{program}.py"], cwd=folder)


def _pyrefly(folder: str, program: str) -> float:
    options = [f"--python-interpreter-path={sys.executable}", "--output-format=omit-errors"]
    command = [sys.executable, "-m", "pyrefly", "check", *options, f"{program}.py"]
    return child_cpu(command, cwd=folder)


def _pyright(folder: str, program: str) -> float:
    command = [sys.executable, "-m", "pyright", f"--pythonpath={sys.executable}", f"{program}.py"]
    return child_cpu(command, cwd=folder)
