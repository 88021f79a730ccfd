"""What an import costs, and what it gives."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import ecr_typed
import ecr_typed.documents
import ecr_typed.jobs
import ecr_typed.jobs.fleet
import ecr_typed.models


def loaded(program: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a program."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ran.stdout.split())


TOPICS = {"repositories", "repository_creation_templates", "tags", "common"}


def test_import_loads_next_to_nothing() -> None:
    """`import ecr_typed` loads no boto3, no stubs, no topic, none of its own dependencies."""
    modules = loaded("import ecr_typed")

    assert not modules & {"boto3", "botocore", "mypy_boto3_ecr", "attrs", "cattrs", "tenacity"}
    assert not {f"ecr_typed.models.{topic}" for topic in TOPICS} & modules
    assert "ecr_typed._operations" not in modules


def test_jobs_load_neither_boto3_nor_rich() -> None:
    """Jobs are there without boto3, and without the library that draws their progress."""
    modules = loaded("import ecr_typed.jobs")

    assert not modules & {"boto3", "botocore.session", "mypy_boto3_ecr", "multiprocessing", "rich"}


def test_client_class_loads_no_boto3() -> None:
    """The class is there without boto3; boto3 comes with the first client."""
    modules = loaded("from ecr_typed import EcrClient")

    assert not modules & {"boto3", "mypy_boto3_ecr", "tenacity"}
    assert not {f"ecr_typed.models.{topic}" for topic in TOPICS} & modules


def test_model_loads_its_topic_alone() -> None:
    """A model of one topic does not bring the others."""
    modules = loaded("from ecr_typed import Tag")

    assert "ecr_typed.models.tags" in modules
    assert not {"ecr_typed.models.common", "ecr_typed.models.repositories"} & modules
    assert not modules & {"boto3", "mypy_boto3_ecr"}


def test_first_client_loads_no_stubs() -> None:
    """The stub packages are for type checkers: no program loads them."""
    modules = loaded("from ecr_typed import EcrClient\nEcrClient(region_name='us-east-1').close()")

    assert "botocore.client" in modules
    assert "boto3" not in modules
    assert not modules & {"mypy_boto3_ecr", "mypy_boto3", "tenacity"}


MODULES = [
    ecr_typed,
    ecr_typed.documents,
    ecr_typed.jobs,
    ecr_typed.jobs.fleet,
    ecr_typed.models,
]


@pytest.mark.parametrize("module", MODULES)
def test_all_is_the_public_names(module: object) -> None:
    """`__all__` is sorted and unique, and is what `dir()` shows, submodules apart."""
    names: list[str] = getattr(module, "__all__")  # noqa: B009  # modules of any kind
    shown = [
        name
        for name in dir(module)
        if not name.startswith("_") and not inspect.ismodule(getattr(module, name))
    ]

    assert names == sorted(set(names))
    assert shown == names


def test_the_fleet_is_where_it_was_promised() -> None:
    """`ecr_typed.jobs.fleet` has what works on many registries, and `ecr_typed.jobs` has it, too."""
    promised = {"Registry", "registries", "each", "each_registry", "each_repository"}
    names = ecr_typed.jobs.fleet.__all__

    assert promised <= set(names)
    assert all(getattr(ecr_typed.jobs.fleet, n) is getattr(ecr_typed.jobs, n) for n in names)


def test_every_name_is_there_and_documented() -> None:
    """Each public name is found, and says what it is."""
    found = {name: getattr(ecr_typed, name) for name in ecr_typed.__all__}

    assert [name for name, value in found.items() if not value.__doc__] == []
    assert [name for name, value in found.items() if value.__name__ != name] == []


def test_models_of_requests_are_found_although_they_are_not_listed() -> None:
    """Programs that import them from the package go on working; nothing offers them."""
    requests = [name for name in ecr_typed.models.__all__ if name.endswith("Request")]

    assert len(requests) > 50
    assert all(getattr(ecr_typed, name) is getattr(ecr_typed.models, name) for name in requests)
    assert not set(requests) & {*dir(ecr_typed), *ecr_typed.__all__}


def test_star_import_gives_all() -> None:
    """`from ecr_typed import *` gives the public names."""
    namespace: dict[str, object] = {}
    exec("from ecr_typed import *", namespace)

    assert set(ecr_typed.__all__) <= set(namespace)


def test_names_that_are_not_there_are_an_attribute_error() -> None:
    """A wrong name fails as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'EcrKlient'"):
        getattr(ecr_typed, "EcrKlient")  # noqa: B009  # it is not there
    with pytest.raises(ImportError):
        exec("from ecr_typed import EcrKlient")


def test_version_is_there() -> None:
    """`__version__` is the package's."""
    assert ecr_typed.__version__.count(".") == 2
