"""One authenticated request, and the operations of the API that respond to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.http.service_description import REQUESTS
from ecr_typed.testing._emulator.registry.errors import invalid
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.http.distribution.messages import RegistryRequest
    from ecr_typed.testing._emulator.registry.repositories import Registries, Registry
    from ecr_typed.testing._emulator.registry.tokens import RegistryToken
    from ecr_typed.testing._emulator.service import EcrService


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request of a caller to a registry."""

    request: RegistryRequest
    token: RegistryToken
    service: EcrService
    registries: Registries

    @property
    def registry(self) -> Registry:
        """The registry that the token is for."""
        return self.registries.of(self.token.registry_id, self.token.region_name)

    @property
    def now(self) -> datetime:
        """The time of the request."""
        return self.registries.now

    def run(self, operation_name: str, **parameters: Any) -> dict[str, Any]:
        """Run an operation of the API on the registry, and return its members."""
        parameters["registryId"] = self.token.registry_id
        checked = dict(parameters)
        # ECR cuts what a client streams into parts that the API takes, so a body has no limit.
        checked.pop("layerPartBlob", None)
        shape = REQUESTS[operation_name]
        for name, value in checked.items():
            shape.members[name].check(value, name)
        return self._run(operation_name, parameters)

    def check(self, operation_name: str, repository_name: str) -> None:
        """Refuse a caller who may not run an operation on a repository."""
        names = {"registryId": self.token.registry_id, "repositoryName": repository_name}
        self._run(operation_name, names, is_only_checked=True)

    def _run(
        self, operation_name: str, parameters: dict[str, Any], *, is_only_checked: bool = False
    ) -> dict[str, Any]:
        return self.service.run(
            operation_name,
            parameters,
            self.token.caller,
            self.token.region_name,
            self.request.origin,
            self.registries,
            is_only_checked=is_only_checked,
        )

    def page(self) -> dict[str, Any]:
        """Return the paging parameters of an operation, by the arguments `n` and `last`."""
        size, last = self.request.argument("n"), self.request.argument("last")
        parameters: dict[str, Any] = {} if last is None else {"nextToken": last}
        if size is not None:
            if not re.fullmatch("[0-9]{1,18}", size):
                raise invalid("maxResults", protocols.PAGE_SIZE_NO_NUMBER())
            parameters["maxResults"] = int(size)
        return parameters

    def link(self, path: str, members: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the `Link` header that leads to the next page, if there is one."""
        if "nextToken" not in members:
            return []
        others = {k: v for k, v in self.request.query.items() if k != "last"}
        url = self.request.url(path, {"last": [members["nextToken"]], **others})
        return [("Link", f'<{url}>; rel="next"')]
