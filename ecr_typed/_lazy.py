"""Loads attributes of modules on first use (PEP 562), and libraries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import accumulate
from types import ModuleType


class LazyModule:
    """A module that is loaded when one of its attributes is first used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        value: object = getattr(import_module(self._name), name)
        return value


def lazy_attributes(
    module_name: str,
    names_by_source: Mapping[str, Sequence[str]],
    *,
    listed: Sequence[str] | None = None,
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a module that exports names of other modules.

    `listed` are the names that `dir()` shows, if those are not all.
    """
    sources = {name: source for source, names in names_by_source.items() for name in names}

    def load(name: str) -> object:
        if name not in sources:
            raise AttributeError(f"module {module_name!r} has no attribute {name!r}")
        try:
            module = import_module(sources[name])
        except AttributeError as error:
            # `from ... import` would report that the name is missing, and hide the cause.
            raise ImportError(f"{module_name}.{name} can't be loaded: {error}") from error
        value: object = getattr(module, name)
        # From now on Python finds the name without this function.
        setattr(sys.modules[module_name], name, value)
        return value

    def names() -> list[str]:
        dunders = {name for name in vars(sys.modules[module_name]) if name.startswith("__")}
        return sorted({*dunders, *(sources if listed is None else listed)})

    return load, names


def library(name: str) -> ModuleType:
    """Import a library on first use, also where its first import was interrupted.

    A signal or a time limit may end an import in the middle. Python then forgets the package and
    keeps those of its modules that were complete, with which some packages can't be imported again:
    tenacity, and asyncio, which it imports.
    """
    try:
        return import_module(name)
    except (AttributeError, NameError, ImportError):
        loaded = set(sys.modules)
        for module in loaded:
            parents = accumulate(module.split("."), "{}.{}".format)
            if not loaded.issuperset(parents):
                sys.modules.pop(module, None)
        return import_module(name)
