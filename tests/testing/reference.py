"""The small reference that random sequences of operations are compared with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

SCENARIO = "CREATE_ON_PUSH"


class Refused(Exception):
    """The service refuses the call with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def digest_of(manifest: str) -> str:
    """Give the digest of a manifest."""
    return f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"


def children_of(manifest: str) -> set[str]:
    """Give the digests of the images that a list names."""
    return {child["digest"] for child in json.loads(manifest)["manifests"]}


@dataclass
class Repository:
    """A repository: its settings, its tags, and its images with their tags."""

    mutability: str
    tags: dict[str, str] = field(default_factory=dict[str, str])
    images: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def holder_of(self, tag: str) -> str | None:
        """Find the image that has a tag."""
        return next((image for image, tags in self.images.items() if tag in tags), None)

    def put(self, manifest: str, tag: str | None) -> None:
        """Put an image, or move a tag."""
        holder = None if tag is None else self.holder_of(tag)
        if holder is not None and self.mutability == "IMMUTABLE":
            raise Refused("ImageTagAlreadyExistsException")
        if manifest in self.images and (tag is None or holder == manifest):
            raise Refused("ImageAlreadyExistsException")
        if not children_of(manifest) <= {digest_of(image) for image in self.images}:
            raise Refused("ReferencedImagesNotFoundException")
        tags = self.images.setdefault(manifest, set())
        if tag is not None:
            for others in self.images.values():
                others.discard(tag)
            tags.add(tag)

    def delete_image(self, manifest: str | None, tag: str | None) -> str | None:
        """Delete an image, or take a tag away; give the code of the failure."""
        if tag is not None:
            manifest = self.holder_of(tag)
        if manifest not in self.images:
            return "ImageNotFound"
        if tag is not None and len(self.images[manifest]) > 1:
            self.images[manifest].remove(tag)
        elif any(digest_of(manifest) in children_of(image) for image in self.images):
            return "ImageReferencedByManifestList"
        else:
            del self.images[manifest]
        return None


@dataclass
class Template:
    """A repository creation template."""

    prefix: str
    applied_for: list[str]
    mutability: str = "MUTABLE"
    description: str | None = None


@dataclass
class Registry:
    """A registry, by the documentation."""

    repositories: dict[str, Repository] = field(default_factory=dict[str, Repository])
    templates: dict[str, Template] = field(default_factory=dict[str, Template])

    def create(self, name: str, mutability: str, tags: dict[str, str]) -> None:
        """Create a repository."""
        if name in self.repositories:
            raise Refused("RepositoryAlreadyExistsException")
        self.repositories[name] = Repository(mutability, dict(tags))

    def repository(self, name: str) -> Repository:
        """Find a repository."""
        if name not in self.repositories:
            raise Refused("RepositoryNotFoundException")
        return self.repositories[name]

    def delete(self, name: str, *, force: bool) -> None:
        """Delete a repository."""
        if self.repository(name).images and not force:
            raise Refused("RepositoryNotEmptyException")
        del self.repositories[name]

    def put_image(self, name: str, manifest: str, tag: str | None) -> None:
        """Put an image; a template may let the push create its repository."""
        template = self.template_for(name)
        if name not in self.repositories and template and SCENARIO in template.applied_for:
            self.create(name, template.mutability, {})
        self.repository(name).put(manifest, tag)

    def template_for(self, name: str) -> Template | None:
        """Find the template with the longest prefix that fits, or ROOT."""
        fitting = [key for key in self.templates if name.startswith(key)]
        return self.templates.get(max(fitting, key=len, default="ROOT"))

    def create_template(self, template: Template) -> None:
        """Create a template."""
        key = key_of(template.prefix)
        if key in self.templates:
            raise Refused("TemplateAlreadyExistsException")
        self.templates[key] = template

    def template(self, prefix: str) -> Template:
        """Find a template by its prefix, with or without a slash at the end."""
        key = key_of(prefix)
        if key not in self.templates:
            raise Refused("TemplateNotFoundException")
        return self.templates[key]

    def delete_template(self, prefix: str) -> None:
        """Delete a template."""
        self.template(prefix)
        del self.templates[key_of(prefix)]


def key_of(prefix: str) -> str:
    """Give a prefix with the slash that is assumed."""
    return prefix if prefix == "ROOT" else prefix.rstrip("/") + "/"
