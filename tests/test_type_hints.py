"""`typing.get_type_hints` works for everything public, of whichever module."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_type_hints

import ecr_typed
from ecr_typed import EcrError, aio, documents, jobs, models, testing
from ecr_typed.jobs import JobFailedError, Outcome
from ecr_typed.testing import faults

PUBLIC = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in (ecr_typed, models, aio, documents, jobs, testing, faults)
    for name in getattr(module, "__all__", vars(module))
    if not name.startswith("_")
}
OWN = {
    name: item
    for name, item in PUBLIC.items()
    if callable(item) and str(getattr(item, "__module__", "")).startswith("ecr_typed")
}


def functions_of(item: Any) -> Iterator[Any]:
    """What a class offers: methods, properties and its constructor; or the function itself."""
    if not isinstance(item, type):
        yield item
        return
    for name in dir(item):
        if name == "__init__" or not name.startswith("_"):
            found = inspect.getattr_static(item, name)
            function = getattr(found, "fget", None) or getattr(found, "__func__", found)
            if inspect.isfunction(function) and function.__module__.startswith("ecr_typed"):
                yield function


def failures(items: dict[str, Any]) -> dict[str, str]:
    """Why the annotations of some can't be evaluated."""
    found: dict[str, str] = {}
    for name, item in items.items():
        try:
            get_type_hints(item)
        except (NameError, TypeError) as error:
            found[name] = str(error)
    return found


def test_hints_of_public_classes_are_found() -> None:
    """Those of classes that say they are of another module than they are in, too."""
    classes = {name: item for name, item in OWN.items() if isinstance(item, type)}

    assert len(classes) > 250
    assert failures(classes) == {}


def test_hints_of_public_functions_are_found() -> None:
    """Those of functions, methods, properties and constructors."""
    functions = {
        f"{name}.{function.__name__}": function
        for name, item in OWN.items()
        for function in functions_of(item)
    }

    assert len(functions) > 500
    assert failures(functions) == {}


def test_errors_have_the_name_that_users_import() -> None:
    """A traceback ends with a name that can be imported."""
    errors = [
        each for each in OWN.values() if isinstance(each, type) and issubclass(each, EcrError)
    ]

    assert len(errors) > 60
    assert [
        each for each in errors if PUBLIC[f"{each.__module__}.{each.__name__}"] is not each
    ] == []


def test_hints_of_errors_of_jobs_are_the_types() -> None:
    """What a job's error declares is what it holds."""
    assert get_type_hints(JobFailedError)["outcomes"] == tuple[Outcome[Any, Any], ...]
