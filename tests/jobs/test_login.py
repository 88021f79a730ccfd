"""Logging in: what tools take, where it is written, and when it is renewed."""

from __future__ import annotations

import base64
import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecr_typed import CallEvent, EcrClient, EcrError, EcrRequestError, EcrResponseError
from ecr_typed.jobs import Logins, RegistryLogin, login
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import UNAVAILABLE
from tests.support.clients import MakeEcr
from tests.support.untyped import untyped
from tests.support.wire import Wire


def test_login_is_what_tools_take() -> None:
    with EcrEmulator() as emulator, emulator.client() as ecr:
        found = login(ecr)
        (data,) = ecr.get_authorization_token()

    assert found.username == "AWS"
    assert found.registry == data.proxy_endpoint.removeprefix("https://")
    assert found.expires_at > datetime.now(UTC)
    auth = found.docker_config()["auths"][found.registry]["auth"]
    assert base64.b64decode(auth).decode() == f"AWS:{found.password}"


def test_password_is_not_shown() -> None:
    found = RegistryLogin("AWS", "very-secret", "registry.example", datetime.now(UTC))
    assert "very-secret" not in repr(found)
    assert "very-secret" not in str(found)


def test_file_keeps_other_entries_and_is_the_owners(tmp_path: Path) -> None:
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "config.json").write_text('{"auths": {"other.example": {"auth": "eA=="}}, "a": 1}')
    found = RegistryLogin("AWS", "secret", "registry.example", datetime.now(UTC))

    path = found.save_docker_config(folder)

    config = json.loads(path.read_text())
    assert config["a"] == 1
    assert set(config["auths"]) == {"other.example", "registry.example"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in folder.iterdir()] == ["config.json"]


def test_file_that_is_no_json_is_left(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("[]")
    found = RegistryLogin("AWS", "secret", "registry.example", datetime.now(UTC))
    with pytest.raises(EcrRequestError, match=r"folder: expected a folder whose config\.json"):
        found.save_docker_config(tmp_path)
    assert (tmp_path / "config.json").read_text() == "[]"


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"credsStore": "desktop"}, "names a credential store in credsStore"),
        ({"credHelpers": {"registry.example": "x"}, "credsStore": "y"}, "registry in credHelpers"),
        ({"credHelpers": {"other.example": "x"}}, None),
        ({"credHelpers": "x", "credsStore": ""}, None),
    ],
)
def test_login_that_docker_does_not_read_is_warned_of(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    config: dict[str, object],
    named: str | None,
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    found = RegistryLogin("AWS", "very-secret", "registry.example", datetime.now(UTC))
    found.save_docker_config(tmp_path)
    assert json.loads(path.read_text()) == {**config, **found.docker_config()}
    assert "very-secret" not in caplog.text
    assert (named in caplog.text) if named else (caplog.records == [])


def test_folder_may_be_at_home_and_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    found = RegistryLogin("AWS", "secret", "registry.example", datetime.now(UTC))
    path = found.save_docker_config("~/docker")
    assert path == tmp_path / "docker" / "config.json"
    for file in (path, tmp_path / "other" / "config.json"):
        with pytest.raises(EcrRequestError, match=r"folder: expected the folder of config\.json"):
            found.save_docker_config(file)
    with pytest.raises(EcrRequestError, match="folder: expected a folder's path, got None"):
        untyped(found).save_docker_config(None)


def test_threads_that_save_into_one_folder_lose_nothing(tmp_path: Path) -> None:
    logins = [
        RegistryLogin("AWS", "secret", f"{number}.example", datetime.now(UTC))
        for number in range(24)
    ]
    with ThreadPoolExecutor(8) as threads:
        saved = [threads.submit(one.save_docker_config, tmp_path) for one in logins]
        assert {one.result() for one in saved} == {tmp_path / "config.json"}
    config = json.loads((tmp_path / "config.json").read_text())
    assert set(config["auths"]) == {one.registry for one in logins}
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.json"]


def test_link_stays_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.json"
    kept.write_text('{"a": 1}')
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").symlink_to(kept)
    found = RegistryLogin("AWS", "secret", "registry.example", datetime.now(UTC))
    path = found.save_docker_config(tmp_path / "docker")
    assert path.is_symlink()
    assert set(json.loads(kept.read_text())) == {"a", "auths"}


def test_failed_write_leaves_no_password_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    found = RegistryLogin("AWS", "secret", "registry.example", datetime.now(UTC))
    with pytest.raises(OSError, match="No space left"):
        found.save_docker_config(tmp_path)
    assert list(tmp_path.iterdir()) == []


def token(expires_in: timedelta) -> dict[str, object]:
    """A response with a token that ends in some time."""
    data = {
        "authorizationToken": base64.b64encode(b"AWS:secret").decode(),
        "expiresAt": (datetime.now(UTC) + expires_in).timestamp(),
        "proxyEndpoint": "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
    }
    return {"authorizationData": [data]}


def test_login_is_renewed_before_its_end(make: MakeEcr, wire: Wire) -> None:
    ecr = make()
    wire.will(token(timedelta(hours=12)), token(timedelta(minutes=20)), token(timedelta(hours=12)))
    logins = Logins(ecr)
    first = logins.current()
    assert logins.current() is first
    short = Logins(ecr)
    assert short.current() is not short.current()
    assert len(wire.sent) == 3


def test_login_that_is_valid_outlives_a_failed_renewal(make: MakeEcr, wire: Wire) -> None:
    nothing: dict[str, object] = {"authorizationData": []}
    wire.will(token(timedelta(minutes=20)), nothing)
    logins = Logins(make())
    first = logins.current()
    assert logins.current() is first


def test_token_that_can_not_be_read_is_an_error(make: MakeEcr, wire: Wire) -> None:
    nothing: dict[str, object] = {"authorizationData": []}
    wire.will(nothing)
    with pytest.raises(EcrResponseError, match="no token that can be read"):
        login(make())


def test_threads_share_a_call() -> None:
    told: list[CallEvent] = []
    with EcrEmulator() as emulator, emulator.client(on_call=told.append) as ecr:
        logins = Logins(ecr)
        threads = [threading.Thread(target=logins.current) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(told) == 1


def test_login_that_never_was_is_an_error() -> None:
    with EcrEmulator() as emulator, emulator.client() as ecr:
        emulator.faults.inject(UNAVAILABLE, times=3)
        with pytest.raises(EcrError):
            Logins(ecr).current()


@pytest.mark.parametrize("margin", [timedelta(seconds=-1), timedelta(hours=12)])
def test_margin_is_checked(ecr: EcrClient, margin: timedelta) -> None:
    with pytest.raises(EcrRequestError, match="margin: expected a timedelta"):
        Logins(ecr, margin=margin)
