"""Writes and compiles a straight-line conversion function for each model.

The functions expect values of the declared types. For any other value they raise one of
`CONVERSION_FAILURES`; the caller then converts with `careful` or asks `validation`, which report
what is wrong and where.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

import attrs

from ecr_typed._conversion.scalars import (
    Dialect,
    exact_float,
    plain_boolean,
    plain_bytes,
    plain_float,
    plain_integer,
    plain_text,
    plain_timestamp,
    reject,
)
from ecr_typed._conversion.shapes import (
    Blob,
    Boolean,
    Enum,
    Float,
    Integer,
    ListOf,
    MapOf,
    Member,
    Shape,
    String,
    Structure,
    Timestamp,
    members,
)
from ecr_typed._frozen_map import frozen

Model = TypeVar("Model", bound=attrs.AttrsInstance)

Memo = dict[object, Any]
"""The values that the models of one page share, by what they were converted from."""

StructureFunction = Callable[[Mapping[str, Any], Memo], Model]
UnstructureFunction = Callable[[Model], dict[str, Any]]


class Structurers:
    """Makes functions that convert the mappings of one dialect to models."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._functions: dict[type[attrs.AttrsInstance], StructureFunction[Any]] = {}

    def get(self, model: type[Model]) -> StructureFunction[Model]:
        """Return the function for a class of models."""
        if model not in self._functions:
            self._functions[model] = self._compile(model)
        return self._functions[model]

    def structure(self, value: Any, model: type[Model]) -> Model:
        """Convert a mapping to a model."""
        return self.get(model)(value, {})

    def _compile(self, model: type[attrs.AttrsInstance]) -> StructureFunction[Any]:
        source = _Source(f"structure_{self._dialect.name}_{model.__name__}", "value, memo")
        draft = _draft_of(model)
        if draft is not None:
            source.add(1, f"self = {source.refer(draft)}()")
        else:
            source.add(1, f"self = {source.refer(object.__new__)}({source.refer(model)})")
        source.add(1, "get = value.get")
        for member in members(model):
            if member.is_required:
                source.add(1, f"v = value[{member.wire_name!r}]")
                self._add_value(source, 1, member)
            else:
                source.add(1, f"v = get({member.wire_name!r})", "if v is not None:")
                self._add_value(source, 2, member)
            if draft is not None:
                source.add(1, f"self.{member.name} = v")
            else:
                # A frozen model refuses `self.x = v`, but its slot can be set.
                set_slot = source.refer(vars(model)[member.name].__set__)
                source.add(1, f"{set_slot}(self, v)")
        if draft is not None:
            source.add(1, f"self.__class__ = {source.refer(model)}")
        source.add(1, "return self")
        return source.compile()

    def _add_value(self, source: _Source, indent: int, member: Member) -> None:
        """Add what converts `v`, the member's value, and checks its type."""
        is_wrong = _WRONG.get(type(member.shape))
        if is_wrong is not None:
            source.add(indent, f"if {is_wrong.format(v='v')}: {source.refer(reject)}()")
            if member.is_shared:
                # Only texts are keys by themselves, so no other value is taken for one.
                key = "v" if isinstance(member.shape, String) else f"({member.wire_name!r}, v)"
                source.add(indent, f"v = memo.setdefault({key}, v)")
            return
        converted = self._expression(source, member.shape)
        if not member.is_shared:
            source.add(indent, f"v = {converted}")
        elif isinstance(member.shape, Structure):
            source.add(indent, f"key = {_memo_key(source, member.shape)}")
            source.add(indent, "shared = memo.get(key)")
            is_new = " or ".join(["shared is None", *_unlike(member.shape)])
            source.add(indent, f"if {is_new}:", f"    shared = memo[key] = {converted}")
            source.add(indent, "v = shared")
        else:
            # A member of an enum equals its text. The name in the key keeps the two apart.
            source.add(indent, f"v = {converted}")
            source.add(indent, f"v = memo.setdefault(({member.wire_name!r}, v), v)")

    def _expression(self, source: _Source, shape: Shape, v: str = "v") -> str:
        """Return the expression that converts a value of the mapping to the attribute's.

        `v` is the name of the variable that holds the value.
        """
        refer = source.refer
        match shape:
            case Structure():
                return f"{refer(self.get(shape.type))}({v}, memo)"
            case ListOf():
                item = self._expression(source, shape.item)
                items = f"tuple([{item} for v in {v}])"
                return f"({items} if type({v}) is list else {refer(reject)}())"
            case MapOf():
                key = self._expression(source, shape.key, "k")
                item = self._expression(source, shape.value)
                return f"{refer(frozen)}({{{key}: {item} for k, v in {v}.items()}})"
            case Enum():
                known = refer(shape.type._value2member_map_)
                return f"({known}.get({v}) or {refer(shape.type)}({v}))"
            case Timestamp():
                return self._timestamp(source, v)
            case Blob():
                return f"{refer(self._dialect.blob)}({v})"
            case Float():
                convert = plain_float if self._dialect.has_exact_floats else exact_float
                return f"{refer(convert)}({v})"
            case _:
                is_wrong = _WRONG[type(shape)].format(v=v)
                return f"({refer(reject)}() if {is_wrong} else {v})"

    def _timestamp(self, source: _Source, v: str) -> str:
        """Return the expression of a time, which is a number of seconds in most responses."""
        usual = f"{source.refer(datetime.fromtimestamp)}({v}, {source.refer(UTC)})"
        other = f"{source.refer(self._dialect.timestamp)}({v})"
        # Every platform has the times of these seconds, which NaN is not among.
        return f"({usual} if type({v}) is float and 0.0 <= {v} < {_ALWAYS_TIMES} else {other})"


