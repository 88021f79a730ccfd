"""Logging in to a registry: the user, password and host that Docker and other tools take."""

from __future__ import annotations

import base64
import json
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkstemp
from threading import Lock, RLock
from typing import Any, Final, cast
from weakref import WeakSet

import attrs

from ecr_typed import ArgumentProblem, EcrClient, EcrError, EcrRequestError, EcrResponseError
from ecr_typed.jobs import _checks as check

_logger = logging.getLogger(__name__)

_CONFIG: Final = "config.json"
_LONGEST_MARGIN: Final = timedelta(hours=12)

_saving: Final = [Lock()]
"""One lock, in a list so that a forked child can replace it: its holder is not there."""


@attrs.frozen
class RegistryLogin:
    """A user name and a password for a registry."""

    username: str
    """The user: `AWS` for every registry."""

    password: str = attrs.field(repr=False)
    """The password. It is a secret; `repr` does not show it."""

    registry: str
    """The registry's host, without a scheme."""

    expires_at: datetime
    """When the password expires: 12 hours after it was issued."""

    def docker_config(self) -> dict[str, Any]:
        """Return the content of a `config.json` that logs Docker, skopeo, oras and others in.

        Returns:
            A dict with one entry below `auths`. It holds the password.
        """
        credentials = f"{self.username}:{self.password}".encode()
        return {"auths": {self.registry: {"auth": base64.b64encode(credentials).decode()}}}

    def save_docker_config(self, folder: str | os.PathLike[str]) -> Path:
        """Write the login into the `config.json` of a folder, which only its owner can read.

        Other entries of the file are kept. Name the folder to a tool with `DOCKER_CONFIG`, or the
        file with skopeo's `--authfile`. Docker reads no password from a file that names a
        credential store (`credsStore`) or a helper for the registry (`credHelpers`): a warning is
        logged. Use a folder of your own then.

        Args:
            folder: The folder; it is made if it does not exist. `~` is your home folder.

        Returns:
            The path of the file.

        Raises:
            EcrRequestError: `folder` is a file, or the folder has a `config.json` that is no JSON
                object; it is left as it is.
            OSError: The file can't be read or written.
        """
        if not isinstance(cast("object", folder), str | os.PathLike):
            raise EcrRequestError([ArgumentProblem("folder", repr(folder), "a folder's path")])
        path = Path(folder).expanduser() / _CONFIG
        if path.parent.name == _CONFIG and not path.parent.is_dir():
            allowed = f"the folder of {_CONFIG}"
            raise EcrRequestError([ArgumentProblem("folder", str(path.parent), allowed)])
        ours = self.docker_config()["auths"]
        # Two threads that log in to two registries would else keep only one of the entries.
        with _saving[0]:
            config = _read_config(path)
            self._warn_of_stores(path, config)
            config["auths"] = {**(config.get("auths") or {}), **ours}
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, json.dumps(config, indent=2))
        return path

    def _warn_of_stores(self, path: Path, config: dict[str, Any]) -> None:
        """Log that a tool may ask a program for the password, and not look into the file."""
        helpers = config.get("credHelpers")
        if isinstance(helpers, dict) and self.registry in helpers:
            name = "a helper for the registry in credHelpers"
        elif config.get("credsStore"):
            name = "a credential store in credsStore"
        else:
            return
        _logger.warning(
            "%s names %s, which Docker asks for the password: the login to %s that was saved in it "
            "is not used. Save it into another folder.",
            path,
            name,
            self.registry,
        )


def _write(path: Path, text: str) -> None:
    """Write a secret, so that a reader meets the old content or the new, and no half of it."""
    # A link stays one: what it leads to is replaced.
    path = path.resolve()
    # mkstemp makes a file that nobody else can read.
    descriptor, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] | None = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        config = None
    if not isinstance(config, dict) or not isinstance(config.get("auths") or {}, dict):
        allowed = "a folder whose config.json is a JSON object"
        raise EcrRequestError([ArgumentProblem("folder", str(path), allowed)])
    return config


def login(ecr: EcrClient) -> RegistryLogin:
    """Return the user name and the password that log tools in to the caller's registry.

    Args:
        ecr: The client.

    Returns:
        The login. It is valid for 12 hours, for all registries that the caller may use.

    Raises:
        EcrRequestError: `ecr` is no client.
        EcrResponseError: The service returned no token that can be read.
        EcrError: The call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
    """
    check.refuse_unfit(check.client("ecr", ecr))
    for data in ecr.get_authorization_token():
        try:
            username, _, password = (
                base64.b64decode(data.authorization_token).decode().partition(":")
            )
        except ValueError:
            break
        host = data.proxy_endpoint.partition("://")[2] or data.proxy_endpoint
        return RegistryLogin(username, password, host.rstrip("/"), data.expires_at)
    # Out of the block above, whose frames hold the token.
    raise EcrResponseError(
        "GetAuthorizationToken: the response has no token that can be read",
        operation_name="GetAuthorizationToken",
    )


class Logins:
    """Keeps a login valid: one call for all threads that share it renews it before it expires."""

    def __init__(self, ecr: EcrClient, *, margin: timedelta = timedelta(minutes=30)) -> None:
        """Use a client for the calls.

        Args:
            ecr: The client.
            margin: How long before its end a login is renewed: from 0 to below 12 hours.

        Raises:
            EcrRequestError: An argument is wrong, or `margin` is out of range.
        """
        is_time = isinstance(cast("object", margin), timedelta)
        fits = is_time and timedelta() <= margin < _LONGEST_MARGIN
        allowed = "a timedelta from 0 to below 12 hours"
        check.refuse_unfit(check.client("ecr", ecr), check.Check("margin", margin, fits, allowed))
        self._ecr = ecr
        self._margin = margin
        self._lock = RLock()
        self._current: RegistryLogin | None = None
        _all_logins.add(self)

    def unlock(self) -> None:
        """Replace the lock in a forked child, which lacks the thread that may have held it."""
        self._lock = RLock()

    def current(self) -> RegistryLogin:
        """Return a login that is valid for longer than the margin.

        Where a renewal fails, the login before it is returned as long as it is valid.

        Returns:
            The login.

        Raises:
            EcrError: There is no valid login, and the call for one failed.
        """
        with self._lock:
            known, now = self._current, datetime.now(UTC)
            if known is not None and known.expires_at - now > self._margin:
                return known
            try:
                self._current = login(self._ecr)
            except EcrError as error:
                if known is None or known.expires_at <= now:
                    raise
                _logger.warning("the login to %s could not be renewed: %s", known.registry, error)
                return known
            return self._current


_all_logins: Final[WeakSet[Logins]] = WeakSet()


def _unlock_all() -> None:
    _saving[:] = [Lock()]
    for logins in list(_all_logins):
        logins.unlock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock_all)
