"""Image configs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import attrs

from ecr_typed.documents._descriptors import Platform, digest_of, read_platform
from ecr_typed.documents._fields import check_text, to_text_map
from ecr_typed.documents._json import (
    NO_TEXTS,
    Plain,
    freeze_members,
    read_object,
    take,
    take_object,
    take_objects,
    take_text_map,
    take_texts,
)

_PLATFORM = ("os", "architecture", "variant", "os.version", "os.features")


@attrs.frozen(kw_only=True, order=False)
class ImageConfig:
    """The config of an image: how to run a container, and how the image was built.

    It is the blob that `config` of a `Manifest` refers to. Parse it with `ImageConfig.from_text`.
    Artifacts other than images have an empty config.
    """

    text: str = attrs.field(repr=False)
    """The text that was parsed, unchanged."""

    platform: Platform | None = None
    """The platform of the image."""

    created: datetime | None = None
    """The time when the image was built. Reproducible builds use a fixed time."""

    author: str | None = None
    """The author of the image."""

    labels: Mapping[str, str] = attrs.field(default=NO_TEXTS, converter=to_text_map)
    """The labels by key, such as `org.opencontainers.image.source`."""

    env: Mapping[str, str] = attrs.field(default=NO_TEXTS, converter=to_text_map)
    """The environment variables by name."""

    entrypoint: tuple[str, ...] = ()
    """The command that a container runs, to which `cmd` is appended."""

    cmd: tuple[str, ...] = ()
    """The default arguments of `entrypoint`, or the command if there is no `entrypoint`."""

    user: str | None = None
    """The user that runs the command, by name or id, optionally followed by `:` and the group."""

    working_dir: str | None = None
    """The working directory of the command."""

    stop_signal: str | None = None
    """The signal that stops a container."""

    exposed_ports: tuple[str, ...] = ()
    """The ports that a container listens on, as in `8080/tcp`."""

    volumes: tuple[str, ...] = ()
    """The directories that are mounted as volumes."""

    diff_ids: tuple[str, ...] = ()
    """The digests of the uncompressed layers, from the lowest to the highest."""

    history: tuple[Mapping[str, Any], ...] = ()
    """The build steps, from the first to the last, as in the document."""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse the text of a config, which is kept unchanged.

        Args:
            text: The text: a JSON object.

        Returns:
            The config. Members that can't be read are left out.

        Raises:
            EcrRequestError: The text is not a JSON object, or can't be encoded in UTF-8.
        """
        members = read_object(text, "an image config")
        check_text("text", text)
        config = take_object(members, "config") or {}
        rootfs = take_object(members, "rootfs") or {}
        return cls(
            text=text,
            created=_time(take(members, "created", str)),
            author=take(members, "author", str),
            history=tuple(map(freeze_members, take_objects(members, "history"))),
            diff_ids=take_texts(rootfs, "diff_ids"),
            labels=take_text_map(config, "Labels"),
            env=_variables(take_texts(config, "Env")),
            entrypoint=take_texts(config, "Entrypoint"),
            cmd=take_texts(config, "Cmd"),
            user=take(config, "User", str),
            working_dir=take(config, "WorkingDir", str),
            stop_signal=take(config, "StopSignal", str),
            exposed_ports=_names(config, "ExposedPorts"),
            volumes=_names(config, "Volumes"),
            platform=read_platform({name: members[name] for name in _PLATFORM if name in members}),
        )

    @property
    def digest(self) -> str:
        """The digest of the text, by which manifests refer to it."""
        return digest_of(self.text)

    def __str__(self) -> str:
        return self.text


def _names(members: Plain, name: str) -> tuple[str, ...]:
    """Return the keys of an object whose values are empty."""
    return tuple(take_object(members, name) or ())


def _variables(lines: tuple[str, ...]) -> Mapping[str, str]:
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, _, value in pairs}


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