_ALWAYS_TIMES: Final = 2.0**31

_WRONG: Final[Mapping[type[object], str]] = {
    String: "type({v}) is not str",
    Boolean: "{v} is not True and {v} is not False",
    Integer: "type({v}) is not int",
}
"""When a value does not have the type of a shape whose values are checked and not converted."""


def _draft_of(model: type[attrs.AttrsInstance]) -> type[Any] | None:
    """Return a class with a model's slots whose attributes can be set, and quickly.

    An instance becomes the model when its `__class__` is set. Before Python 3.12 this is refused
    for classes with weak references, so there is no such class.
    """
    draft: Any = type(f"{model.__name__}Draft", (), {"__slots__": vars(model)["__slots__"]})
    try:
        draft().__class__ = model
    except TypeError:
        return None
    return cast("type[Any]", draft)


def _memo_key(source: _Source, structure: Structure) -> str:
    """Return the expression of a key that equal values of a structure have in common."""
    parts = [source.refer(structure.type)]
    for member in members(structure.type):
        if not isinstance(member.shape, String | Enum | Boolean):
            raise TypeError(f"{structure.type.__name__}.{member.name} can't be shared in a page")
        parts.append(f"v.get({member.wire_name!r})")
    return f"({', '.join(parts)})"


def _unlike(structure: Structure) -> Iterator[str]:
    """Return the conditions under which a value differs from the one that has an equal key."""
    for member in members(structure.type):
        if isinstance(member.shape, Boolean):
            # As a key, 1 equals True, but it is no boolean.
            yield f"v.get({member.wire_name!r}) is not shared.{member.name}"


_PLAIN: Final = {
    String: (str, plain_text),
    Enum: (str, plain_text),
    Boolean: (bool, plain_boolean),
    Integer: (int, plain_integer),
    Float: (float, plain_float),
    Blob: (bytes, plain_bytes),
    Timestamp: (datetime, plain_timestamp),
}


class Unstructurers:
    """Makes functions that convert models to plain dicts."""

    def __init__(self) -> None:
        self._functions: dict[type[attrs.AttrsInstance], UnstructureFunction[Any]] = {}

    def get(self, model: type[Model]) -> UnstructureFunction[Model]:
        """Return the function for a class of models."""
        if model not in self._functions:
            self._functions[model] = self._compile(model)
        return self._functions[model]

    def unstructure(self, model: Any, kind: type[attrs.AttrsInstance]) -> dict[str, Any]:
        """Convert a model to a plain dict."""
        return self.get(kind)(model)

    def _compile(self, model: type[attrs.AttrsInstance]) -> UnstructureFunction[Any]:
        source = _Source(f"unstructure_{model.__name__}", "self")
        source.add(1, "result = {}")
        for member in members(model):
            plain = self._expression(source, member.shape)
            source.add(1, f"v = self.{member.name}", "if v is not None:")
            source.add(2, f"result[{member.wire_name!r}] = {plain}")
        source.add(1, "return result")
        return source.compile()

    def _expression(self, source: _Source, shape: Shape) -> str:
        """Return the expression that converts `v`, an attribute's value, to a plain one."""
        refer = source.refer
        match shape:
            case Structure():
                unstructure, model = refer(self.get(shape.type)), refer(shape.type)
                return f"({unstructure}(v) if isinstance(v, {model}) else {refer(reject)}())"
            case ListOf():
                item = self._expression(source, shape.item)
                return f"([{item} for v in v] if type(v) is tuple else {refer(reject)}())"
            case MapOf():
                key = self._expression(source, shape.key)
                item = self._expression(source, shape.value)
                return f"dict(zip([{key} for v in v], [{item} for v in v.values()]))"
            case _:
                plain_type, make_plain = _PLAIN[type(shape)]
                return f"(v if type(v) is {refer(plain_type)} else {refer(make_plain)}(v))"


class _Source:
    """The source of a function that is being written, and the objects that it refers to."""

    def __init__(self, name: str, parameters: str) -> None:
        self._name = name
        self._lines = [f"def {name}({parameters}):"]
        self._objects: dict[str, object] = {}

    def refer(self, value: object) -> str:
        """Return the name of an object in the source."""
        for name, known in self._objects.items():
            if known is value:
                return name
        name = f"{getattr(value, '__name__', 'known').strip('_')}_{len(self._objects)}"
        self._objects[name] = value
        return name

    def add(self, indent: int, *lines: str) -> None:
        self._lines += ["    " * indent + line for line in lines]

    def compile(self) -> Callable[..., Any]:
        lines = [line + "\n" for line in self._lines]
        file = f"<ecr_typed {self._name}>"
        code = compile("".join(lines), file, "exec")
        exec(code, self._objects)  # noqa: S102  # the source is made of our own models alone
        # Tracebacks and debuggers show the source.
        linecache.cache[file] = (sum(map(len, lines)), None, lines, file)
        return cast("Callable[..., Any]", self._objects[self._name])
