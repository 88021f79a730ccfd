"""The maps of models are mappings that do not change."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from ecr_typed import FrozenMap, Tag
from tests.support.untyped import untyped

ITEMS = {"a": 1, "b": 2}


def test_map_is_a_mapping() -> None:
    """It has keys, values, items, lookups with defaults, and a length, in order."""
    frozen = FrozenMap(ITEMS)

    assert list(frozen) == ["a", "b"]
    assert list(frozen.items()) == [("a", 1), ("b", 2)]
    assert (frozen["a"], frozen.get("c", 3), len(frozen), "b" in frozen) == (1, 3, 2, True)
    with pytest.raises(KeyError):
        frozen["c"]


def test_map_is_made_of_pairs_or_nothing_too() -> None:
    """Pairs make the same map as a dict; nothing makes an empty one."""
    assert FrozenMap(ITEMS.items()) == FrozenMap(ITEMS)
    assert not FrozenMap[str, int]()


def test_map_keeps_a_copy() -> None:
    """A change of the dict it was made of does not reach it."""
    items = dict(ITEMS)
    frozen = FrozenMap(items)
    items["c"] = 3

    assert frozen == ITEMS


def test_equal_maps_have_equal_hashes() -> None:
    """Maps of equal items in any order are equal, have one hash, and equal dicts."""
    first, second = FrozenMap(ITEMS), FrozenMap({"b": 2, "a": 1})

    assert first == second
    assert first == ITEMS
    assert hash(first) == hash(second)
    assert len({first, second, FrozenMap({"a": 1})}) == 2
    assert first != FrozenMap({"a": 1, "b": 3})


def test_map_of_what_has_no_hash_has_none() -> None:
    """Like a tuple, it is hashable where its values are."""
    unhashable = untyped(FrozenMap({"a": untyped([])}))

    with pytest.raises(TypeError):
        hash(unhashable)


@pytest.mark.parametrize("name", ["_items", "anything"])
def test_map_can_not_be_changed(name: str) -> None:
    """Neither items nor attributes can be set or deleted."""
    frozen: Any = FrozenMap(ITEMS)

    with pytest.raises(TypeError):
        frozen["c"] = 3
    with pytest.raises(TypeError):
        del frozen["a"]
    with pytest.raises(AttributeError):
        setattr(frozen, name, {})
    with pytest.raises(AttributeError):
        delattr(frozen, name)
    assert frozen == ITEMS


def test_map_is_made_once() -> None:
    """Neither a second `__init__` nor the parts that a pickle is made of reach its items."""
    frozen: Any = FrozenMap(ITEMS)

    frozen.__init__({"z": 1})
    frozen.__reduce__()[1][0]["z"] = 1

    assert frozen == ITEMS


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_map_pickles(protocol: int) -> None:
    """A pickle of any protocol gives an equal map of the same class."""
    frozen = FrozenMap({"tag": Tag(key="a", value="b")})

    again = pickle.loads(pickle.dumps(frozen, protocol))

    assert again == frozen
    assert hash(again) == hash(frozen)
    assert type(again) is FrozenMap


def test_copies_of_a_map_are_equal() -> None:
    """`copy` and `deepcopy` give equal maps."""
    frozen = FrozenMap({"a": (1, 2)})

    assert copy.copy(frozen) == frozen
    assert copy.deepcopy(frozen) == frozen


def test_repr_of_a_map_shows_its_items() -> None:
    """Its `repr` makes an equal map."""
    frozen = FrozenMap(ITEMS)

    assert repr(frozen) == "FrozenMap({'a': 1, 'b': 2})"
    assert eval(repr(frozen)) == frozen
