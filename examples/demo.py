"""The main job: `nox -s demo` runs it on an emulator of ECR, `--aws` reads a registry of AWS.

On the emulator it makes repositories and creation templates, lists them over many pages, shows
what happens to errors and to values that are newer than this release, and cleans up. On AWS it
lists, and changes nothing.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ecr_typed import (
    CallEvent,
    EcrClient,
    EcrServiceError,
    EncryptionConfiguration,
    EncryptionType,
    RCTAppliedFor,
    Repository,
    from_boto3,
    to_boto3,
)

NAMESPACES = {
    "payments": EncryptionType.KMS_DSSE,
    "identity": EncryptionType.KMS_DSSE,
    "search": EncryptionType.KMS,
    "media": EncryptionType.KMS,
    "sandbox": EncryptionType.AES256,
    "tools/build": EncryptionType.AES256,
}
REPOSITORIES_EACH = 60
ROLE = "arn:aws:iam::123456789012:role/ecr-templates"

console = Console()


def main() -> None:
    """Run the job where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aws", action="store_true", help="read the registry of your AWS account")
    if parser.parse_args().aws:
        with EcrClient() as ecr:
            print_inventory(list_repositories(ecr))
    else:
        with emulator_client() as ecr:
            run_all(ecr)


@contextmanager
def emulator_client() -> Generator[EcrClient, None, None]:
    """A client of an emulator that lives as long as the job."""
    from ecr_typed.testing import EcrEmulator

    with EcrEmulator(region_name="us-gov-west-1") as emulator, emulator.client() as ecr:
        console.print(f"An emulator of ECR listens on {emulator.endpoint_url}.")
        yield ecr


def run_all(ecr: EcrClient) -> None:
    """Every step of the job, against a registry that may be written to."""
    create_all(ecr)
    try:
        repositories = list_repositories(ecr, page_size=50)
        print_inventory(repositories)
        print_templates(ecr)
        change_a_template(ecr)
        resume(ecr, repositories)
        show_an_error(ecr)
        show_an_unknown_value()
    finally:
        delete_all(ecr)


def create_all(ecr: EcrClient) -> None:
    """Create the repositories of all namespaces, with tags, and a template for each."""
    began = time.perf_counter()

    def create(namespace: str, number: int) -> None:
        repository = ecr.create_repository(
            f"{namespace}/service-{number:02}",
            encryption_configuration=EncryptionConfiguration(encryption_type=NAMESPACES[namespace]),
            tags={"namespace": namespace},
        )
        ecr.tag_resource(repository.repository_arn, {"number": str(number)})

    names = [(namespace, n) for namespace in NAMESPACES for n in range(REPOSITORIES_EACH)]
    # A client is shared between threads.
    with Progress(console=console) as progress, ThreadPoolExecutor(8) as pool:
        done = pool.map(create, *zip(*names, strict=True))
        for _ in progress.track(done, total=len(names), description="Creating repositories"):
            pass
    for prefix in (*NAMESPACES, "ROOT"):
        ecr.create_repository_creation_template(
            prefix,
            [RCTAppliedFor.CREATE_ON_PUSH, RCTAppliedFor.PULL_THROUGH_CACHE],
            description=f"What ECR creates below {prefix}",
            encryption_configuration=EncryptionConfiguration(
                encryption_type=EncryptionType.KMS_DSSE
            ),
            custom_role_arn=ROLE,
            resource_tags={"made-by": "template"},
        )
    seconds = time.perf_counter() - began
    console.print(
        f"Made {len(names)} repositories and {len(NAMESPACES) + 1} templates in {seconds:.1f} s."
    )


def list_repositories(ecr: EcrClient, page_size: int | None = None) -> list[Repository]:
    """All repositories of the registry, with a line of progress."""
    calls: list[CallEvent] = []
    watched = ecr.with_options(on_call=calls.append)
    repositories: list[Repository] = []
    with Progress(console=console) as progress:
        # How many there are is known when the last page is there.
        task = progress.add_task("Listing repositories", total=None)
        for page in watched.describe_repositories(page_size=page_size).pages():
            repositories += page.repositories
            progress.update(task, completed=len(repositories))
        progress.update(task, total=len(repositories))
    console.print(f"Listed {len(repositories)} repositories on {len(calls)} pages.")
    return repositories


