"""Models are plain values: immutable, comparable, hashable, copyable."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from botocore import xform_name
from botocore.model import StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st

from ecr_typed import (
    EncryptionConfiguration,
    EncryptionType,
    FrozenMap,
    Repository,
    RepositoryCreationTemplate,
    Tag,
    from_boto3,
)
from tests.support.declared import declared
from tests.support.every_shape import EVERYTHING, Colour, Credentials, Everything, Leaf, Vault
from tests.support.newer import holds_the_model
from tests.support.service import MODELS, always_present, as_boto3, shapes_of
from tests.support.strategies import bodies

STRUCTURES = [
    pytest.param(model, shape, id=shape.name) for model in MODELS for shape in shapes_of(model)
]


@holds_the_model
@pytest.mark.parametrize(("model", "shape"), STRUCTURES)
def test_attributes_are_the_members(
    model: type[attrs.AttrsInstance], shape: StructureShape
) -> None:
    """A class has the members of the service's structure, in snake_case, and no others."""
    fields = attrs.fields_dict(model)

    assert set(fields) == {xform_name(name) for name in shape.members}
    required = {xform_name(name) for name in shape.required_members}
    assert required <= {name for name, field in fields.items() if field.default is attrs.NOTHING}


@holds_the_model
def test_what_is_always_present_is_a_short_list() -> None:
    """Beyond what the service requires, only curated members lack a default."""
    assert always_present("Repository") == {
        "repositoryArn",
        "registryId",
        "repositoryName",
        "repositoryUri",
        "createdAt",
    }
    assert always_present("RepositoryCreationTemplate") == {"prefix"}


@pytest.mark.parametrize("model", MODELS)
def test_every_class_and_attribute_is_documented(model: type[Any]) -> None:
    """A class has a docstring, and a line of words stands under each attribute."""
    source = inspect.getsource(model)

    assert model.__doc__
    assert source.count('"""') == 2 * (1 + len(attrs.fields(model)))


@pytest.mark.parametrize(("model", "shape"), STRUCTURES)
@settings(max_examples=2)
@given(data=st.data(), protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_equal_models_are_one_value(
    model: type[attrs.AttrsInstance], shape: StructureShape, protocol: int, data: st.DataObject
) -> None:
    """Models of equal dicts are equal, have one hash, and survive pickles and copies."""
    mapping = as_boto3(shape, data.draw(bodies(shape, newer=True)))
    first, second = from_boto3(model, mapping), from_boto3(model, mapping)

    evolve: Any = attrs.evolve
    copies = [
        second,
        pickle.loads(pickle.dumps(first, protocol)),
        copy.copy(first),
        copy.deepcopy(first),
        evolve(first),
    ]
    assert all(made == first and hash(made) == hash(first) for made in copies)
    assert all(repr(made) == repr(first) for made in copies)
    assert {first, *copies} == {first}


@pytest.mark.parametrize(("model", "shape"), STRUCTURES)
@settings(max_examples=2)
@given(data=st.data())
def test_models_can_not_be_changed(
    model: type[attrs.AttrsInstance], shape: StructureShape, data: st.DataObject
) -> None:
    """No attribute can be set, deleted or added."""
    made: Any = from_boto3(model, as_boto3(shape, data.draw(bodies(shape))))

    for field in attrs.fields(model):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(made, field.name, None)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(made, field.name)
    with pytest.raises((AttributeError, TypeError)):
        made.something_new = 1
    assert not hasattr(made, "__dict__")


def test_models_of_different_classes_differ() -> None:
    """Equality asks for the same class."""
    tag: Any = Tag(key="a", value="b")
    leaf: Any = from_boto3(Leaf, {})

    assert leaf != from_boto3(Everything, {"text": "a"})
    assert tag != ("a", "b")
    assert Tag(key="a", value="b") != Tag(key="a", value="c")


def test_models_take_keywords_only() -> None:
    """An attribute that AWS adds later can't move the others."""
    make: Any = Tag

    with pytest.raises(TypeError):
        make("key", "value")
    with pytest.raises(TypeError):
        make(key="key", value="value", colour="blue")


def test_required_attributes_have_no_default() -> None:
    """What is always there must be given."""
    make: Any = EncryptionConfiguration

    with pytest.raises(TypeError):
        make()
    assert make(encryption_type="KMS").kms_key is None


def test_optional_attributes_are_none() -> None:
    """What may be absent is `None` unless given."""
    made = RepositoryCreationTemplate(prefix="team")

    fields = attrs.fields_dict(RepositoryCreationTemplate)
    assert {getattr(made, name) for name in fields if name != "prefix"} == {None}


def test_lists_become_tuples_and_mappings_frozen_maps() -> None:
    """Whatever sequence or mapping a model is made of, it keeps an immutable one."""
    leaves: Any = [Leaf(), Leaf()]
    counts: Any = {Colour.BLUE: 1}

    made = Everything(text="a", leaves=leaves, counts=counts)
    leaves.clear()
    counts.clear()

    assert made.leaves == (Leaf(), Leaf())
    assert made.counts == FrozenMap({Colour.BLUE: 1})
    assert {made: 1}[attrs.evolve(made)] == 1


class Ladder(Sequence[Leaf]):
    """A sequence that is neither a list nor a tuple."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: Any) -> Any:
        leaves: Any = (Leaf(), Leaf())
        return leaves[index]


def test_any_sequence_becomes_a_tuple() -> None:
    """A sequence of a class of the user's own is taken, too."""
    rungs: Any = Ladder()

    assert Everything(text="a", leaves=rungs).leaves == (Leaf(), Leaf())


def test_models_match() -> None:
    """A `match` statement takes a model apart by its attributes."""
    configuration = EncryptionConfiguration(encryption_type=EncryptionType.KMS, kms_key="k")

    match configuration:
        case EncryptionConfiguration(encryption_type=EncryptionType.KMS, kms_key=str(key)):
            assert key == "k"
        case _:
            pytest.fail("it did not match")


def test_models_with_every_kind_of_member_are_hashable() -> None:
    """Maps and lists of models take part in hash and equality."""
    first, second = from_boto3(Everything, EVERYTHING), from_boto3(Everything, EVERYTHING)

    assert hash(first) == hash(second)
    assert first == second
    assert attrs.evolve(first, counts=None) != first


def test_secrets_do_not_show() -> None:
    """The `repr` of a model hides a secret, at any depth, and says whether there is one."""
    credentials = Credentials(user="me", password="hunter2")
    vault = Vault(name="v", owner=credentials, guests=(credentials, Credentials(user="you")))

    shown = repr(vault)

    assert "hunter2" not in shown
    assert "***" in shown
    assert "None" in repr(Credentials(user="you"))
    assert str(credentials) == repr(credentials)
    assert credentials.password == "hunter2"


def test_template_and_repository_share_one_encryption_configuration() -> None:
    """The service's two shapes for encryption are one class."""
    annotations = {
        declared(model)["encryption_configuration"]
        for model in (Repository, RepositoryCreationTemplate)
    }

    assert annotations == {EncryptionConfiguration | None}
