"""Directives of this documentation, and what autodoc needs to read the package.

- `{topic} images`: the methods, models and enums of a topic.
- `{documented} ecr_typed.EcrError`: a class or function, by autodoc.
- `{service-errors}`: the exceptions of the service.
- `{boto3-table}`: what stands where in boto3 and here, for every operation.
- `{picture} retries`: an SVG of `pictures/` in the page, so that it takes the page's colours.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import attrs
import boto3
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.util.docutils import SphinxDirective

import ecr_typed
from ecr_typed import (
    calls,
    client,
    conversion,
    errors,
    models,
    pagination,
    retry,
    service_errors,
)
from ecr_typed._calls.operation import AnyOperation, PagedOperation
from ecr_typed._conversion.shapes import members
from ecr_typed._operations import Operations
from ecr_typed.testing import Clock, EcrEmulator, Faults, faults

HERE = Path(__file__).parent


def topics() -> dict[str, type]:
    """The classes of operations by topic, in the order of their names."""
    classes = [
        cls
        for cls in Operations.__mro__
        if cls.__module__.startswith("ecr_typed._operations")
    ]
    named = {
        cls.__module__.rpartition(".")[2]: cls
        for cls in classes
        if cls is not Operations
    }
    return dict(sorted(named.items()))


def methods(topic: type) -> dict[str, FunctionType]:
    """The methods of a topic, in the order of the source."""
    return {
        name: value
        for name, value in vars(topic).items()
        if isinstance(value, FunctionType) and not name.startswith("_")
    }


def operation_of(method: FunctionType) -> AnyOperation:
    """What is known of a method's operation."""
    module = sys.modules[method.__module__]
    operation: AnyOperation = getattr(module, f"_{method.__name__.upper()}")
    return operation


class Markdown(SphinxDirective):
    """A directive that stands for some lines of Markdown."""

    has_content = False
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the lines in the directive's place."""
        lines = list(self.lines())
        parent = nodes.section()
        parent.document = self.state.document
        content = StringList(lines, source=str(self.env.doc2path(self.env.docname)))
        self.state.nested_parse(
            content, self.content_offset, parent, match_titles=True
        )
        return parent.children

    def lines(self) -> Iterator[str]:
        """Give the lines."""
        raise NotImplementedError


def autodoc(directive: str, name: str, *options: str) -> Iterator[str]:
    """A directive of autodoc in Markdown."""
    yield "```{eval-rst}"
    yield f".. {directive}:: {name}"
    yield from (f"   {option}" for option in options)
    yield "```"
    yield ""


_NO_CONSTRUCTOR = ":exclude-members: __init__, __new__"


class Topic(Markdown):
    """All there is of a topic."""

    def lines(self) -> Iterator[str]:
        """Give methods, models and enums, each under its heading."""
        (name,) = self.arguments
        module = import_module(f"ecr_typed.models.{name}")
        classes = [getattr(module, each) for each in vars(module)["__all__"]]
        classes.sort(key=lambda cls: inspect.getsourcelines(cls)[1])
        structures = [cls for cls in classes if attrs.has(cls)]
        enums = [cls for cls in classes if cls not in structures]
        if name in topics():
            yield "## Methods\n"
            for method in methods(topics()[name]):
                yield from autodoc("automethod", f"ecr_typed.EcrClient.{method}")
        yield "## Models\n"
        for cls in structures:
            options = (":members:", _NO_CONSTRUCTOR)
            yield from autodoc(
                "autoclass", f"ecr_typed.models.{cls.__name__}", *options
            )
        if enums:
            yield "## Enums\n"
        for cls in enums:
            options = (":members:", ":undoc-members:", _NO_CONSTRUCTOR)
            yield from autodoc(
                "autoclass", f"ecr_typed.models.{cls.__name__}", *options
            )


class Documented(Markdown):
    """Classes and functions, each by its public name."""

    required_arguments = 1
    final_argument_whitespace = True

    def lines(self) -> Iterator[str]:
        """Give each with all its members."""
        for name in self.arguments[0].split():
            module, _, attribute = name.rpartition(".")
            value = getattr(import_module(module), attribute)
            if not isinstance(value, type):
                yield from autodoc("autofunction", name)
            elif issubclass(value, BaseException):
                options = (":members:", ":show-inheritance:", _NO_CONSTRUCTOR)
                yield from autodoc("autoexception", name, *options)
            else:
                yield from autodoc("autoclass", name, *_options(value))


