"""Looks at an sdist and a wheel that is installed: run by the session `wheel`, not by pytest."""

from __future__ import annotations

import sys
import tarfile
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import PurePath
from zipfile import ZipFile

PAGES = {"CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md"}


def main(sdist: str, wheel: str) -> None:
    """Stop with what is wrong with either."""
    with tarfile.open(sdist) as archive:
        paths = [PurePath(*PurePath(name).parts[1:]) for name in archive.getnames()]
    beside = {str(path) for path in paths if path.parts[:1] != ("ecr_typed",)} - {"."}
    assert beside == {*PAGES, "PKG-INFO", "pyproject.toml"}, f"the sdist holds {beside}"
    assert not [path for path in paths if "__pycache__" in path.parts]

    names = ZipFile(wheel).namelist()
    foreign = [n for n in names if not n.startswith(("ecr_typed/", "ecr_typed-"))]
    assert not foreign, f"the wheel holds more than the package: {foreign}"

    import ecr_typed

    assert "site-packages" in str(ecr_typed.__file__), ecr_typed.__file__
    assert files(ecr_typed).joinpath("py.typed").is_file(), "the type marker is missing"
    for module in (ecr_typed, import_module("ecr_typed.documents")):
        for name in module.__all__:
            getattr(module, name)
    (script,) = entry_points(group="console_scripts", name="ecr-emulator")
    assert script.value == "ecr_typed.testing.__main__:main", script.value
    client = ecr_typed.EcrClient(region_name="us-east-1")
    assert client.boto3_client.meta.region_name == "us-east-1"
    print(
        f"ecr_typed {ecr_typed.__version__}: {len(ecr_typed.__all__)} names, type marker in place"
    )


main(*sys.argv[1:])
