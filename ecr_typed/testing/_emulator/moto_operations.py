"""Operations that only moto has so far, run on our registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore import xform_name
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.ecr.responses import ECRResponse

from ecr_typed.testing._emulator.errors import ServiceError
from ecr_typed.testing._emulator.service_model import error_members

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

    from ecr_typed.testing._emulator.backend import EcrBackend
    from ecr_typed.testing._emulator.call import Call

# moto has a method for it that does nothing but fail.
_HOLLOW = frozenset({"GetDownloadUrlForLayer"})


def has_moto_operation(operation_name: str) -> bool:
    """Tell whether moto can carry out an operation."""
    return operation_name not in _HOLLOW and hasattr(ECRResponse, xform_name(operation_name))


def run_moto_operation(call: Call) -> bytes:
    """Let moto carry out a call, and give the body of its answer."""
    response = _CallResponse(call)
    try:
        result: ActionResult = getattr(response, xform_name(call.operation_name))()
    except ServiceException as error:
        members = {
            member: getattr(error, xform_name(member))
            for member in error_members(call.operation_name, error.code)
        }
        raise ServiceError(error.code, error.message, **members) from error
    except JsonRESTError as error:
        raise ServiceError(error.error_type, error.message) from error
    _, _, body = response.serialized(result)
    return body.encode() if isinstance(body, str) else body


class _CallResponse(ECRResponse):
    """moto's ECR operations, fed with a call of ours instead of an HTTP request."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call
        self.current_account = call.account_id
        self.region = call.region_name
        self.headers = {}
        self.querystring = {}
        self.response_headers = {}

    @property
    def ecr_backend(self) -> EcrBackend:
        return self._call.registry

    def _get_action(self) -> str:
        return self._call.operation_name

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        return self._call.parameters.get(param_name, if_none)
