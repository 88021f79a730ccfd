"""The service: from a request's target and body to the answer's status, headers and body."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

import botocore

from ecr_typed.testing._emulator.http.downloads import LayerDownloads
from ecr_typed.testing._emulator.http.json_protocol import read_request
from ecr_typed.testing._emulator.http.log import logger
from ecr_typed.testing._emulator.http.messages import HttpAnswer, service_answer
from ecr_typed.testing._emulator.http.service_model import (
    TARGET_PREFIX,
    has_output_members,
    input_shape,
    service_model,
)
from ecr_typed.testing._emulator.http.validation import check_request
from ecr_typed.testing._emulator.registry.accounts import Caller
from ecr_typed.testing._emulator.registry.call import Call
from ecr_typed.testing._emulator.registry.clock import Clock
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.page_tokens import PageTokens
from ecr_typed.testing._emulator.registry.repositories import EcrBackend, Registries
from ecr_typed.testing._emulator.topics import OPERATIONS
from ecr_typed.testing._emulator.topics.lifecycle_policies.enforcement import apply_policy


class EcrService:
    """Amazon ECR: the registries of all accounts and regions, and its operations."""

    def __init__(self, *, region_name: str, clock: Clock) -> None:
        self._clock = clock
        self._region_name = region_name
        # The state is moto's and has no locks: one call at a time.
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin with empty registries, and forget every token that was issued."""
        self._registries = Registries()
        self._tokens = PageTokens()
        self._downloads = LayerDownloads()

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Keep other calls away, with everything done that is due."""
        with self._lock:
            self._registries.agenda.run(self._clock.now())
            yield

    @contextmanager
    def registry(self, account_id: str, region_name: str) -> Generator[EcrBackend]:
        """Give a registry to read or change while no call runs."""
        with self._alone():
            yield self._registries.of(account_id, region_name)

    def apply_lifecycle_policies(self) -> None:
        """Expire and archive images in all registries, as their repositories' policies say."""
        with self._alone():
            for registry in self._registries:
                for name in registry.repositories:
                    apply_policy(registry.repository(name), self._clock.now())

    def download(self, path: str, query: str, range_header: str) -> HttpAnswer:
        """Answer the download of a layer."""
        with self._alone():
            return self._downloads.answer(
                path, query, range_header, self._registries, self._clock.now()
            )

    def answer(
        self,
        *,
        target: str,
        body: bytes,
        caller: Caller,
        region_name: str | None,
        endpoint_url: str,
    ) -> HttpAnswer:
        """Carry out one request; whatever happens, the answer is one of the service's."""
        status = "200 OK"
        try:
            answer = self._run(target, body, caller, region_name or self._region_name, endpoint_url)
        except ServiceError as error:
            status = "400 BAD REQUEST"
            answer = _encode({"__type": error.code, "message": error.message, **error.members})
        except Exception:  # noqa: BLE001 - whatever it is, it becomes an answer
            logger.exception("%s failed", target)
            status = "500 INTERNAL SERVER ERROR"
            answer = _encode(
                {
                    "__type": "ServerException",
                    "message": "The emulator failed; its log (ecr_typed.testing) says why.",
                }
            )
        return service_answer(status, answer)

    def _run(
        self, target: str, body: bytes, caller: Caller, region_name: str, endpoint_url: str
    ) -> bytes:
        name = target.removeprefix(TARGET_PREFIX)
        if name not in service_model().operation_names:
            raise ServiceError("UnknownOperationException", f"ECR has no operation '{name}'")
        if name not in OPERATIONS:
            raise ServiceError(
                "UnknownOperationException",
                f"ecr_typed.testing does not emulate '{name}' yet, which botocore "
                f"{botocore.__version__} knows",
            )
        shape = input_shape(name)
        parameters = read_request(body, shape)
        check_request(parameters, shape)
        call = Call(
            operation_name=name,
            parameters=parameters,
            account_id=caller.account_id,
            principal_arn=caller.principal_arn,
            region_name=region_name,
            endpoint_url=endpoint_url,
            registries=self._registries,
            tokens=self._tokens,
            downloads=self._downloads,
            clock=self._clock,
        )
        with self._alone():
            answer = OPERATIONS[name](call)
            # Encoded under the lock: an answer may hold parts of the state.
            return _encode(answer) if has_output_members(name) else b""


def _encode(answer: object) -> bytes:
    return json.dumps(answer, default=_encode_value).encode()


def _encode_value(value: object) -> object:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in an answer")
