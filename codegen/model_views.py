"""Prepares the data for the templates of models."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from codegen.agreement import reachable_shapes
from codegen.decisions import SAME_WORDS, Decisions, StructureDecision, TopicDecision
from codegen.docstrings import docstring
from codegen.names import attribute_name, enum_member_name
from codegen.records import (
    EnumRecord,
    ListRecord,
    MapRecord,
    MemberRecord,
    ScalarRecord,
    ServiceRecord,
    ShapeRecord,
    StructureRecord,
)
from codegen.shape_views import ShapeViews


@attrs.frozen
class ValueView:
    """A value of an enum."""

    name: str
    value: str
    docstring: str


@attrs.frozen
class EnumView:
    """The class of an enum."""

    name: str
    docstring: str
    values: tuple[ValueView, ...]


@attrs.frozen
class AttributeView:
    """An attribute of a model."""

    name: str
    type: str
    default: str
    member: str
    docstring: str


@attrs.frozen
class ConverterView:
    """A function that converts a sequence to a tuple, by which checkers know that it may be one."""

    name: str
    item_type: str
    is_optional: bool


@attrs.frozen
class StructureView:
    """The class of a structure."""

    name: str
    docstring: str
    attributes: tuple[AttributeView, ...]
    converters: tuple[ConverterView, ...]


@attrs.frozen
class ModelsView:
    """The module of a topic's models."""

    docstring: str
    enums: tuple[EnumView, ...]
    structures: tuple[StructureView, ...]
    imports: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def names(self) -> list[str]:
        return sorted([*(e.name for e in self.enums), *(s.name for s in self.structures)])


