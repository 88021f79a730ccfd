"""Errors of jobs have the name that users import."""

from __future__ import annotations

from typing import Any, get_type_hints


def show_in_jobs(error_class: type[Any]) -> None:
    """Let an error say that it is of `ecr_typed.jobs`: that name ends a traceback.

    Its annotations are evaluated before, because `typing.get_type_hints` looks for their names in
    the module that a class says it is of.
    """
    own: dict[str, Any] = vars(error_class).get("__annotations__", {})
    hints = get_type_hints(error_class)
    own.update({name: hints[name] for name in own})
    error_class.__module__ = "ecr_typed.jobs"