_WORDS_OF_ATTRS = "Method generated by attrs"


def _options(cls: type) -> Iterator[str]:
    yield ":members:"
    # What a person doesn't construct, or by attributes alone, has no words on its constructor.
    words = (cls.__init__.__doc__ or "").strip()
    is_own = cls.__init__ is vars(cls).get("__init__") and words
    if words.startswith(_WORDS_OF_ATTRS):
        is_own = all(
            field.default is not attrs.NOTHING for field in attrs.fields(cls)
        )
    yield ":special-members: __init__" if is_own else _NO_CONSTRUCTOR
    if "__iter__" in vars(cls):
        yield ":special-members: __iter__"


class Service(Markdown):
    """The classes of the service's errors."""

    required_arguments = 0

    def lines(self) -> Iterator[str]:
        """Give each with its members."""
        for name in vars(service_errors)["__all__"]:
            options = (":members:", _NO_CONSTRUCTOR)
            yield from autodoc("autoexception", f"ecr_typed.{name}", *options)


class Boto3Table(Markdown):
    """Call by call: boto3 and here."""

    required_arguments = 0

    def lines(self) -> Iterator[str]:
        """Give a table for each topic."""
        boto3_client = boto3.Session("x", "x", region_name="us-east-1").client(
            "ecr"
        )
        for name, topic in topics().items():
            yield f"### {name.replace('_', ' ').capitalize()}\n"
            yield "{.wide}"
            yield "| boto3 | ecr_typed | gives |"
            yield "| --- | --- | --- |"
            for method in methods(topic).values():
                is_paginator = boto3_client.can_paginate(method.__name__)
                yield "| {} | {} | {} |".format(
                    *row(method, is_paginator=is_paginator)
                )
            yield ""


def row(method: FunctionType, *, is_paginator: bool) -> tuple[str, str, str]:
    """What is written in boto3, what here, and what the method gives."""
    name, operation = method.__name__, operation_of(method)
    wire = {
        member.name: member.wire_name
        for member in members(getattr(models, operation.request))
    }
    parameters = inspect.signature(method).parameters.values()
    required = [
        p.name for p in parameters if p.default is p.empty and p.name != "self"
    ]
    arguments = ", ".join(f"{wire[each]}=…" for each in required)
    if not isinstance(operation, PagedOperation):
        call = f"`client.{name}({arguments}){_key(method, operation)}`"
    elif is_paginator:
        call = f'`client.get_paginator("{name}").paginate({arguments})`'
    else:
        call = f"`client.{name}({arguments})`, and `nextToken` by hand"
    ours = f"{{py:meth}}`ecr.{name}({', '.join(required)}) <ecr_typed.EcrClient.{name}>`"
    return call, ours, _linked(str(method.__annotations__["return"]))


def _key(method: FunctionType, operation: AnyOperation) -> str:
    returned = re.search(r"\)\.(\w+)(?: or \(\))?\s*$", inspect.getsource(method))
    if returned is None:
        return ""
    response = members(getattr(models, operation.response))
    (wire_name,) = (
        member.wire_name for member in response if member.name == returned[1]
    )
    return f'["{wire_name}"]'


def _linked(annotation: str) -> str:
    parts = re.split(r"\bmodels\.(\w+)", annotation.replace("\n", ""))
    text = "".join(
        f"{{py:class}}`~ecr_typed.models.{part}`" if index % 2 else part
        for index, part in enumerate(parts)
    )
    return re.sub(r"\bPager\[", "{py:class}`~ecr_typed.Pager`[", text).replace(
        "|", "or"
    )


class Picture(SphinxDirective):
    """An SVG in the page."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Put the SVG into the page; what is below is its caption."""
        path = HERE / "pictures" / f"{self.arguments[0]}.svg"
        self.env.note_dependency(str(path))
        svg = (
            f"<div>{path.read_text('utf-8')}</div>"  # scrolls, the caption does not
        )
        figure = nodes.figure("", nodes.raw("", svg, format="html"))
        figure["classes"].append("ecr-picture")
        if self.content:
            caption = nodes.caption()
            self.state.nested_parse(self.content, self.content_offset, caption)
            caption.children = list(caption.children[0].children)
            figure += caption
        return [figure]


