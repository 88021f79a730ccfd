"""The base of the service's enums: open sets of values."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

ANY_TEXT: str = ""
"""The value, to type checkers alone, of the member that stands for all unknown values.

It must not be written out: checkers would take it for the only other value.
"""


class OpenEnum(StrEnum):
    """Text of a set of values that AWS extends over time.

    A value that this release does not know becomes a member, too: it keeps its text, equals that
    text, and its `is_known` is False. Such a member is not stored in the class, so compare it with
    `==`, not with `is`.

    Type checkers know that there are other values: each enum has one more member for them, which
    is not there at run time. So a `match` over all known members is not exhaustive.
    """

    if TYPE_CHECKING:
        # Checkers would infer that `value` is one of the texts that are written out.
        @property
        def value(self) -> str:
            """The text."""
            ...

    @property
    def is_known(self) -> bool:
        """Whether this release knows the value."""
        return self._value_ in type(self)._value2member_map_

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        # The plain text of a member of another enum, or of an instance of any subclass of `str`.
        text = str.__str__(value)
        known = cls._value2member_map_.get(text)
        if isinstance(known, cls):
            return known
        member = str.__new__(cls, text)
        member._name_ = text
        member._value_ = text
        return member

    def __repr__(self) -> str:
        if self.is_known:
            return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"
        return f"<{type(self).__name__}: {self._value_!r}, not known to this release>"

    # The methods of `enum.Enum` differ between Python versions. Some use the name, which only
    # known members have.
    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._value_,)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self
