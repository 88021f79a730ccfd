"""The generated pages of the documentation, whose tables can be read without building it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import attrs

from codegen.decisions import Decisions, OperationDecision
from codegen.error_views import error_views
from codegen.model_views import EnumView, ModelViews, StructureView
from codegen.operation_views import MethodView, OperationViews
from codegen.records import OperationRecord, ServiceRecord
from codegen.render import Templates

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"

_TITLES = {"common": "Shared models"}


@attrs.frozen
class OperationView:
    """A row of the tables of operations."""

    method: MethodView
    boto3_call: str
    actions: str
    """The IAM actions that the operation needs."""


@attrs.frozen
class TopicView:
    """The page of a topic."""

    name: str
    title: str
    words: str
    operations: tuple[OperationView, ...]
    structures: tuple[StructureView, ...]
    enums: tuple[EnumView, ...]


def render_reference(service: ServiceRecord, decisions: Decisions) -> dict[str, str]:
    """Return the texts of the pages by their file names."""
    templates = Templates(
        service.botocore_version, "md", summary=summary, returned_type=returned_type
    )
    topics = _topics(service, decisions)
    pages = {
        "client.md": templates.render("reference_client", topics=topics),
        "operations.md": templates.render("reference_operations", topics=topics),
        "boto3.md": templates.render("reference_boto3", topics=topics),
        "service_errors.md": templates.render(
            "reference_errors", errors=error_views(service, decisions)
        ),
    }
    return pages | {
        f"{topic.name}.md": templates.render("reference_topic", topic=topic) for topic in topics
    }


def _topics(service: ServiceRecord, decisions: Decisions) -> list[TopicView]:
    models = ModelViews(service, decisions)
    operations = OperationViews(service, decisions)
    return [
        TopicView(
            name=name,
            title=_TITLES.get(name, name.replace("_", " ").capitalize()),
            words=topic.words,
            operations=tuple(
                OperationView(
                    method,
                    _boto3_call(service.operations[operation], decision),
                    ", ".join(f"`{a}`" for a in decision.actions or (f"ecr:{operation}",)),
                )
                for method, (operation, decision) in zip(
                    operations.module(name, topic).methods, topic.operations.items(), strict=True
                )
            ),
            structures=models.module(name, topic).structures,
            enums=models.module(name, topic).enums,
        )
        for name, topic in decisions.topics.items()
    ]


def _boto3_call(operation: OperationRecord, decision: OperationDecision) -> str:
    required = ", ".join(f"{m.name}=…" for m in operation.input.members if m.is_required)
    returns_all = operation.is_paged or decision.returns in {"response", "nothing"}
    key = "" if returns_all else f'["{decision.returns}"]'
    return f"client.{operation.method_name}({required}){key}"


def summary(literal: str) -> str:
    """Return the first sentence of a docstring, which is given as a literal."""
    paragraph = " ".join(str(ast.literal_eval(literal)).split("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z`])", paragraph)[0]


def returned_type(method: MethodView) -> str:
    """Return the type of a method's result as users write it, without the type of a page."""
    return re.sub(r", \w+\]$", "]", method.result_type.replace("models.", ""))
