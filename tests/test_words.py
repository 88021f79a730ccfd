"""Everything public has words of ours, and they are whole."""

from __future__ import annotations

import enum
import html
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import attrs
import pytest
from botocore.loaders import Loader

import ecr_typed
from ecr_typed import EcrClient, EcrError, OpenEnum, RetryPolicy, aio, documents, jobs, testing
from tests.support.docs import (
    Docstring,
    attribute_text,
    docstrings,
    sections,
    sentences,
    texts,
)
from tests.support.newer import holds_the_model
from tests.support.service import ENUMS, METHODS, MODELS, Method

PUBLIC: dict[str, Any] = {
    name: getattr(module, name)
    for module in (ecr_typed, ecr_typed.models, documents, jobs, aio, testing)
    for name in module.__all__
}
CLASSES = {name: item for name, item in PUBLIC.items() if inspect.isclass(item)}
# Python's own errors that `Raises` may name.
OF_PYTHON = {"ImportError", "OSError", "RuntimeError", "TypeError", "ValueError"}
ERRORS = {name: item for name, item in CLASSES.items() if issubclass(item, EcrError)}
ALL = docstrings()
BY_METHOD = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


def own_callables(owner: type[Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public methods of a class that are ours."""
    for name, item in inspect.getmembers(owner):
        if not name.startswith("_") and inspect.isroutine(item):
            module = getattr(inspect.getmodule(item), "__name__", "")
            if module.startswith("ecr_typed"):
                yield name, item


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"{n}.{name}": item for n, c in CLASSES.items() for name, item in own_callables(c)},
    **{name: item for name, item in PUBLIC.items() if inspect.isfunction(item)},
    "EcrClient()": EcrClient.__init__,
}


def docs_of(method: Method) -> str:
    """The docstring of an operation's method."""
    return inspect.getdoc(getattr(EcrClient, method.name)) or ""


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_have_words(name: str) -> None:
    """What is imported from the package says what it is, in words of its own."""
    item = PUBLIC[name]
    words = inspect.getdoc(item)
    assert words
    if inspect.isclass(item):
        assert item.__doc__, "the words are those of a base"
    # What attrs and enum write by themselves is no help.
    assert not words.startswith((f"{name}(", "An enumeration"))


@pytest.mark.parametrize("name", CLASSES)
def test_members_of_public_classes_have_words(name: str) -> None:
    """Each public method and property of a public class has a docstring."""
    without = [
        member
        for member, item in inspect.getmembers(CLASSES[name])
        if not member.startswith("_")
        and (inspect.isroutine(item) or isinstance(item, property))
        and not inspect.getdoc(item)
        and hasattr(CLASSES[name], member)
        # Python gives its own groups of exceptions no words.
        and not hasattr(BaseExceptionGroup, member)
    ]
    assert without == []


@pytest.mark.parametrize("model", [c for c in CLASSES.values() if attrs.has(c)])
def test_attributes_have_words(model: type[attrs.AttrsInstance]) -> None:
    """Each attribute of a model, an event or a policy has words below it."""
    fields = [field.name for field in attrs.fields(model) if not field.name.startswith("_")]
    assert [name for name in fields if not attribute_text(model, name)] == []


@pytest.mark.parametrize("name", ERRORS)
def test_attributes_of_errors_have_words(name: str) -> None:
    """Each attribute that an error declares has words below it, or is a property that has."""
    error = ERRORS[name]
    declared = [n for base in error.__mro__ for n in inspect.get_annotations(base)]
    public = [n for n in declared if not n.startswith("_")]
    assert "attempts" in public
    assert [n for n in public if not attribute_text(error, n)] == []


@pytest.mark.parametrize("kind", ENUMS)
def test_values_of_enums_have_words(kind: type[OpenEnum]) -> None:
    """Each value of an enum has words below it."""
    assert [member.name for member in kind if not attribute_text(kind, member.name)] == []


def test_all_models_and_enums_are_public() -> None:
    """The tests above see every model and every enum."""
    assert {*MODELS, *ENUMS} <= {*CLASSES.values()}
    assert all(issubclass(kind, enum.Enum) for kind in ENUMS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_has_a_line(name: str) -> None:
    """`Args` has a line for each parameter, in their order, and none besides."""
    function = FUNCTIONS[name]
    names = [name for name in inspect.signature(function).parameters if name not in {"self", "cls"}]
    assert [*sections(function.__doc__ or "").args] == names


@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_have_words(name: str) -> None:
    """`Returns` is there where something is returned, and only there."""
    function = FUNCTIONS[name]
    annotation = inspect.signature(function).return_annotation
    assert bool(sections(function.__doc__ or "").returns) == (annotation not in {"None", None})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_raises_names_exceptions(name: str) -> None:
    """What `Raises` names can be imported and caught, and has words."""
    raises = sections(FUNCTIONS[name].__doc__ or "").raises
    assert [n for n in raises if n not in {*ERRORS, *OF_PYTHON}] == []
    assert all(raises.values())


@holds_the_model
@BY_METHOD
def test_operations_raise_what_the_model_says(method: Method) -> None:
    """The exceptions of an operation's docstring are those of the service's model."""
    modelled = sorted(shape.name for shape in method.model.error_shapes)
    assert [*sections(docs_of(method)).raises] == modelled


@BY_METHOD
def test_docstrings_end_with_the_reference(method: Method) -> None:
    """The last line of an operation's docstring is the link to its page of the API reference."""
    reference = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference"
    assert docs_of(method).splitlines()[-1] == f"{reference}/API_{method.operation}.html"


@BY_METHOD
def test_pages_have_their_words(method: Method) -> None:
    """A paged method says what a page and a token are, and that its result comes in pages."""
    found = sections(docs_of(method))
    options = {"page_size", "max_items", "starting_token"}
    if not method.is_paged:
        assert not options & found.args.keys()
        return
    largest = int(method.input.members["maxResults"].metadata["max"])
    assert f"1 to {largest:,}. Default: {largest:,}." in found.args["page_size"]
    assert "Default: all." in found.args["max_items"]
    assert "`next_token`" in found.args["starting_token"]
    assert "page by page" in found.returns


SPLIT = {
    "batch_get_image": 100,
    "batch_delete_image": 100,
    "batch_check_layer_availability": 100,
    "batch_get_repository_scanning_configuration": 25,
    "describe_images": 100,
    "describe_pull_through_cache_rules": 100,
    "describe_repositories": 100,
    "get_lifecycle_policy_preview": 100,
}


@BY_METHOD
def test_split_lists_say_so(method: Method) -> None:
    """A method that sends a long list in several requests says from which length on."""
    words = " ".join(sections(docs_of(method)).words.split())
    if method.name in SPLIT:
        assert re.search(
            rf"More than {SPLIT[method.name]}\b.* sent in several requests, in their order", words
        )
    else:
        assert "several requests" not in words


@pytest.mark.parametrize(
    ("method", "filtered"),
    [
        ("list_images", "image_status"),
        ("describe_images", "image_status"),
        ("list_image_referrers", "artifact_status"),
    ],
)
def test_lists_say_that_archived_images_are_left_out(method: str, filtered: str) -> None:
    """A list that gives `ACTIVE` images unless it is asked for `ANY` says so, and by which filter."""
    found = sections(getattr(EcrClient, method).__doc__)
    assert re.search(
        rf"Only `ACTIVE` \w+ are \w+ unless the\s+filter's `{filtered}`[^.]+`ANY`", found.words
    )
    assert "`ACTIVE`" in found.args["filter"]


def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    """All runs of so many words, letters only and lower-cased."""
    words = re.findall(r"[a-z]+", text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def documentation(model: object) -> Iterator[str]:
    """All documentation in botocore's model of the service."""
    match model:
        case dict():
            for key, value in cast("dict[str, object]", model).items():
                if key == "documentation" and isinstance(value, str):
                    yield re.sub(r"<[^>]+>", " ", html.unescape(value))
                else:
                    yield from documentation(value)
        case list():
            for item in cast("list[object]", model):
                yield from documentation(item)
        case _:
            pass


@holds_the_model
def test_words_are_not_those_of_aws() -> None:
    """No eight words in a row are in botocore's documentation of the service, too."""
    model = cast("object", Loader().load_service_model("ecr", "service-2"))
    theirs = set[tuple[str, ...]]().union(*map(runs, documentation(model)))
    assert len(theirs) > 5_000
    copied = {
        found.place: " ".join(min(runs(found.text) & theirs))
        for found in ALL
        if runs(found.text) & theirs
    }
    assert copied == {}


def problems(found: Docstring) -> Iterator[str]:
    """What is wrong with how a docstring is written."""
    # Links can't be broken.
    if any(len(line) > 100 and "https://" not in line for line in found.lines):
        yield "a line is longer than 100 columns"
    prose = [line.strip() for line in found.text.splitlines()]
    if found.place != "ecr_typed._errors" and any("  " in line for line in prose):
        yield "there are two spaces in a row"
    if found.text.startswith("=") or re.search(r"(?m)[:.] =", found.text):
        yield "a marker of the curation was left"
    if "None is not" in found.text or "`None` is not" in found.text:
        yield "it says what is not sent"
    if re.search(r"\b(\w+) \1\b", found.text):
        yield "a word stands twice"
    if re.search(r"\.\.(?!\.)(?<!\.\.\.)", found.text):
        yield "a full stop stands twice"
    if found.place == "ecr_typed._errors":  # it ends with a drawing
        return
    for sentence in sentences(found.text):
        if not re.search(r"[.:?!]\)?`?$", sentence):
            yield f"no full stop: {sentence}"
        if not re.match(r"[A-Z0-9`'{\[(\d]", sentence) and not sentence.startswith("botocore"):
            yield f"no capital: {sentence}"


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.place)
def test_docstrings_are_well_written(found: Docstring) -> None:
    """Lines fit, sentences begin and end, nothing stands twice and nothing is left over."""
    assert [*problems(found)] == []


def test_markers_would_be_seen() -> None:
    """A docstring with all that is refused is refused for each of it."""
    bad = Docstring("place", "=name  is is the.. `None` is not sent", ("x" * 101,))
    assert len({problem.split(":")[0] for problem in problems(bad)}) == 8


def test_docstrings_are_found() -> None:
    """The tests see methods, attributes, values and properties, handwritten and generated."""
    found = texts()
    for place in (
        "ecr_typed._operations.repositories.RepositoriesOperations.create_repository",
        "ecr_typed.models.repositories.Repository.repository_arn",
        "ecr_typed.models.repositories.EncryptionType.KMS_DSSE",
        "ecr_typed._service_errors.KmsException.kms_error",
        "ecr_typed._errors.EcrError.attempts",
        "ecr_typed._calls.policy.RetryPolicy.deadline",
    ):
        assert place in found
    assert attribute_text(RetryPolicy, "deadline")
