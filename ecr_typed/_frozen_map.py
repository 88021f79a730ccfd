"""The immutable mapping of models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Self, TypeVar

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)


class FrozenMap(Mapping[K, V_co]):
    """A mapping that cannot be changed and, where its values are hashable, is hashable itself."""

    __slots__ = ("_items",)

    _items: dict[K, V_co]

    # `__init__` could be called again to replace the items.
    def __new__(cls, items: Mapping[K, V_co] | Iterable[tuple[K, V_co]] = (), /) -> Self:
        """Make a map of a copy of the items."""
        self: Self = _new(cls)
        _set_items(self, dict(items))
        return self

    def __getitem__(self, key: K) -> V_co:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __reduce__(self) -> tuple[type[FrozenMap[K, V_co]], tuple[dict[K, V_co]]]:
        return type(self), (self._items.copy(),)


def frozen(items: dict[K, V_co]) -> FrozenMap[K, V_co]:
    """Make a map of a dict that nobody else has, without a copy."""
    self: FrozenMap[K, V_co] = _new(FrozenMap)
    _set_items(self, items)
    return self


# Responses hold thousands of maps, so these functions are looked up only once.
_new: Final[Callable[[type[Any]], Any]] = object.__new__
_set_items: Final[Callable[[object, object], None]] = vars(FrozenMap)["_items"].__set__
