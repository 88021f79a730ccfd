"""Lifecycle policies written by tests."""

from __future__ import annotations

import json
from typing import Any

EXPIRE = {"type": "expire"}
TRANSITION = {"type": "transition", "targetStorageClass": "archive"}


def rule(priority: int = 1, **changes: Any) -> dict[str, Any]:
    """Write a rule that keeps one image; members of its selection are changed or, by None, left out.

    `action` and `description` are the rule's own.
    """
    own: dict[str, Any] = {
        name: changes.pop(name) for name in ("action", "description") if name in changes
    }
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1, **changes}
    return {
        "rulePriority": priority,
        "selection": {name: value for name, value in selection.items() if value is not None},
        "action": EXPIRE,
        **own,
    }


def days(count_type: str, number: int, **changes: Any) -> dict[str, Any]:
    """Write the members of a selection that counts days."""
    return {"countType": count_type, "countUnit": "days", "countNumber": number, **changes}


def policy(*rules: object) -> str:
    """Write a policy, as long as the service wants one at least."""
    return json.dumps({"rules": rules}) + " " * 100


def rewritten(*rules: object) -> str:
    """Write a policy as the service returns it."""
    return json.dumps({"rules": rules}, separators=(",", ":"), ensure_ascii=False)
