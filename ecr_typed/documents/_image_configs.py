"""The configurations of images."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import attrs

from ecr_typed.documents._descriptors import Platform, read_platform
from ecr_typed.documents._digests import digest_of
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
    texts_by_name,
)

_PLATFORM = ("os", "architecture", "variant", "os.version", "os.features")


@attrs.frozen(kw_only=True, order=False)
class ImageConfig:
    """The configuration of an image: how a container of it is run, and how it came about.

    `ImageConfig.from_text` reads one, which is the blob that the `config` of a `Manifest` names. An
    artifact that is no image has an empty one, and so no more than `text`.
    """

    text: str = attrs.field(repr=False)
    """The text as it came."""

    platform: Platform | None = None
    """What the image runs on."""

    created: datetime | None = None
    """When it was built; builds that are to be reproducible give a time of long ago."""

    author: str | None = None
    """Who built it."""

    labels: Mapping[str, str] = attrs.field(default=NO_TEXTS, converter=texts_by_name)
    """What is said of the image, as in `org.opencontainers.image.source`."""

    env: Mapping[str, str] = attrs.field(default=NO_TEXTS, converter=texts_by_name)
    """The variables of the environment, by name."""

    entrypoint: tuple[str, ...] = ()
    """The program that is run, and its first arguments."""

    cmd: tuple[str, ...] = ()
    """Its other arguments, or what is run where there is no `entrypoint`."""

    user: str | None = None
    """Who runs it: a name or number, and perhaps a group after a colon."""

    working_dir: str | None = None
    """The folder in which it is run."""

    stop_signal: str | None = None
    """The signal that ends it."""

    exposed_ports: tuple[str, ...] = ()
    """The ports that it listens on, as in `8080/tcp`."""

    volumes: tuple[str, ...] = ()
    """The folders that are kept outside the container."""

    diff_ids: tuple[str, ...] = ()
    """The digests of the layers, uncompressed, the lowest first."""

    history: tuple[Mapping[str, Any], ...] = ()
    """How each layer was made, in the members of the document."""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a configuration from its text, which is kept as it is.

        Args:
            text: The text, a JSON object.

        Returns:
            The configuration. What can't be read in it is left out.

        Raises:
            EcrRequestError: The text is no JSON object.
        """
        members = read_object(text, "an image's configuration")
        config = take_object(members, "config") or {}
        rootfs = take_object(members, "rootfs") or {}
        return cls(
            text=text,
            created=_time(take(members, "created", str)),
            author=take(members, "author", str),
            history=tuple(map(freeze_members, take_objects(members, "history"))),
            diff_ids=take_texts(rootfs, "diff_ids") or (),
            labels=take_text_map(config, "Labels"),
            env=_variables(take_texts(config, "Env") or ()),
            entrypoint=take_texts(config, "Entrypoint") or (),
            cmd=take_texts(config, "Cmd") or (),
            user=take(config, "User", str),
            working_dir=take(config, "WorkingDir", str),
            stop_signal=take(config, "StopSignal", str),
            exposed_ports=_names(config, "ExposedPorts"),
            volumes=_names(config, "Volumes"),
            platform=read_platform({name: members[name] for name in _PLATFORM if name in members}),
        )

    @property
    def digest(self) -> str:
        """The digest of the text, by which the manifest names it."""
        return digest_of(self.text)

    def __str__(self) -> str:
        return self.text


def _names(members: Plain, name: str) -> tuple[str, ...]:
    """Return the names of an object whose values say nothing."""
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
