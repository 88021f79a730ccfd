"""Reads the JSON of responses, with orjson where it is installed.

The library orjson refuses some of what the standard library reads (`NaN`, lone surrogates), and
reads whole numbers beyond 64 bits as floats. So the standard library has the last word: it reads
whatever does not become a model with orjson. The models are the same for the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

_DECODER: Final = json.JSONDecoder()


def read_body(body: bytes) -> object:
    """Read a body with the standard library."""
    return _DECODER.decode(body.decode())


def _quick_reader() -> Callable[[bytes], object] | None:
    try:
        # By its name: checkers need not know whether it is installed.
        orjson: Any = import_module("orjson")
    except ImportError:
        return None
    loads: Callable[[bytes], object] = orjson.loads
    return loads


read_body_quickly: Final = _quick_reader()
"""Reads a body with orjson; None where it is not installed."""
