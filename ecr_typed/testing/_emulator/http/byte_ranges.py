"""The `Range` header of a download, as S3 reads it."""

from __future__ import annotations

import re

# `bytes=0-99`, `bytes=100-` (from there on), `bytes=-100` (the last ones).
_RANGE = re.compile(r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{1,18})?|-(?P<count>\d{1,18}))")


def requested_range(header: str, size: int) -> range | None:
    """Give the positions that a header asks for, as far as the content has them: maybe none.

    Returns:
        `None` if all of the content is due. S3 passes over headers that ask for several ranges, or
        that make no sense.
    """
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    if found["count"] is not None:
        return range(max(0, size - int(found["count"])), size)
    first = int(found["first"])
    if found["last"] is None:
        return range(first, size)
    last = int(found["last"])
    return None if last < first else range(first, min(last + 1, size))
