"""Models that the service does not have: every kind of shape in one, and secrets."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from ecr_typed import OpenEnum
from ecr_typed._conversion import shapes
from ecr_typed._conversion.attributes import converted, hidden
from ecr_typed._conversion.shapes import Member, describe


class Colour(OpenEnum):
    """An enum whose values are not its members' names."""

    LIGHT_RED = "light-red"
    BLUE = "blue"


@attrs.frozen(kw_only=True, field_transformer=converted)
class Leaf:
    """A structure inside others."""

    colour: Colour | None = None
    is_green: bool | None = None


@attrs.frozen(kw_only=True, field_transformer=converted)
class Everything:
    """A structure with members of every kind."""

    text: str
    whole: int | None = None
    number: float | None = None
    truth: bool | None = None
    moment: datetime | None = None
    blob: bytes | None = None
    colour: Colour | None = None
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] | None = None
    counts: Mapping[Colour, int] | None = None
    nested: Mapping[str, tuple[Leaf, ...]] | None = None


describe(
    Leaf,
    colour=Member("colour", shapes.Enum(Colour)),
    is_green=Member("isGreen", shapes.BOOLEAN),
)
describe(
    Everything,
    text=Member("text", shapes.String(min=1, max=5)),
    whole=Member("whole", shapes.Integer(min=0, max=9)),
    number=Member("number", shapes.FLOAT),
    truth=Member("truth", shapes.BOOLEAN),
    moment=Member("moment", shapes.TIMESTAMP),
    blob=Member("blob", shapes.Blob(max=3)),
    colour=Member("colour", shapes.Enum(Colour)),
    leaf=Member("leaf", shapes.Structure(Leaf), shared=True),
    leaves=Member("leaves", shapes.ListOf(shapes.Structure(Leaf), max=2)),
    counts=Member("counts", shapes.MapOf(shapes.Enum(Colour), shapes.INTEGER)),
    nested=Member("nested", shapes.MapOf(shapes.STRING, shapes.ListOf(shapes.Structure(Leaf)))),
)


EVERYTHING: dict[str, Any] = {
    "text": "fünf",
    "whole": 2**70,
    "number": 1.5,
    "truth": False,
    "moment": datetime(2024, 1, 12, 12, 46, 27, tzinfo=UTC),
    "blob": b"\x00\xff",
    "colour": "light-red",
    "leaf": {"colour": "blue"},
    "leaves": [{"isGreen": True}, {}],
    "counts": {"blue": 1, "mauve": 2},
    "nested": {"a": [{"colour": "ochre"}], "b": []},
}
"""A dict of boto3 for it."""

EVERYTHING_JSON = (
    b'{"text": "f\\u00fcnf", "whole": 1180591620717411303424, "number": 1.5, "truth": false,'
    b' "moment": 1.705063587E9, "blob": "AP8=", "colour": "light-red", "leaf": {"colour": "blue"},'
    b' "leaves": [{"isGreen": true}, {}], "counts": {"blue": 1, "mauve": 2},'
    b' "nested": {"a": [{"colour": "ochre"}], "b": []}}'
)
"""The same over the wire."""


@attrs.frozen(kw_only=True, field_transformer=converted)
class Credentials:
    """A structure with a secret."""

    user: str
    password: str | None = attrs.field(default=None, repr=hidden)


@attrs.frozen(kw_only=True, field_transformer=converted)
class Vault:
    """A structure with secrets in its parts."""

    name: str
    owner: Credentials | None = None
    guests: tuple[Credentials, ...] | None = None
    keys: Mapping[str, Credentials] | None = None


@attrs.frozen(kw_only=True, field_transformer=converted)
class Keyring:
    """A structure with secrets in nothing but a map."""

    name: str
    keys: Mapping[str, Credentials] | None = None


describe(
    Credentials,
    user=Member("user", shapes.STRING),
    password=Member("password", shapes.STRING, secret=True),
)
describe(
    Vault,
    name=Member("name", shapes.STRING),
    owner=Member("owner", shapes.Structure(Credentials)),
    guests=Member("guests", shapes.ListOf(shapes.Structure(Credentials))),
    keys=Member("keys", shapes.MapOf(shapes.STRING, shapes.Structure(Credentials))),
)
describe(
    Keyring,
    name=Member("name", shapes.STRING),
    keys=Member("keys", shapes.MapOf(shapes.STRING, shapes.Structure(Credentials))),
)
