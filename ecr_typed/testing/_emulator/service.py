"""The service: the registries of all accounts and regions, and the operations on them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ecr_typed.testing._emulator.registry.access import check_access
from ecr_typed.testing._emulator.registry.call import Call, Origin, Response
from ecr_typed.testing._emulator.registry.repositories import Options, Registries, Registry
from ecr_typed.testing._emulator.topics.lifecycle_policies.evaluation import apply_policy
from ecr_typed.testing._emulator.topics.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from ecr_typed.testing._emulator.registry.accounts import Accounts
    from ecr_typed.testing._emulator.registry.callers import Caller
    from ecr_typed.testing._emulator.registry.clock import Clock

Encoded = TypeVar("Encoded")


class EcrService:
    """Amazon ECR. Its state has no locks of its own: one call runs at a time."""

    def __init__(self, *, clock: Clock, accounts: Accounts, options: Options) -> None:
        self.accounts = accounts
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Empty all registries, and forget every token and key."""
        self.accounts.reset()
        self._registries = Registries(self._clock, self.accounts, self._options)

    @contextmanager
    def exclusive(self) -> Generator[Registries]:
        """Return the registries, to read or change while no call runs, with all that is due done."""
        with self._lock:
            registries = self._registries
            registries.now = registries.scheduler.run_due(self._clock)
            yield registries

    def caller_of(self, access_key_id: str, session_token: str) -> Caller:
        """Return who signs with credentials; refuse expired and forged sessions."""
        return self.accounts.caller_of(access_key_id, session_token, self._clock.now())

    @contextmanager
    def registry(self, account_id: str, region_name: str) -> Generator[Registry]:
        """Return a registry, to read or change while no call runs."""
        with self.exclusive() as registries:
            yield registries.of(account_id, region_name)

    def call(
        self,
        operation_name: str,
        parameters: Mapping[str, Any],
        caller: Caller,
        region_name: str,
        origin: Origin,
        *,
        encode: Callable[[Response], Encoded],
    ) -> Encoded:
        """Run an operation with checked parameters while no other call runs.

        Returns:
            What `encode` makes of the response. A response may hold parts of the state, so it is
            encoded before another call runs.
        """
        with self._lock:
            registries = self._registries
            registries.now = registries.scheduler.run_due(self._clock)
            return encode(
                self.run(operation_name, parameters, caller, region_name, origin, registries)
            )

    def run(
        self,
        operation_name: str,
        parameters: Mapping[str, Any],
        caller: Caller,
        region_name: str,
        origin: Origin,
        registries: Registries,
        *,
        is_only_checked: bool = False,
    ) -> Response:
        """Run an operation with checked parameters on the registries that `exclusive` returned.

        With `is_only_checked`, the caller is refused as the operation would refuse it, and that is
        all.
        """
        registry_id: str = parameters.get("registryId", caller.account_id)
        call = Call(
            operation_name=operation_name,
            parameters=parameters,
            caller=caller,
            region_name=region_name,
            origin=origin,
            now=registries.now,
            registries=registries,
            registry=registries.of(registry_id, region_name),
        )
        check_access(call)
        return {} if is_only_checked else OPERATIONS[operation_name](call)

    def apply_lifecycle_policies(self) -> None:
        """Expire and archive images in all registries, as their repositories' policies say."""
        with self.exclusive() as registries:
            for registry in registries:
                for repository in registry.repositories.values():
                    apply_policy(repository, registries.now)
