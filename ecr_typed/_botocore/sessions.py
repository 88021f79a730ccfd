"""The botocore sessions that clients are made with, where the user gives none.

A session loads botocore's data files, which takes most of the time and memory of a first client. So
there is one session for each profile, and one loader of data files for all of them.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from botocore.session import Session

_KEPT: Final = 64
"""How many sessions a process keeps: a program that changes its environment needs others."""


class _Source(NamedTuple):
    """What decides which credentials and settings a session finds."""

    profile_name: str | None
    environment: frozenset[tuple[str, str]]


class _Sessions:
    """The sessions of a process."""

    def __init__(self) -> None:
        # A session is for one thread at a time; a signal handler may make a client, too.
        self.lock = RLock()
        self._sessions: dict[_Source, Session] = {}
        self._loader: Any = None

    def get(self, profile_name: str | None) -> Session:
        """Return the session of a profile, for use under the lock."""
        source = _Source(profile_name, _environment())
        session = self._sessions.get(source)
        if session is None:
            session = self._make(profile_name)
            if len(self._sessions) >= _KEPT:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[source] = session
        return session

    def _make(self, profile_name: str | None) -> Session:
        from botocore.session import Session

        session = Session(profile=profile_name)
        if self._loader is None:
            self._loader = session.get_component("data_loader")
            self._loader.file_loader = _DataFiles(self._loader.file_loader)
        else:
            session.register_component("data_loader", self._loader)
        return session


class _DataFiles:
    """Reads the data files of botocore's loader into plain dicts.

    botocore makes an `OrderedDict` of every object, which takes twice the time: a tenth of what a
    first client costs. A plain dict keeps the order, too.
    """

    def __init__(self, botocores: Any) -> None:
        self._botocores = botocores

    def exists(self, file_path: str) -> bool:
        """Return whether there is a file, with whatever ending botocore knows."""
        is_there: bool = self._botocores.exists(file_path)
        return is_there

    def load_file(self, file_path: str) -> Any:
        """Return what is in a file, whose ending is left out; None if there is no file."""
        for ending, open_file in ((".json", open), (".json.gz", gzip.open)):
            path = Path(f"{file_path}{ending}")
            if path.is_file():
                with open_file(path, "rb") as file:
                    return json.loads(file.read())
        return self._botocores.load_file(file_path)


_sessions: _Sessions = _Sessions()


def default_session() -> Any:
    """Return boto3's default session, if the program has loaded boto3 and set one up."""
    return getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)


def make_client(profile_name: str | None, config: Any, **options: Any) -> tuple[Any, Session]:
    """Return a client that a session of ours makes, and the session.

    `config` is a function of the session that returns the client's `Config`.
    """
    with _sessions.lock:
        session = _sessions.get(profile_name)
        return session.create_client("ecr", config=config(session), **options), session


def unlock_credentials(client: Any) -> None:
    """Replace the lock of a client's credentials in a forked child, which lacks its holder."""
    # botocore has no public way there, and credentials that don't expire have no lock.
    signer: Any = getattr(client, "_request_signer", None)
    credentials: Any = getattr(signer, "_credentials", None)
    if hasattr(credentials, "_refresh_lock"):
        credentials._refresh_lock = Lock()  # noqa: SLF001  # see above


def profile_names() -> list[str]:
    """Return the names of the profiles in the AWS configuration files."""
    from botocore.session import Session

    return Session().available_profiles


def region_names() -> list[str]:
    """Return the regions of all partitions that botocore knows Amazon ECR in."""
    from botocore.session import Session

    session = Session()
    return [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ecr", partition_name=partition)
    ]


def _environment() -> frozenset[tuple[str, str]]:
    return frozenset(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith(("AWS_", "BOTO_")) or name in {"HOME", "USERPROFILE"}
    )


def _begin_anew() -> None:
    # A thread of the parent may hold the lock, or that of credentials that are being refreshed.
    global _sessions  # noqa: PLW0603  # one for each process
    _sessions = _Sessions()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
