"""What a registry keeps of itself."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class RegistryState:
    """The registry's policy, and the account settings that were changed."""

    policy: str | None = None
    settings: dict[str, str] = field(default_factory=dict[str, str])
