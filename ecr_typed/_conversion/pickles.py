"""Loads models that were pickled by a release whose models had fewer members."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

_SetState = Callable[[object, Mapping[str, object]], None]


def load_older_pickles(namespace: Mapping[str, object]) -> None:
    """Let the models of a module be loaded from pickles that lack some of their attributes.

    The method that attrs generates leaves such attributes unset. This one sets their defaults.
    """
    for value in namespace.values():
        if isinstance(value, type) and attrs.has(value):
            setattr(value, "__setstate__", _set_state_of(value))  # noqa: B010  # checkers refuse `=`


def _set_state_of(model: type[attrs.AttrsInstance]) -> _SetState:
    fields = attrs.fields(model)

    def set_state(self: object, state: Mapping[str, object]) -> None:
        for field in fields:
            if field.name in state:
                object.__setattr__(self, field.name, state[field.name])
            elif field.default is not attrs.NOTHING:
                object.__setattr__(self, field.name, field.default)
            else:
                raise TypeError(
                    f"{model.__name__} was pickled by a release that did not know its "
                    f"{field.name}, which is required: fetch it again"
                )

    return set_state
