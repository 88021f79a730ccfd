"""The configurations of images."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given

from ecr_typed import FrozenMap
from ecr_typed.documents import ImageConfig, Platform

from .strategies import OBJECTS

CONFIG: dict[str, Any] = {
    "created": "2026-01-02T03:04:05.123456789Z",
    "author": "Émile",
    "architecture": "arm64",
    "os": "linux",
    "variant": "v8",
    "config": {
        "User": "app:app",
        "Env": ["PATH=/bin:/usr/bin", "OPTIONS=a=b", "EMPTY="],
        "Entrypoint": ["/app"],
        "Cmd": ["--help"],
        "Labels": {"org.opencontainers.image.source": "https://example.com/app"},
        "WorkingDir": "/srv",
        "StopSignal": "SIGTERM",
        "ExposedPorts": {"8080/tcp": {}},
        "Volumes": {"/data": {}},
    },
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + 64 * "b"]},
    "history": [{"created_by": "COPY . /", "empty_layer": False}],
}


def test_a_configuration_has_typed_attributes() -> None:
    text = json.dumps(CONFIG, indent=1)

    config = ImageConfig.from_text(text)

    assert config == ImageConfig(
        text=text,
        platform=Platform(os="linux", architecture="arm64", variant="v8"),
        created=datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC),
        author="Émile",
        labels=FrozenMap({"org.opencontainers.image.source": "https://example.com/app"}),
        env=FrozenMap({"PATH": "/bin:/usr/bin", "OPTIONS": "a=b", "EMPTY": ""}),
        entrypoint=("/app",),
        cmd=("--help",),
        user="app:app",
        working_dir="/srv",
        stop_signal="SIGTERM",
        exposed_ports=("8080/tcp",),
        volumes=("/data",),
        diff_ids=("sha256:" + 64 * "b",),
        history=(FrozenMap({"created_by": "COPY . /", "empty_layer": False}),),
    )
    assert str(config) == text
    assert config.digest == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def test_an_empty_configuration_has_nothing() -> None:
    assert ImageConfig.from_text("{}") == ImageConfig(text="{}")


def test_what_cannot_be_read_is_left_out() -> None:
    wrong: dict[str, Any] = dict.fromkeys(CONFIG, 7) | {
        "created": "yesterday",
        "config": dict.fromkeys(("Env", "Labels", "ExposedPorts"), 7),
    }
    text = json.dumps(wrong)

    assert ImageConfig.from_text(text) == ImageConfig(text=text)


@given(OBJECTS)
def test_any_object_is_read(document: dict[str, Any]) -> None:
    text = json.dumps({**CONFIG, **document})

    assert ImageConfig.from_text(text).text == text