def print_inventory(repositories: list[Repository]) -> None:
    """A table of the namespaces: how many repositories, and how they are encrypted."""
    kinds_by_namespace: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for repository in repositories:
        namespace = repository.repository_name.rpartition("/")[0] or "(none)"
        encryption = repository.encryption_configuration
        kind = encryption.encryption_type if encryption else "unknown"
        kinds_by_namespace[namespace][kind] += 1
    kinds = sorted({kind for counts in kinds_by_namespace.values() for kind in counts})
    table = Table(title="Repositories by encryption", title_justify="left")
    table.add_column("Namespace")
    for kind in ("All", *kinds, "Not KMS_DSSE"):
        table.add_column(kind, justify="right")
    for namespace, counts in sorted(kinds_by_namespace.items()):
        others = counts.total() - counts[EncryptionType.KMS_DSSE]
        style = "yellow" if others else "green"
        numbers = [str(counts[kind] or "") for kind in kinds]
        table.add_row(
            namespace, str(counts.total()), *numbers, f"[{style}]{others or 'none'}[/{style}]"
        )
    console.print(table)


def print_templates(ecr: EcrClient) -> None:
    """A table of the creation templates."""
    table = Table(title="Creation templates", title_justify="left")
    for heading in ("Prefix", "Encryption", "For", "Tags"):
        table.add_column(heading)
    for template in ecr.describe_repository_creation_templates(page_size=3):
        encryption = template.encryption_configuration
        table.add_row(
            template.prefix,
            encryption.encryption_type if encryption else "",
            ", ".join(template.applied_for or ()),
            ", ".join(f"{tag.key}={tag.value}" for tag in template.resource_tags or ()),
        )
    console.print(table)


def change_a_template(ecr: EcrClient) -> None:
    """What is left out of an update stays; an empty string clears."""
    changed = ecr.update_repository_creation_template("sandbox", description="")
    encryption = changed.encryption_configuration
    console.print(
        f"Updated the template of sandbox: description {changed.description!r}, "
        f"still {encryption.encryption_type if encryption else None}."
    )


def resume(ecr: EcrClient, repositories: list[Repository]) -> None:
    """Stop a listing after two pages, and go on later from the token that was kept."""
    pages = ecr.describe_repositories(page_size=100).pages()
    first, second = next(pages), next(pages)
    seen = [*first.repositories, *second.repositories]
    rest = ecr.describe_repositories(starting_token=second.next_token).to_list()
    assert [*seen, *rest] == repositories
    console.print(
        f"Resumed a listing: {len(seen)} repositories before the stop, {len(rest)} after."
    )


def show_an_error(ecr: EcrClient) -> None:
    """What the service refuses is explained by what this release knows of it."""
    try:
        ecr.create_repository("Payments/API")
    except EcrServiceError as error:
        console.print(type(error).__name__, style="red", end=": ")
        console.print(str(error), markup=False, highlight=False)
        for note in error.explanations:
            console.print(note, style="dim", markup=False, highlight=False)


def show_an_unknown_value() -> None:
    """A value that AWS adds after this release is kept, and goes back as it came."""
    answer = {"encryptionType": "KMS_QUANTUM", "kmsKey": "alias/next-year"}
    encryption = from_boto3(EncryptionConfiguration, answer)
    assert not encryption.encryption_type.is_known
    assert to_boto3(encryption) == answer
    console.print(f"A value from next year survives: {encryption.encryption_type!r}")


def delete_all(ecr: EcrClient) -> None:
    """Delete all that is there."""
    names = [repository.repository_name for repository in ecr.describe_repositories()]
    with Progress(console=console) as progress, ThreadPoolExecutor(8) as pool:
        deleted = pool.map(ecr.delete_repository, names)
        for _ in progress.track(deleted, total=len(names), description="Cleaning up"):
            pass
    for template in ecr.describe_repository_creation_templates():
        ecr.delete_repository_creation_template(template.prefix)
    assert ecr.describe_repositories().first() is None


if __name__ == "__main__":
    main()
