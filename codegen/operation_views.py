"""Prepares the data for the templates of operations."""

from __future__ import annotations

import attrs

from codegen.decisions import Decisions, OperationDecision, StructureDecision, TopicDecision
from codegen.docstrings import docstring, method_docstring
from codegen.model_views import ModelViews
from codegen.names import attribute_name, attribute_path, class_prefix, constant_name
from codegen.records import MemberRecord, OperationRecord, ScalarRecord, ServiceRecord
from codegen.shape_views import ShapeViews
from codegen.source import LIMIT, TOKEN

_PAGING_WORDS = {
    "page_size": "The largest number of items in a page, 1 to {largest:,}. Default: {largest:,}.",
    "max_items": "The largest number of items to return. Default: all.",
    "starting_token": "The page token to start from: `next_token` of a page or of an error.",
}


@attrs.frozen
class ParameterView:
    """A parameter of a method."""

    name: str
    type: str
    passed: str
    is_required: bool


@attrs.frozen
class MethodView:
    """A method, and the constant that describes its operation."""

    name: str
    constant: str
    constant_type: str
    constant_value: str
    parameters: tuple[ParameterView, ...]
    is_paged: bool
    caller: str
    result_type: str
    result_attribute: str
    docstring: str


@attrs.frozen
class OperationsView:
    """The module of a topic's operations."""

    docstring: str
    class_name: str
    class_docstring: str
    methods: tuple[MethodView, ...]
    takes_documents: bool


