"""The states that topics keep of a registry, a repository or an image."""

from __future__ import annotations

from typing import Any, TypeVar

State = TypeVar("State")


class States:
    """The states of one owner, by their classes; they end with their owner."""

    __slots__ = ("_states",)

    def __init__(self) -> None:
        self._states: dict[type, Any] = {}

    def of(self, kind: type[State]) -> State:
        """Return the state of a class, which its first use creates."""
        state: State | None = self._states.get(kind)
        if state is None:
            state = self._states[kind] = kind()
        return state
