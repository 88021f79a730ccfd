"""Whose code raised an exception during a call: the user's own, or a credentials provider's.

Neither can be told by an exception's class: a handler may raise a `ValueError`, and a provider
whatever its helper program makes it. What tells them apart is the traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FrameType, FunctionType, MethodType, TracebackType
from typing import Any, Final, cast

import botocore.exceptions as botocore_errors

# Mocks raise for the test that made them.
_LIBRARIES: Final = (sys.stdlib_module_names - {"unittest"}) | {
    "OpenSSL",
    "attr",
    "awscrt",
    "boto3",
    "botocore",
    "cattrs",
    "certifi",
    "dateutil",
    "ecr_typed",
    "jmespath",
    "tenacity",
    "urllib3",
}
"""The packages whose code is not the user's."""

_CREDENTIALS_MODULES: Final = frozenset({"botocore.credentials", "botocore.tokens"})


def users_own(
    error: BaseException, parameters: Mapping[str, Any], handled: BaseException | None
) -> BaseException | None:
    """Return what the user's own code raised during a call, if that is what ended it.

    botocore and urllib3 wrap what is raised inside them: the wrapped exception is returned.
    `handled` is what the user's program was handling when it made the call.
    """
    if _is_users_own(error, parameters):
        return error
    if not isinstance(error, botocore_errors.BotoCoreError):
        return None
    is_of_connection = isinstance(error, _OF_CONNECTIONS)
    seen: set[int] = set()
    link = _inner(error)
    while link is not None and link is not handled and id(link) not in seen:
        # What a provider of the user's raises is about credentials, as what botocore's own raise
        # is. An OSError inside is of the socket, whoever made that: gevent, PySocks.
        may_be_own = is_of_connection and not isinstance(link, OSError)
        if _is_from_outside(link, parameters) or (may_be_own and _is_users_own(link, parameters)):
            return link
        seen.add(id(link))
        link = _inner(link)
    return None


_OF_CONNECTIONS: Final = (botocore_errors.HTTPClientError, botocore_errors.ConnectionError)


def _inner(error: BaseException) -> BaseException | None:
    return error.__cause__ or error.__context__


def _is_users_own(error: BaseException, parameters: Mapping[str, Any]) -> bool:
    frames = _frames_of_the_call(error.__traceback__, parameters)
    last = next((i for i in reversed(range(len(frames))) if _is_users_code(frames[i])), None)
    if last is None:
        return _has_users_class(error)
    if any(_module(frame) in _CREDENTIALS_MODULES for frame in frames[:last]):
        return any(map(_is_signal_handler, frames))
    # Where the call's own method of botocore is not among the frames, a hook came before it.
    inner = frames[last + 1 :]
    if any(frame.f_code.co_name == "_make_api_call" for frame in inner):
        # A hook or a handler made a call of its own.
        return True
    if any(_package(_module(frame)) in {"botocore", "urllib3"} for frame in inner):
        # Instrumentation that wraps a function of theirs is in between.
        return False
    # A handler that raises what botocore raises stands in for it, as a mock does.
    return _package(type(error).__module__) not in {"botocore", "urllib3"}


def _is_from_outside(error: BaseException, parameters: Mapping[str, Any]) -> bool:
    """Return whether a signal handler or another thread raised an exception in the middle."""
    frames = _frames_of_the_call(error.__traceback__, parameters)
    if any(map(_is_signal_handler, frames)):
        return True
    return not any(map(_is_users_code, frames)) and _has_users_class(error)


def is_of_a_signal(error: BaseException) -> bool:
    """Return whether the handler of a signal raised an exception."""
    return any(map(_is_signal_handler, _frames(error.__traceback__)))


def _has_users_class(error: BaseException) -> bool:
    # An exception may be raised in a thread from outside, as some task queues do.
    return _package(type(error).__module__) not in _LIBRARIES | {"builtins"}


def requests_made(error: BaseException, parameters: Mapping[str, Any]) -> int | None:
    """Return how many requests botocore made for a call until it raised; None if that is unknown.

    Of responses botocore says how often it repeated the request, of exceptions it does not.
    """
    frames = _frames_of_the_call(error.__traceback__, parameters)
    if not frames or not _makes_the_call(frames[0], parameters):
        return None
    for frame in frames:
        if frame.f_code.co_name == "_send_request" and _module(frame) == "botocore.endpoint":
            counted = frame.f_locals.get("attempts")
            return counted if isinstance(counted, int) else None
    # It was raised before anything was sent, or is made from a response.
    return None if isinstance(error, botocore_errors.ClientError) else 0


def is_from_parser(error: BaseException, parameters: Mapping[str, Any]) -> bool:
    """Return whether botocore's parser could not read a response; it raises whatever it meets."""
    frames = _frames_of_the_call(error.__traceback__, parameters)
    return bool(frames) and any(_module(frame) == "botocore.parsers" for frame in frames)


def provider_of(error: BaseException, parameters: Mapping[str, Any]) -> str | None:
    """Return the name of the credentials provider inside which an exception was raised, if any.

    The name is botocore's, such as `custom-process` or `sso`; it is empty if it is not known.
    """
    frames = _frames_of_the_call(error.__traceback__, parameters)
    inside = [frame for frame in frames if _module(frame) in _CREDENTIALS_MODULES]
    if not inside or any(map(_is_signal_handler, frames)):
        return None
    for frame in reversed(inside):
        owner = frame.f_locals.get("self")
        for name in ("METHOD", "method"):
            found = getattr(owner, name, None)
            if isinstance(found, str) and found:
                return found
    return ""


def home_of(function: object) -> str:
    """Return the module and name of a function as it was defined; empty if it is no function.

    A decorator may give a wrapper the name of what it wraps, but not its code. A proxy of a
    function, as tracers put in its place, says that it is a function and has that one's code:
    only its real type tells.
    """
    inner: Any = function.fget if type(function) is property else function
    if type(inner) is MethodType:
        inner = inner.__func__
    if type(inner) is not FunctionType:
        return ""
    return f"{inner.__globals__.get('__name__')}.{inner.__code__.co_qualname}"


def _frames_of_the_call(
    traceback: TracebackType | None, parameters: Mapping[str, Any]
) -> list[FrameType]:
    """Return the frames of a traceback, from botocore's method that makes the call on."""
    frames = _frames(traceback)
    starts = (i for i, frame in enumerate(frames) if _makes_the_call(frame, parameters))
    return frames[next(starts, 0) :]


def _frames(traceback: TracebackType | None) -> list[FrameType]:
    frames: list[FrameType] = []
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    return frames


def _makes_the_call(frame: FrameType, parameters: Mapping[str, Any]) -> bool:
    return (
        frame.f_code.co_name == "_make_api_call"
        and _module(frame) == "botocore.client"
        and frame.f_locals.get("api_params") == parameters
    )


def _is_users_code(frame: FrameType) -> bool:
    return _package(_module(frame)) not in _LIBRARIES


def _is_signal_handler(frame: FrameType) -> bool:
    """Return whether a frame is of a signal handler: its second argument is a frame."""
    code = frame.f_code
    if code.co_argcount < 2:
        return False
    names = code.co_varnames[: code.co_argcount]
    return any(isinstance(frame.f_locals.get(name), FrameType) for name in names)


def _module(frame: FrameType) -> str:
    return str(cast("dict[str, object]", frame.f_globals).get("__name__", ""))


def _package(module: str) -> str:
    return module.partition(".")[0]