class Docstring(GoogleDocstring):
    """A docstring in Google's style, in which `Returns` has no types: annotations have them."""

    def _consume_returns_section(
        self,
        preprocess_types: bool = False,  # noqa: ARG002, FBT001, FBT002
    ) -> list[tuple[str, str, list[str]]]:
        return [("", "", self._dedent(self._consume_to_next_section()))]


def read_docstring(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Read Google's style, and the backticks: link what is of the package, quote the rest."""
    if lines and lines[0].startswith(_WORDS_OF_ATTRS):
        lines.clear()
    if what not in {"attribute", "property", "data"}:  # whose words are no sections
        config = Config(napoleon_numpy_docstring=False)
        lines[:] = Docstring(lines, config, app, what, name, thing, options).lines()
    text = "\n".join(lines)
    if what == "module":  # what is indented there is a program
        program = r".. code-block:: python\n\n\1"
        text = re.sub(r"(?<=\n\n)((?: {4}.*\n|\n)+)", program, text)
    text = re.sub(r"(?<![`:])`([^`]+)`(?![`_])", _as_role, text)
    lines[:] = re.sub(
        r"(?m)^(https://docs\.aws\.amazon\.com/\S+/API_(\w+)\.html)$",
        r"`\2 in AWS's reference <\1>`__",
        text,
    ).split("\n")


_CLIENT_METHODS = {
    name for name in dir(ecr_typed.EcrClient) if not name.startswith("_")
}
_CLASSES = {
    name for name in ecr_typed.__all__ if isinstance(getattr(ecr_typed, name), type)
}


def _as_role(match: re.Match[str]) -> str:
    text = match[1]
    if text in _CLIENT_METHODS and text != "close":
        return f":py:meth:`~ecr_typed.EcrClient.{text}`"
    if text in _CLASSES:
        return f":py:class:`~{public_name(text)}`"
    return f"``{text}``"


def public_name(name: str) -> str:
    """The name under which this documentation has a class."""
    return (
        f"ecr_typed.models.{name}"
        if name in vars(models)["__all__"]
        else f"ecr_typed.{name}"
    )


def constructor_signature(
    _: Sphinx,
    _what: str,
    name: str,
    thing: Any,
    _options: Any,
    arguments: str,
    *_rest: Any,
) -> tuple[str, None] | None:
    """Leave out what a constructor returns, which is always None; show attrs' defaults."""
    if not name.endswith(".__init__"):
        return None
    owner = inspect.unwrap(thing).__qualname__.rpartition(".")[0]

    def default(match: re.Match[str]) -> str:
        fields = attrs.fields_dict(getattr(ecr_typed, owner))
        return repr(fields[match[1]].default)

    return re.sub(r"attr_dict\['(\w+)'\]\.default", default, arguments), None


def make_readable() -> None:
    """Give autodoc what it can't read from modules at run time."""
    emulator = sys.modules[EcrEmulator.__module__]
    for module in (client, calls, conversion, pagination, retry, emulator, faults):
        _import_as_checkers_do(module)
    for cls in (Clock, Faults):
        _import_as_checkers_do(sys.modules[cls.__module__])
    # Errors say that they are of `ecr_typed`, as tracebacks should. Their docstrings are elsewhere.
    for module in (errors, service_errors):
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == "ecr_typed":
                value.__module__ = module.__name__


def _import_as_checkers_do(module: ModuleType) -> None:
    for statement in ast.parse(inspect.getsource(module)).body:
        if (
            isinstance(statement, ast.If)
            and ast.unparse(statement.test) == "TYPE_CHECKING"
        ):
            imports = ast.Module(statement.body, type_ignores=[])
            exec(compile(imports, str(module.__file__), "exec"), vars(module))  # noqa: S102


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of all this."""
    make_readable()
    app.add_directive("topic", Topic, override=True)
    app.add_directive("documented", Documented)
    app.add_directive("service-errors", Service)
    app.add_directive("boto3-table", Boto3Table)
    app.add_directive("picture", Picture)
    app.connect("autodoc-process-docstring", read_docstring)
    app.connect("autodoc-process-signature", constructor_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
