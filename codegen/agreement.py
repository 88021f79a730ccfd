"""Compares the curation with the model: each must have an entry for everything in the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codegen.decisions import (
    SAME_WORDS,
    CurationError,
    Decisions,
    OperationDecision,
    StructureDecision,
    TopicDecision,
)
from codegen.names import enum_member_name
from codegen.records import (
    EnumRecord,
    ListRecord,
    MapRecord,
    OperationRecord,
    ScalarRecord,
    ServiceRecord,
    ShapeRecord,
    StructureRecord,
)


def check_agreement(service: ServiceRecord, decisions: Decisions) -> None:
    """Raise `CurationError` if the curation and the model disagree."""
    problems = disagreements(service, decisions)
    if problems:
        raise CurationError(problems)


def disagreements(service: ServiceRecord, decisions: Decisions) -> list[str]:
    """Return a sentence for each entry that the curation lacks or has in excess."""
    return [
        *_operation_problems(service, decisions),
        *_shape_problems(service, decisions),
        *_error_problems(service, decisions),
    ]


def reachable_shapes(service: ServiceRecord, decisions: Decisions) -> dict[str, ShapeRecord]:
    """Return all shapes of the curated operations by name."""
    reached: dict[str, ShapeRecord] = {}
    for topic in decisions.topics.values():
        for name in topic.operations:
            if operation := service.operations.get(name):
                _reach(operation.input, reached)
                _reach(operation.output, reached)
    return reached


def _reach(shape: ShapeRecord, reached: dict[str, ShapeRecord]) -> None:
    if shape.name in reached:
        return
    reached[shape.name] = shape
    match shape:
        case StructureRecord():
            for member in shape.members:
                _reach(member.shape, reached)
        case ListRecord():
            _reach(shape.item, reached)
        case MapRecord():
            _reach(shape.key, reached)
            _reach(shape.value, reached)
        case _:
            pass


def _differences(what: str, model: Iterable[str], curated: Iterable[str]) -> Iterator[str]:
    model, curated = list(model), list(curated)
    for name in model:
        if name not in curated:
            yield f"{what}{name} has no entry in the curation"
    for name in sorted(set(curated)):
        if name not in model:
            yield f"{what}{name} has an entry in the curation, but is not in the model"
        if curated.count(name) > 1:
            yield f"{what}{name} has {curated.count(name)} entries in the curation"


def _operation_problems(service: ServiceRecord, decisions: Decisions) -> Iterator[str]:
    curated = [name for topic in decisions.topics.values() for name in topic.operations]
    yield from _differences("operation ", service.operations, [*curated, *decisions.shared.pending])
    for topic in decisions.topics.values():
        for name, decision in topic.operations.items():
            if name in service.operations:
                yield from _one_operation_problems(service.operations[name], decision, topic)


def _one_operation_problems(
    operation: OperationRecord, decision: OperationDecision, topic: TopicDecision
) -> Iterator[str]:
    outputs = {member.name: member for member in operation.output.members}
    if result := outputs.get(decision.returns):
        response = topic.structures.get(operation.output.name)
        if not result.is_required and not (response and result.name in response.always):
            yield f"operation {operation.name} returns {result.name}, which is not always there"
    elif decision.returns not in {"response", "nothing"}:
        yield f"operation {operation.name} returns {decision.returns}, which is not in its response"
    if operation.is_paged != bool(decision.items):
        yield f"operation {operation.name} must say its items if it is paged, and only then"
    for look_up, names in (
        (operation.list_at, decision.items),
        (operation.list_size, decision.splits),
        (operation.argument, decision.refuses_paging_with),
    ):
        for name in names:
            try:
                look_up(name)
            except KeyError as error:
                yield f"operation {operation.name}: {error.args[0]}"
    for code in decision.repeat_meets:
        if code not in operation.errors:
            yield f"operation {operation.name} meets {code}, which is none of its exceptions"


def _shape_problems(service: ServiceRecord, decisions: Decisions) -> Iterator[str]:
    reached = reachable_shapes(service, decisions)
    same = decisions.shared.same_structures
    structures = {
        name: shape for name, shape in reached.items() if isinstance(shape, StructureRecord)
    }
    for name, other in same.items():
        if name not in structures or other not in structures:
            yield f"structures {name} and {other} are not both in the model"
        elif _member_names(structures[name]) != _member_names(structures[other]):
            yield f"structures {name} and {other} have not the same members"
    curated = [
        (name, decision)
        for topic in decisions.topics.values()
        for name, decision in topic.structures.items()
    ]
    yield from _differences(
        "structure ", (name for name in structures if name not in same), (n for n, _ in curated)
    )
    for name, structure_decision in curated:
        if name in structures:
            yield from _structure_problems(structures[name], structure_decision, decisions)
    yield from _enum_problems(reached, decisions)
    patterns = (
        name
        for name, shape in reached.items()
        if isinstance(shape, ScalarRecord) and shape.pattern is not None
    )
    yield from _differences("pattern of ", patterns, decisions.shared.scalars)
    for name in decisions.shared.documents:
        shape = reached.get(name)
        if not isinstance(shape, ScalarRecord) or shape.kind != "string":
            yield f"document {name} has an entry in the curation, but is no text in the model"


def _member_names(structure: StructureRecord) -> list[str]:
    return [member.name for member in structure.members]


def _structure_problems(
    structure: StructureRecord, decision: StructureDecision, decisions: Decisions
) -> Iterator[str]:
    names = _member_names(structure)
    yield from _differences(f"member {structure.name}.", names, decision.members)
    for name in sorted({*decision.always, *decision.shared, *decision.secret} - {*names}):
        yield f"member {structure.name}.{name} is not in the model"
    for member in structure.members:
        if member.is_required and member.name in decision.always:
            yield f"member {structure.name}.{member.name} is required by the model already"
    for name, words in decision.members.items():
        if words.startswith(SAME_WORDS):
            key = words.removeprefix(SAME_WORDS) or name
            if key not in decisions.shared.members:
                yield f"member {structure.name}.{name}: shared.toml has no words for {key}"


def _enum_problems(reached: dict[str, ShapeRecord], decisions: Decisions) -> Iterator[str]:
    enums = {name: shape for name, shape in reached.items() if isinstance(shape, EnumRecord)}
    curated = [
        (name, decision)
        for topic in decisions.topics.values()
        for name, decision in topic.enums.items()
    ]
    yield from _differences("enum ", enums, (name for name, _ in curated))
    for name, decision in curated:
        if name in enums:
            yield from _differences(f"value {name}.", enums[name].values, decision.values)
            members = [enum_member_name(value) for value in enums[name].values]
            for member in sorted({member for member in members if members.count(member) > 1}):
                yield f"enum {name} has several values that would be called {member}"


def _error_problems(service: ServiceRecord, decisions: Decisions) -> Iterator[str]:
    yield from _differences("exception ", service.errors, decisions.errors.modelled)
    for name, decision in decisions.errors.modelled.items():
        if name in service.errors:
            members = service.errors[name].members
            names = (member.name for member in members)
            yield from _differences(f"member {name}.", names, decision.members)
            for member in members:
                if not isinstance(member.shape, ScalarRecord):
                    yield f"member {name}.{member.name} is no scalar: exceptions have no others yet"
    for name in sorted(decisions.errors.common.keys() & service.errors.keys()):
        yield f"exception {name} is in the model by now: it is no longer a common one"
