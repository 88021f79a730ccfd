"""What tests set up without calls of the API: the methods of `EcrEmulator` for it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import ecr_typed
from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.registry.accounts import check_account_id
from ecr_typed.testing._emulator.registry.policy_documents import PolicySource

if TYPE_CHECKING:
    from ecr_typed.documents import Platform
    from ecr_typed.testing._emulator.registry.repositories import Registry
    from ecr_typed.testing._emulator.service import EcrService
else:
    # Few tests name one; `typing.get_type_hints` needs something by this name.
    Platform = Any


_KEY_ID = re.compile(r"[A-Za-z0-9-]+")
_KEY_ARN = re.compile(
    r"arn:[a-z-]+:kms:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):key/(?P<id>[A-Za-z0-9-]+)"
)


class EmulatorSetup:
    """Sets up the state of an emulator's service."""

    def __init__(self, service: EcrService, *, region_name: str, account_id: str) -> None:
        check_account_id(account_id, "account_id")
        self.region_name = region_name
        self.account_id = account_id
        self._service = service

    def seed(
        self,
        *models: ecr_typed.Repository
        | ecr_typed.RepositoryCreationTemplate
        | ecr_typed.ImageDetail,
        tags: Mapping[str, Mapping[str, str]] | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> None:
        """Put repositories, templates and images into a registry as they are, without a call.

        Only their place is checked, so a test can begin with what the service would not let it
        create. A setting that a model leaves out gets its default. An image keeps its digest, its
        times, its size and its tags; its manifest is made up, so it does not match the digest: use
        `push_image` for an image to pull.

        Args:
            models: The repositories, templates and images. The ARN of a repository must be of the
                registry; the repository of an image must exist, or come before the image.
            tags: Tags by name of their repository, which may exist already.
            account_id: The account of the registry; default: the emulator's.
            region_name: The region of the registry; default: the emulator's.

        Raises:
            TypeError: An argument is no such model, or `tags` has something else than texts; nothing
                is put there.
            ValueError: A time of a model is not timezone-aware; nothing is put there. Or a model
                does not belong into the registry, exists already, or has a member that can't be
                seeded; the models before it are put there.
        """
        from ecr_typed.testing._emulator.setup.seeding import (
            check_seed,
            check_tags,
            put_model,
            put_tags,
        )

        for position, model in enumerate(models):
            check_seed(model, position)
        check_tags(tags or {})
        with self._registry(account_id, region_name) as registry:
            for model in models:
                put_model(registry, model)
            for repository_name, its_tags in (tags or {}).items():
                put_tags(registry, repository_name, its_tags)

    def apply_lifecycle_policies(self) -> None:
        """Expire and archive now what AWS would expire and archive within 24 hours."""
        self._service.apply_lifecycle_policies()

    def set_scan_findings(
        self,
        repository_name: str,
        image: str | ecr_typed.ImageIdentifier,
        findings: Iterable[
            ecr_typed.ImageScanFinding | ecr_typed.EnhancedImageScanFinding | Mapping[str, Any]
        ],
        *,
        status: str | None = None,
        description: str | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> None:
        """Set the findings of an image's scan. The image counts as scanned now.

        Args:
            repository_name: The repository of the image.
            image: The image's digest or one of its tags, as text or as an `ImageIdentifier`.
            findings: Basic or enhanced findings: models, or dicts as boto3 returns them. Members
                that no finding has are ignored, with a warning that names them.
            status: The status of the scan; default: COMPLETE, or ACTIVE where scans are continuous.
            description: The description of the status; default: AWS's.
            account_id: The account of the registry; default: the emulator's.
            region_name: The region of the registry; default: the emulator's.

        Raises:
            TypeError: `findings` is no list of models and dicts.
            ValueError: There is no such image, or a dict is no finding.
        """
        from ecr_typed.testing._emulator.setup.findings import set_findings

        with self._registry(account_id, region_name) as registry:
            ignored = set_findings(registry, repository_name, image, findings, status, description)
        for sentence in ignored:
            warnings.warn(sentence, stacklevel=2)

    def push_image(
        self,
        repository_name: str,
        *,
        tags: Collection[str] = (),
        pushed_at: datetime | None = None,
        size: int | None = None,
        platform: str | Platform | None = None,
        children: Sequence[str | ecr_typed.ImageDetail] = (),
        subject: str | ecr_typed.ImageDetail | None = None,
        media_type: str | None = None,
        artifact_type: str | None = None,
        labels: Mapping[str, str] | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> ecr_typed.ImageDetail:
        """Push an image in one step: its configuration and its layer are made up.

        It has the effects of any push: a template may create the repository, and the image is
        scanned, signed and replicated as configured. Each call pushes another image.

        Args:
            repository_name: The repository.
            tags: Its tags; default: none.
            pushed_at: The time of the push, timezone-aware; default: the emulator's time.
            size: Its size in bytes; default: a few hundred. Of a layer above 1 MiB only the first
                MiB is kept in memory.
            platform: Its platform, such as `linux/arm64`, or a `Platform`; default: `linux/amd64`.
            children: The images that it lists, by digest or as `push_image` returned them. With
                children it is an index.
            subject: The image that it refers to, as a signature does, by digest or as `push_image`
                returned it. It need not exist.
            media_type: The manifest's media type; default: OCI's of an image or of an index. Docker's
                are allowed, too.
            artifact_type: The type of an artifact that is no container image, such as
                `application/spdx+json`.
            labels: The labels in its configuration.
            account_id: The account of the registry; default: the emulator's.
            region_name: The region of the registry; default: the emulator's.

        Returns:
            The image as DescribeImages describes it.

        Raises:
            TypeError: An argument has the wrong type, such as one text for `tags`.
            ValueError: The registry refuses the push, or arguments contradict each other.
        """
        from ecr_typed.testing._emulator.setup.pushing import PushedImage

        image = PushedImage(
            tags,
            pushed_at,
            size,
            platform,
            children,
            subject,
            media_type,
            artifact_type,
            labels or {},
        )
        with self._registry(account_id, region_name) as registry:
            return image.push(registry, repository_name)

    def pull_through(
        self,
        repository_name: str,
        manifest: str,
        *,
        tag: str | None = None,
        media_type: str | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> str:
        """Cache an image as a pull by a pull through cache rule does.

        Args:
            repository_name: The repository to cache it in; a rule must cover it.
            manifest: The manifest in the upstream registry. Its layers are not cached.
            tag: The tag that it is pulled by.
            media_type: The manifest's media type, if the manifest has none; default: OCI's.
            account_id: The account of the registry; default: the emulator's.
            region_name: The region of the registry; default: the emulator's.

        Returns:
            The image's digest.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: No repository or no tag can have the name, no rule covers the repository,
                the rule's secret can't be used, or the template of the new repository needs a role.
        """
        from ecr_typed.testing._emulator.registry.errors import ServiceError
        from ecr_typed.testing._emulator.setup.names import check_names
        from ecr_typed.testing._emulator.topics.pull_through_cache import pull_through

        check_type("manifest", manifest, str, "the text of a manifest")
        check_type("media_type", media_type, str | None, "a media type, or None")
        with self._registry(account_id, region_name) as registry:
            try:
                check_names(registry, repository_name, () if tag is None else (tag,))
            except ServiceError as error:
                raise ValueError(error.message) from error
            now = registry.registries.now
            return pull_through(registry, repository_name, manifest, media_type, tag, now)

    def add_kms_key(
        self,
        key_id: str | None = None,
        *,
        alias: str | None = None,
        state: str = "Enabled",
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> str:
        """Add a KMS key that encryption settings can name by its id, its alias or its ARN.

        Any other key can be named by its ARN as well, without being added.

        Args:
            key_id: The id, or the key's ARN, which has its account and region as well, or an alias;
                default: a new UUID.
            alias: An alias, such as `alias/images`.
            state: The key's state, as KMS spells it. A key that is not `Enabled` is refused with a
                `KmsException`: `Disabled`, `PendingDeletion` ...
            account_id: The account of the key; default: the emulator's.
            region_name: The region of the key; default: the emulator's.

        Returns:
            The key's ARN.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The alias does not begin with `alias/`, or two arguments contradict each
                other.
        """
        check_type("key_id", key_id, str | None, "the id of a key, or None")
        check_type("alias", alias, str | None, "an alias, or None")
        if key_id is not None and key_id.startswith("alias/"):
            alias = _one("alias", alias, key_id)
            key_id = None
        elif key_id is not None and (found := _KEY_ARN.fullmatch(key_id)):
            key_id = found["id"]
            account_id = _one("account_id", account_id, found["account"])
            region_name = _one("region_name", region_name, found["region"])
        elif key_id is not None and not _KEY_ID.fullmatch(key_id):
            raise ValueError(f"key_id must be the id or the ARN of a key, not {key_id!r}")
        if alias is not None and not alias.startswith("alias/"):
            raise ValueError(f"alias must begin with 'alias/', which {alias!r} does not")
        with self._registry(account_id, region_name) as registry:
            return self._service.accounts.add_kms_key(
                registry.account_id, registry.region_name, key_id, alias, state
            )

    def add_principal(self, arn: str, *, after: timedelta = timedelta()) -> None:
        """Add an IAM principal that policies of repositories and registries can name.

        Until one is added, policies can name any principal. From then on a policy is refused if it
        names a role, a user or an account that was not added. The emulator's account, the account
        of the registry and those of added principals need not be added.

        Args:
            arn: The ARN of a role, of a user, or of an account's root.
            after: How long it takes until policies can name it, by the emulator's clock. On AWS a
                new role takes a few seconds.

        Raises:
            ValueError: It is no such ARN.
        """
        from ecr_typed.testing._emulator.registry.principals import account_of

        check_type("after", after, timedelta, "a timedelta")
        principal_account = account_of(arn)
        with self._service.exclusive() as registries:
            registries.accounts.add_principal(arn, principal_account, registries.now + after)

    def set_identity_policy(self, arn: str, policy: PolicySource | None) -> None:
        """Set the identity policy of a role or a user; it holds from the next call on.

        `EcrEmulator(iam=...)` sets them from the beginning, and again with each reset.

        Args:
            arn: The ARN of the role or the user.
            policy: The policy, as text, as a dict or as a `PolicyDocument`; `None` for a principal
                that may do everything in its own account.

        Raises:
            ValueError: It is no identity policy, or no ARN of a role or a user.
        """
        from ecr_typed.testing._emulator.registry.policy_documents import (
            check_policy_owner,
            read_identity_policies,
        )

        check_policy_owner(arn)
        text = None if policy is None else read_identity_policies({arn: policy})[arn]
        with self._service.exclusive() as registries:
            registries.accounts.set_identity_policy(arn, text)

    def add_organization(self, organization_id: str, account_ids: Collection[str]) -> None:
        """Make accounts the members of an organization, which conditions of policies can name.

        Conditions then find the organization in `aws:PrincipalOrgID` and `aws:ResourceOrgID`. An
        account is a member of one organization at most.

        Args:
            organization_id: The id of the organization, such as `o-exampleorgid`.
            account_ids: The accounts.

        Raises:
            TypeError: `account_ids` is one text.
            ValueError: One of them has not twelve digits.
        """
        if isinstance(account_ids, str):
            raise TypeError("account_ids must be a list of account ids, not one text")
        for account_id in account_ids:
            check_account_id(account_id, "each of account_ids")
        with self._service.exclusive() as registries:
            registries.accounts.add_organization(organization_id, account_ids)

    def _registry(
        self, account_id: str | None, region_name: str | None
    ) -> AbstractContextManager[Registry]:
        if account_id is not None:
            check_account_id(account_id, "account_id")
        return self._service.registry(
            account_id or self.account_id, region_name or self.region_name
        )


def _one(name: str, given: str | None, other: str) -> str:
    """Return what an argument and the key that is named say, if it is the same."""
    if given not in (None, other):
        raise ValueError(f"{name} is {given!r}, and key_id says {other!r}")
    return other
