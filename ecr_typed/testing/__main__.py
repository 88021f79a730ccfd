"""Serve the emulator to other languages and tools: `python -m ecr_typed.testing`."""

from __future__ import annotations

import argparse
import logging
import re
import signal
import sys
import threading
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.emulator import EcrEmulator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

# A wait without a time-out can't be interrupted on every system.
_POLL_SECONDS = 0.5
_HIGHEST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM, and return the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    is_over = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        is_over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    emulator = EcrEmulator(
        region_name=options.region_name,
        account_id=options.account_id,
        latency=options.latency,
        port=options.host_port,
    )
    try:
        emulator.start()
    except OSError as error:
        print(f"can't listen on port {options.host_port}: {error.strerror}", file=sys.stderr)
        return 1
    # The text is written at once, because a reader of the first line may leave before the rest.
    sys.stdout.write(_announcement(emulator))
    sys.stdout.flush()
    while not is_over.wait(_POLL_SECONDS):
        pass
    emulator.stop()
    return 0


def _announcement(emulator: EcrEmulator) -> str:
    url = emulator.endpoint_url
    return (
        f"{url}\n"
        f"export AWS_ENDPOINT_URL_ECR={url} AWS_REGION={emulator.region_name} "
        f"AWS_DEFAULT_REGION={emulator.region_name} "
        f"AWS_ACCESS_KEY_ID={emulator.account_id} AWS_SECRET_ACCESS_KEY=emulator\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ecr_typed.testing",
        description="Serve an emulator of Amazon ECR on 127.0.0.1. The first line of the output is "
        "its URL, the second line exports the variables for AWS's tools. Ctrl-C stops it.",
    )
    parser.add_argument(
        "--host-port", type=_port, default=0, metavar="PORT", help="the port; else a free one"
    )
    parser.add_argument(
        "--region-name", default="us-east-1", metavar="REGION", help="default: %(default)s"
    )
    parser.add_argument(
        "--account-id", type=_account_id, default="123456789012", metavar="ID", help="12 digits"
    )
    parser.add_argument(
        "--latency",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="how long each of ECR's responses is held back",
    )
    return parser


def _account_id(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"an account id has 12 digits: {text!r}")
    return text


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"ports go to {_HIGHEST_PORT}: {text!r}")
    return port


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < threading.TIMEOUT_MAX:
        raise argparse.ArgumentTypeError(f"no number of seconds to wait: {text!r}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