class OperationViews:
    """Makes the views of all topics' operations."""

    def __init__(self, service: ServiceRecord, decisions: Decisions) -> None:
        self._service = service
        self._decisions = decisions
        self._models = ModelViews(service, decisions)
        self._shapes = ShapeViews(decisions.shared)

    def module(self, name: str, topic: TopicDecision) -> OperationsView:
        """Return the view of a topic's operations."""
        methods = [
            self._method(self._service.operations[operation], decision, topic)
            for operation, decision in topic.operations.items()
        ]
        return OperationsView(
            docstring=docstring(topic.words, 0),
            class_name=f"{class_prefix(name)}Operations",
            class_docstring=docstring(topic.words, 4),
            methods=tuple(methods),
            takes_documents=self._takes_documents(topic),
        )

    def _takes_documents(self, topic: TopicDecision) -> bool:
        """Return whether a method of a topic accepts a document in place of a text."""
        operations = (self._service.operations[name] for name in topic.operations)
        shapes = [member.shape for each in operations for member in each.input.members]
        return any(self._shapes.document_classes(shape) for shape in shapes)

    def _method(
        self, operation: OperationRecord, decision: OperationDecision, topic: TopicDecision
    ) -> MethodView:
        members = [m for m in operation.input.members if m.name not in {TOKEN, LIMIT}]
        members.sort(key=lambda member: not member.is_required)
        is_paged = operation.is_paged
        if is_paged:
            page = f"models.{operation.output.name}"
            types = f"{self._item_type(operation, decision)}, {page}"
            constant_type, result_type = f"PagedOperation[{types}]", f"Pager[{types}]"
            result_attribute = ""
        else:
            constant_type = f"Operation[models.{operation.output.name}]"
            result_type, result_attribute = self._result(operation, decision)
        return MethodView(
            name=operation.method_name,
            constant=constant_name(operation.name),
            constant_type=constant_type,
            constant_value=self._constant(operation, decision),
            parameters=tuple(self._parameter(member, members) for member in members),
            is_paged=is_paged,
            caller="paged" if is_paged else "call_in_parts" if decision.splits else "call",
            result_type=result_type,
            result_attribute=result_attribute,
            docstring=self._docstring(operation, decision, topic, members),
        )

    def _parameter(self, member: MemberRecord, members: list[MemberRecord]) -> ParameterView:
        type_name = self._shapes.parameter_type(member.shape)
        return ParameterView(
            name=attribute_name(member.name),
            type=type_name if member.is_required else f"{type_name} | None",
            passed=self._passed(member, members),
            is_required=member.is_required,
        )

    def _passed(self, member: MemberRecord, members: list[MemberRecord]) -> str:
        """Return the expression of what a method passes on for a parameter."""
        name = attribute_name(member.name)
        if self._shapes.is_tag_list(member.shape):
            return f"as_tags({name})"
        if classes := self._shapes.document_classes(member.shape):
            return f"as_text({name}, {', '.join(map(repr, classes))})"
        for other in members:
            decision = self._decisions.shared.documents.get(other.shape.name)
            if decision and member.name in decision.implies:
                attribute = decision.implies[member.name]
                return f"implied({name}, {attribute_name(other.name)}, {attribute!r})"
        return name

    def _result(self, operation: OperationRecord, decision: OperationDecision) -> tuple[str, str]:
        """Return the type of the method's result, and the response's attribute that holds it."""
        match decision.returns:
            case "nothing":
                return "None", ""
            case "response":
                return f"models.{operation.output.name}", ""
            case name:
                member = next(m for m in operation.output.members if m.name == name)
                return self._shapes.result_type(member.shape), attribute_name(name)

    def _item_type(self, operation: OperationRecord, decision: OperationDecision) -> str:
        types = dict.fromkeys(
            self._shapes.result_type(operation.list_at(path).item) for path in decision.items
        )
        return " | ".join(types)

    def _constant(self, operation: OperationRecord, decision: OperationDecision) -> str:
        options = {
            "method_name": repr(operation.method_name),
            "request": repr(operation.input.name),
            "response": repr(operation.output.name),
            "effect": f"Effect.{decision.effect.upper()}",
            "errors": f"frozenset({{{', '.join(map(repr, operation.errors))}}})",
        }
        if decision.repeat_meets:
            meets = ", ".join(map(repr, decision.repeat_meets))
            options["repeat_meets"] = f"frozenset({{{meets}}})"
        if operation.is_paged:
            items = ", ".join(repr(attribute_path(path)) for path in decision.items)
            options["items"] = f"({items},)"
            options["largest_page"] = str(_largest_page(operation))
        if decision.refuses_paging_with:
            names = ", ".join(repr(attribute_name(name)) for name in decision.refuses_paging_with)
            options["refuses_paging_with"] = f"frozenset({{{names}}})"
        if decision.splits:
            sizes = ", ".join(
                f"{attribute_name(name)!r}: {operation.list_size(name)}" for name in decision.splits
            )
            options["splits"] = f"{{{sizes}}}"
        arguments = ", ".join(f"{key}={value}" for key, value in options.items())
        kind = "PagedOperation" if operation.is_paged else "Operation"
        return f"{kind}({operation.name!r}, {arguments})"

    def _docstring(
        self,
        operation: OperationRecord,
        decision: OperationDecision,
        topic: TopicDecision,
        members: list[MemberRecord],
    ) -> str:
        request = topic.structures[operation.input.name]
        arguments = {
            attribute_name(member.name): self._words(operation, member, request)
            for member in members
        }
        if operation.is_paged:
            largest = _largest_page(operation)
            arguments |= {
                name: words.format(largest=largest) for name, words in _PAGING_WORDS.items()
            }
        raised = {
            name: f"{self._decisions.errors.modelled[name].when}." for name in operation.errors
        }
        raised = {name: text[0].upper() + text[1:] for name, text in raised.items()}
        return method_docstring(
            decision.words, arguments, decision.returned, raised, operation.documentation_url
        )

    def _words(
        self, operation: OperationRecord, member: MemberRecord, request: StructureDecision
    ) -> str:
        words = self._models.words(operation.input, member, request)
        classes = [f"`{name}`" for name in self._shapes.document_classes(member.shape)]
        if not classes:
            return words
        *others, last = classes
        listed = f"{', '.join(others)} or {last}" if others else last
        return f"{words} Text, or a {listed}."


def _largest_page(operation: OperationRecord) -> int:
    members = {member.name: member.shape for member in operation.input.members}
    limit = members.get(LIMIT)
    if not isinstance(limit, ScalarRecord) or limit.max is None:
        raise TypeError(f"{operation.name}: the model does not say how large a page may be")
    return limit.max
