"""What an editor shows: names to choose from, words below the cursor, and where a name leads."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import ecr_typed
from ecr_typed import (
    EcrClient,
    EcrError,
    EncryptionConfiguration,
    EncryptionType,
    Pager,
    Repository,
    RetryPolicy,
)
from tests.support.docs import attribute_text, sections
from tests.support.language_server import LanguageServer
from tests.support.service import METHODS, Method

PACKAGE = Path(ecr_typed.__file__).parent.resolve()
PROGRAM = """\
import ecr_typed
from ecr_typed import EcrClient, EcrError, EncryptionConfiguration, EncryptionType, RetryPolicy

ecr = EcrClient()
"""
CREATE = "ecr.create_repository('team/app', "


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """Give an editor that all tests share, as its server takes a while to start."""
    folder = tmp_path_factory.mktemp("programs").resolve()
    with LanguageServer(folder, PACKAGE.parent) as server:
        yield server


def public(owner: object) -> set[str]:
    """The names of an object that are not private."""
    return {name for name in dir(owner) if not name.startswith("_")}


def test_completions_of_the_client_are_what_is_public(editor: LanguageServer) -> None:
    """After `ecr.` come the operations, the waiters and the client's own names, all before others.

    pyright offers private names, too, but at the end.
    """
    names = editor.completions(f"{PROGRAM}ecr.|\n")

    shown = public(EcrClient)
    assert {method.name for method in METHODS} < shown
    assert {*names[: len(shown)]} == shown
    assert all(name.startswith("_") for name in names[len(shown) :])


def test_completions_of_the_package_are_its_names(editor: LanguageServer) -> None:
    """After `ecr_typed.` come the names that it exports, before its modules and its version.

    Models of requests, which few programs need, are offered by `ecr_typed.models` alone.
    """
    names = editor.completions(f"{PROGRAM}ecr_typed.|\n")

    exported = ecr_typed.__all__
    assert {*exported} <= {*names}
    assert not [name for name in names if name.endswith("Request")]
    assert not [name for name in names[: len(exported)] if name.startswith("_")]


def test_completions_of_a_model_are_its_attributes(editor: LanguageServer) -> None:
    """After a model come its attributes, and nothing of attrs before them."""
    names = editor.completions(f"{PROGRAM}{CREATE[:-2]}).|\n")

    shown = {field.name for field in attrs.fields(ecr_typed.Repository)}
    assert {*names[: len(shown)]} == shown


def test_completions_of_an_enum_are_its_values(editor: LanguageServer) -> None:
    """After the name of an enum come its values, before all others."""
    names = editor.completions(f"{PROGRAM}EncryptionType.|\n")

    values = ecr_typed.EncryptionType.__members__
    assert {*names[: len(values)]} == {*values}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_operations_show_their_words(editor: LanguageServer, method: Method) -> None:
    """Over an operation its words are shown, with parameters, result, exceptions and link."""
    shown = editor.hover(f"{PROGRAM}ecr.{method.name[:3]}|{method.name[3:]}\n")

    found = sections(inspect.getdoc(getattr(EcrClient, method.name)) or "")
    assert " ".join(found.words.split()) in shown
    assert found.link in shown
    for words in (*found.args.values(), found.returns, *found.raises.values()):
        assert words in shown


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_operations_lead_to_their_topic(editor: LanguageServer, method: Method) -> None:
    """Going to the definition of an operation leads to its method in its topic's module."""
    path, line = editor.definition(f"{PROGRAM}ecr.{method.name[:3]}|{method.name[3:]}\n")

    function = getattr(EcrClient, method.name)
    assert path == Path(inspect.getfile(function)).resolve()
    assert path.parent == PACKAGE / "_operations"
    assert path.read_text("utf-8").splitlines()[line - 1].strip() == f"def {method.name}("


def test_create_repository_is_among_repositories(editor: LanguageServer) -> None:
    """The definition of `create_repository` is in the module of repositories."""
    path, _ = editor.definition(f"{PROGRAM}ecr.create_|repository('a')\n")

    assert path == PACKAGE / "_operations" / "repositories.py"


def first_line(item: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(item) or "").partition("\n")[0]


def argument(function: object, name: str) -> str:
    """The beginning of the words on a parameter, of which editors show one line."""
    return sections(inspect.getdoc(function) or "").args[name][:40]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            f"{CREATE}image_tag_muta|bility=None)",
            argument(EcrClient.create_repository, "image_tag_mutability"),
        ),
        (f"{CREATE}).repository_|uri", attribute_text(Repository, "repository_uri")),
        ("EncryptionType.KMS_|DSSE", attribute_text(EncryptionType, "KMS_DSSE")),
        ("Encryption|Configuration", first_line(EncryptionConfiguration)),
        (
            "EncryptionConfiguration(encryption_type=None).kms_|key",
            attribute_text(EncryptionConfiguration, "kms_key"),
        ),
        ("EcrClient(ret|ry=None)", argument(EcrClient.__init__, "retry")),
        ("RetryPolicy().dead|line", attribute_text(RetryPolicy, "deadline")),
        ("EcrError().maybe_|applied", attribute_text(EcrError, "maybe_applied")),
        (
            "ecr.describe_repositories(page_|size=1)",
            argument(EcrClient.describe_repositories, "page_size"),
        ),
        ("ecr.describe_repositories().fir|st()", first_line(vars(Pager)["first"])),
    ],
)
def test_names_show_their_words(editor: LanguageServer, program: str, words: str) -> None:
    """Over a parameter, an attribute, a value or a class its words are shown."""
    assert words
    assert " ".join(words.split()) in " ".join(editor.hover(f"{PROGRAM}{program}\n").split())


def test_words_of_a_parameter_are_not_cut(editor: LanguageServer) -> None:
    """An editor shows the first line of a parameter's words, and that ends with a sentence."""
    words = editor.signature(f"{PROGRAM}ecr.delete_repository(|)\n")

    assert words["repository_name: str"].endswith('as in `team/app`."}')


@pytest.mark.parametrize(
    ("program", "module"),
    [
        ("Encryption|Configuration", "models/repositories.py"),
        ("ecr.describe_repositories().fir|st()", "_calls/paging.py"),
        ("ecr.wait_until_|image_scan_complete", "_client.py"),
        ("ecr_typed.RepositoryNot|FoundException", "_service_errors.py"),
        ("Retry|Policy", "_calls/policy.py"),
    ],
)
def test_names_lead_to_where_they_are_written(
    editor: LanguageServer, program: str, module: str
) -> None:
    """Going to a definition leads through what is loaded lazily to the source."""
    path, _ = editor.definition(f"{PROGRAM}{program}\n")

    assert path == PACKAGE / module