class ModelViews:
    """Makes the views of all topics' models."""

    def __init__(self, service: ServiceRecord, decisions: Decisions) -> None:
        self._decisions = decisions
        self._shapes = ShapeViews(decisions.shared)
        self._reached = reachable_shapes(service, decisions)
        self._sent = _sent_structures(service, decisions)
        self._methods = {
            operation.input.name: operation.method_name for operation in service.operations.values()
        } | {
            operation.output.name: operation.method_name
            for operation in service.operations.values()
        }
        self._splits = {
            service.operations[name].input.name: operation.splits
            for topic in decisions.topics.values()
            for name, operation in topic.operations.items()
        }
        self._topics = {
            name: topic_name
            for topic_name, topic in decisions.topics.items()
            for name in (*topic.enums, *topic.structures)
        }

    def scalars(self) -> dict[str, str]:
        """Return the records of the scalars that have limits, by name."""
        return {
            name: self._shapes.scalar_record(shape)
            for name, shape in sorted(self._reached.items())
            if isinstance(shape, ScalarRecord) and self._shapes.is_limited(shape)
        }

    def module(self, name: str, topic: TopicDecision) -> ModelsView:
        """Return the view of a topic's models."""
        structures = [self._structure_of(structure) for structure in topic.structures]
        return ModelsView(
            docstring=docstring(topic.words, 0),
            enums=tuple(self._enum(enum, topic) for enum in topic.enums),
            structures=tuple(
                self._structure(structure, topic.structures[structure.name])
                for structure in self._in_order_of_use(structures)
            ),
            imports=self._imports(name, structures),
        )

    def _in_order_of_use(self, structures: list[StructureRecord]) -> list[StructureRecord]:
        """Return the structures in an order in which each follows those that it contains."""
        ordered: dict[str, StructureRecord] = {}
        own = {structure.name: structure for structure in structures}

        def add(structure: StructureRecord) -> None:
            for member in structure.members:
                for shape in _classes_in(member.shape):
                    if used := own.get(self._shapes.class_name(shape)):
                        add(used)
            ordered.setdefault(structure.name, structure)

        for structure in structures:
            add(structure)
        return list(ordered.values())

    def _structure_of(self, name: str) -> StructureRecord:
        shape = self._reached[name]
        if not isinstance(shape, StructureRecord):
            raise TypeError(f"{name} is no structure")
        return shape

    def _enum(self, name: str, topic: TopicDecision) -> EnumView:
        decision = topic.enums[name]
        record = self._reached[name]
        values = record.values if isinstance(record, EnumRecord) else ()
        return EnumView(
            name,
            docstring(decision.words, 4),
            tuple(
                ValueView(enum_member_name(value), value, docstring(decision.values[value], 4))
                for value in values
            ),
        )

    def _structure(self, record: StructureRecord, decision: StructureDecision) -> StructureView:
        always = {member.name for member in record.members if member.is_required}
        always |= decision.always.keys()
        # Attributes without a default come first in signatures and reprs alike.
        members = sorted(record.members, key=lambda member: member.name not in always)
        words = decision.words or self._words_of_call(record)
        lists = [member for member in members if self._takes_any_sequence(record, member)]
        return StructureView(
            record.name,
            docstring(words, 4),
            tuple(
                self._attribute(record, member, decision, is_always=member.name in always)
                for member in members
            ),
            tuple(
                self._converter(member.shape, is_always=member.name in always) for member in lists
            ),
        )

    def _converter(self, shape: ShapeRecord, *, is_always: bool) -> ConverterView:
        item = shape.item if isinstance(shape, ListRecord) else shape
        name = f"{attribute_name(item.name)}s"
        return ConverterView(
            f"_{name}" if is_always else f"_optional_{name}",
            self._shapes.attribute_type(item),
            is_optional=not is_always,
        )

    def _takes_any_sequence(self, structure: StructureRecord, member: MemberRecord) -> bool:
        """Return whether checkers are told that a member may be given as any sequence.

        It is so where users make the model themselves. It costs checkers time elsewhere, too.
        """
        is_passed = structure.name in self._sent and structure.name not in self._methods
        # The members of an enum may be given as text, which is for the other converter.
        return (
            is_passed
            and isinstance(member.shape, ListRecord)
            and not isinstance(member.shape.item, EnumRecord)
        )

    def _words_of_call(self, record: StructureRecord) -> str:
        kind = "arguments" if record.name.endswith("Request") else "response"
        return f"The {kind} of `{self._methods[record.name]}`."

    def _attribute(
        self,
        structure: StructureRecord,
        member: MemberRecord,
        decision: StructureDecision,
        *,
        is_always: bool,
    ) -> AttributeView:
        is_sent = structure.name in self._sent
        type_name = self._shapes.attribute_type(member.shape)
        record = self._shapes.record(member.shape, has_limits=is_sent)
        is_secret = member.name in decision.secret
        options = ", shared=True" if member.name in decision.shared else ""
        options += ", secret=True" if is_secret else ""
        field_options = [] if is_always else ["default=None"]
        if self._takes_any_sequence(structure, member):
            converter = self._converter(member.shape, is_always=is_always)
            field_options.append(f"converter={converter.name}")
        if is_secret:
            field_options.append("repr=hidden")
        default = f"attrs.field({', '.join(field_options)})"
        if default in _PLAIN_FIELDS:
            default = _PLAIN_FIELDS[default]
        return AttributeView(
            attribute_name(member.name),
            type_name if is_always else f"{type_name} | None",
            default,
            f'Member("{member.name}", {record}{options})',
            docstring(self.words(structure, member, decision), 4),
        )

    def words(
        self, structure: StructureRecord, member: MemberRecord, decision: StructureDecision
    ) -> str:
        """Return the words of a member, with the limits of requests."""
        words = decision.members[member.name]
        if words.startswith(SAME_WORDS):
            words = self._decisions.shared.members[words.removeprefix(SAME_WORDS) or member.name]
        limits = ""
        is_split = member.name in self._splits.get(structure.name, ())
        if structure.name in self._sent and not is_split:
            limits = self._shapes.limits_in_words(member.shape)
        return f"{words} {limits}".strip()

    def _imports(
        self, name: str, structures: list[StructureRecord]
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the classes that are imported from other topics, by topic."""
        used = {
            self._shapes.class_name(shape)
            for structure in structures
            for member in structure.members
            for shape in _classes_in(member.shape)
        }
        topics = sorted({self._topics[class_name] for class_name in used} - {name})
        return tuple(
            (topic, tuple(sorted(c for c in used if self._topics[c] == topic))) for topic in topics
        )


_PLAIN_FIELDS = {"attrs.field()": "", "attrs.field(default=None)": "None"}
"""How fields without other options are written."""


def _classes_in(shape: ShapeRecord) -> Iterator[ShapeRecord]:
    """Return the enums and structures that a shape is or contains."""
    match shape:
        case EnumRecord() | StructureRecord():
            yield shape
        case ListRecord():
            yield from _classes_in(shape.item)
        case MapRecord():
            yield from _classes_in(shape.key)
            yield from _classes_in(shape.value)
        case ScalarRecord():
            pass


def _sent_structures(service: ServiceRecord, decisions: Decisions) -> frozenset[str]:
    """Return the names of the structures in requests: only these have limits."""
    sent: set[str] = set()

    def add(structure: StructureRecord) -> None:
        sent.add(structure.name)
        for member in structure.members:
            for shape in _classes_in(member.shape):
                if isinstance(shape, StructureRecord) and shape.name not in sent:
                    add(shape)

    for topic in decisions.topics.values():
        for name in topic.operations:
            add(service.operations[name].input)
    return frozenset(sent)
