"""Serve the emulator to other languages and tools: `python -m ecr_typed.testing`."""

from __future__ import annotations

import argparse
import json
import logging
import math
import re
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ecr_typed.testing._emulator.arguments import check_region_name, check_registry_host
from ecr_typed.testing._emulator.emulator import HIGHEST_PORT, EcrEmulator
from ecr_typed.testing._emulator.registry.policy_documents import read_identity_policies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

# A wait without a time-out can't be interrupted on every system.
_POLL_SECONDS = 0.5
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_WARNING = (
    "warning: listening on {host}: whoever reaches it can read and change all that the emulator "
    "holds, because it checks no signature"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM, and return the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    is_over = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        is_over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        emulator = EcrEmulator(
            region_name=options.region_name,
            account_id=options.account_id,
            latency=options.latency,
            host=options.host,
            port=options.port,
            moto=options.moto,
            registry_host=options.registry_host,
            iam=options.iam,
        )
        emulator.start()
    except ImportError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        where = f"{options.host}, port {options.port or 'any'}"
        # Python names the address a second time.
        why = str(error.strerror).partition(" (while attempting")[0]
        print(f"can't listen on {where}: {why}", file=sys.stderr)
        return 1
    if options.host not in _LOOPBACK:
        print(_WARNING.format(host=options.host), file=sys.stderr)
    # The text is written at once, because a reader of the first line may leave before the rest.
    sys.stdout.write(_announcement(emulator))
    sys.stdout.flush()
    while not is_over.wait(_POLL_SECONDS):
        pass
    emulator.stop()
    return 0


def _announcement(emulator: EcrEmulator) -> str:
    variables = " ".join(f"{name}={value}" for name, value in emulator.environment().items())
    return f"{emulator.endpoint_url}\nexport {variables}\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ecr-emulator",
        description="Serve an emulator of Amazon ECR on 127.0.0.1. The first line of the output is "
        "its URL, the second line exports the variables for AWS's tools. "
        "GET /.ecr-emulator/openapi.json describes how to seed and steer it. Ctrl-C stops it.",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to listen on; default: %(default)s. Whoever reaches another address can "
        "read and change all that the emulator holds: it checks no signature",
    )
    parser.add_argument(
        "--port", "--host-port", type=_port, default=0, help="the port; default: a free one"
    )
    parser.add_argument(
        "--region",
        "--region-name",
        dest="region_name",
        type=_checked(check_region_name),
        default="us-east-1",
        metavar="REGION",
        help="default: %(default)s",
    )
    parser.add_argument(
        "--moto",
        action="store_true",
        help="have moto's services on the same port; needs the extra moto",
    )
    parser.add_argument(
        "--account-id", type=_account_id, default="123456789012", metavar="ID", help="12 digits"
    )
    parser.add_argument(
        "--registry-host",
        type=_checked(check_registry_host),
        metavar="HOST",
        help="the host in repository URIs: 'local' for this server's address; default: AWS's",
    )
    parser.add_argument(
        "--iam",
        type=_identity_policies,
        metavar="FILE",
        help="a JSON file with identity policies: an object of policies by the ARN of their role or "
        "user. Such a principal may do what its policy allows",
    )
    parser.add_argument(
        "--latency",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="how long each of ECR's responses is held back",
    )
    return parser


def _checked(check: Callable[[str], None]) -> Callable[[str], str]:
    """Return a reader of an option that `EcrEmulator` would refuse with a `ValueError`."""

    def read(text: str) -> str:
        try:
            check(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return text

    return read


def _account_id(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"an account id has 12 digits, not {text!r}")
    return text


def _identity_policies(path: str) -> dict[str, str]:
    try:
        policies: object = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"{path} can't be read: {error}") from error
    if not isinstance(policies, dict):
        raise argparse.ArgumentTypeError(f"{path} must have an object of policies by ARN")
    try:
        return read_identity_policies(cast("dict[str, Any]", policies))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from error


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number up to {HIGHEST_PORT}, not {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < threading.TIMEOUT_MAX:
        raise argparse.ArgumentTypeError(f"no number of seconds to wait: {text!r}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
