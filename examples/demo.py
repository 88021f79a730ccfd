"""The demo: `python3 run.py demo` runs it on an emulator; `-- --aws` reads a registry of AWS.

Each step shows its code and what the code prints. On AWS, the demo lists the repositories and
changes nothing.
"""

from __future__ import annotations

import argparse
import inspect
import io
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree

from ecr_typed import (
    CallEvent,
    EcrClient,
    EcrError,
    EncryptionConfiguration,
    EncryptionType,
    Repository,
    RetryPolicy,
)
from ecr_typed.jobs import (
    Retention,
    each,
    each_repository,
    login,
    plan_retention,
    progress_bar,
    read_image_graph,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, SERVER_EXCEPTION

READ_NEXT = """
Read next:
  docs/tutorial.md             ten minutes, with an emulator of your own
  docs/howto/migrating.md      your boto3 code, and how it looks here
  docs/index.md                a guide for each job
  python3 run.py demo -- --aws lists your own registry, and changes nothing
""".rstrip()

Step = Callable[[EcrEmulator, EcrClient], None]

console = Console(width=80)


def main() -> None:
    """Run the demo where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aws", action="store_true", help="read the registry of your AWS account")
    if parser.parse_args().aws:
        try:
            with EcrClient() as ecr:
                print_inventory(ecr)
        except EcrError as error:
            sys.exit(str(error))
        return
    with new_emulator() as emulator, emulator.client() as ecr:
        console.print(f"An emulator of Amazon ECR listens on {emulator.endpoint_url}\n")
        list(each(lambda name: create(ecr, name), [f"team-{n % 4}/app-{n:03}" for n in range(120)]))
        for step in STEPS:
            show(step, emulator, ecr)
        print_inventory(ecr)
    console.print(READ_NEXT, highlight=False)


def new_emulator() -> EcrEmulator:
    """Return the emulator of the demo. Its address is in the URIs of repositories, for skopeo."""
    return EcrEmulator(region_name="us-gov-west-1", registry_host="local")


def create(ecr: EcrClient, name: str) -> Repository:
    """Create a repository of the demo. The team decides about its encryption."""
    kinds = [*EncryptionType, EncryptionType.KMS_DSSE]
    encryption = EncryptionConfiguration(encryption_type=kinds[int(name[5])])
    return ecr.create_repository(name, encryption_configuration=encryption)


def typed_listing(_: EcrEmulator, ecr: EcrClient) -> None:
    """List all pages. Editors and type checkers know every attribute"""
    kinds: Counter[str] = Counter()
    for repository in ecr.describe_repositories():
        encryption = repository.encryption_configuration
        if encryption is not None:
            kinds[encryption.encryption_type.value] += 1
    print(dict(kinds))


def open_enum(*_: object) -> None:
    """Accept an enum value that AWS adds next year"""
    kind = EncryptionType("KMS_QUANTUM")
    print(repr(kind), kind == "KMS_QUANTUM", kind.is_known)


def lost_response(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Reconcile a write whose response is lost. The retry finds what it created"""

    def log(call: CallEvent) -> None:
        print(call.operation_name, call.attempts, "attempts,", call.error)

    emulator.faults.inject(DROPPED, operation_name="CreateRepository")
    watched = ecr.with_options(on_call=log)
    print(watched.create_repository("payments/ledger").repository_arn)


def resumed_listing(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Resume a listing after an error. No item is repeated or skipped"""
    emulator.faults.inject(SERVER_EXCEPTION, after=1)  # the second page fails
    names: list[str] = []
    token = None
    without_retries = ecr.with_options(retry=RetryPolicy(max_attempts=1))
    try:
        for page in without_retries.describe_repositories(page_size=50).pages():
            names += [each.repository_name for each in page.repositories]
    except EcrError as error:
        print(f"{type(error).__name__} after {len(names)} repositories")
        token = error.next_token
    rest = ecr.describe_repositories(starting_token=token)
    names += [each.repository_name for each in rest]
    print(f"{len(names)} repositories, {len(set(names))} different")


def throttled_job(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Tag all repositories while the service throttles. No call is lost"""

    def tag(ecr: EcrClient, repository: Repository) -> None:
        ecr.tag_resource(repository.repository_arn, {"owner": "platform"})

    emulator.faults.limit("TagResource", per_second=50, burst=20)
    bar = progress_bar("Tagging")
    job = each_repository(tag, ecr, threads=32, on_progress=bar)
    print(Counter(outcome.status.value for outcome in job))
    print(len(emulator.faults.injected), "requests were throttled")


def retention_plan(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Plan what to delete. An image that stays loses no child and no signature"""
    for number in range(1, 5):
        child = emulator.push_image("payments/ledger", platform="linux/amd64")
        tags = [f"v{number}"]
        emulator.push_image("payments/ledger", tags=tags, children=[child])
        emulator.clock.advance(timedelta(days=7))

    graph = read_image_graph(ecr, "payments/ledger")
    plan = plan_retention(graph, Retention(keep_newest=2), now=emulator.clock.now())
    tree = Tree("payments/ledger")
    for title, decisions in {"keep": plan.keep, "delete": plan.remove}.items():
        branch = tree.add(title)
        for one in decisions:
            branch.add(f"{one.digest[:19]} {', '.join(one.tags):<3} {one.reason}")
    Console(width=80).print(tree)


def registry_protocol(_: EcrEmulator, ecr: EcrClient) -> None:
    """Push with skopeo. The emulator speaks the registry protocol as well"""
    credentials = login(ecr)
    registry = f"docker://{credentials.registry}"
    with TemporaryDirectory() as folder:
        file = f"--authfile={credentials.save_docker_config(folder)}"
        image = f"{registry}/payments/ledger:v4"
        skopeo("copy", file, image, f"{registry}/team-0/app-000:latest")
    for pushed in ecr.describe_images("team-0/app-000"):
        print(pushed.image_tags, pushed.image_size_in_bytes, "bytes")


def explained_refusal(_: EcrEmulator, ecr: EcrClient) -> None:
    """Explain what the service refuses"""
    try:
        ecr.create_repository("Payments/API")
    except EcrError as error:
        print(error)


STEPS: list[Step] = [
    typed_listing,
    open_enum,
    lost_response,
    resumed_listing,
    throttled_job,
    retention_plan,
    *([registry_protocol] if shutil.which("skopeo") else []),
    explained_refusal,
]


def show(step: Step, emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Print what a step is about and its code, then run it."""
    _, docstring, *lines = inspect.getsource(step).splitlines()
    title = docstring.replace('"', "").strip()
    code = textwrap.dedent("\n".join(lines)).strip()
    console.rule(f"[bold]{title}[/bold]", align="left")
    console.print(Syntax(code, "python", background_color="default", word_wrap=True))
    printed = io.StringIO()
    with redirect_stdout(printed):
        step(emulator, ecr)
    console.print("[dim]prints:[/dim]")
    console.print(printed.getvalue(), markup=False, highlight=False)


def skopeo(command: str, *arguments: str) -> None:
    """Run skopeo without TLS."""
    line = ["skopeo", command, "--src-tls-verify=false", "--dest-tls-verify=false", *arguments]
    subprocess.run(line, capture_output=True, check=True)  # noqa: S603  # our own


def print_inventory(ecr: EcrClient) -> None:
    """Print a table of the namespaces, with the number of repositories by encryption."""
    namespaces: dict[str, Counter[str]] = {}
    for repository in ecr.describe_repositories():
        namespace = repository.repository_name.rpartition("/")[0] or "(none)"
        encryption = repository.encryption_configuration
        kind = encryption.encryption_type if encryption else "unknown"
        namespaces.setdefault(namespace, Counter())[kind] += 1
    kinds = sorted({kind for counts in namespaces.values() for kind in counts})
    table = Table(title="Repositories by encryption", title_justify="left")
    table.add_column("Namespace")
    for kind in ("All", *kinds):
        table.add_column(kind, justify="right")
    for namespace, counts in sorted(namespaces.items()):
        table.add_row(namespace, str(counts.total()), *(str(counts[kind] or "") for kind in kinds))
    console.print(table)


if __name__ == "__main__":
    main()
