"""What somebody meets in the first hour: each error says what happened, what was sent, what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import boto3
import botocore
import botocore.exceptions as botocore_errors
import pytest
from botocore.loaders import Loader

import ecr_typed
from ecr_typed import (
    AccessDeniedException,
    ClientClosedError,
    EcrClient,
    EcrConfigurationError,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
    EncryptionConfiguration,
    EncryptionType,
    ExpiredTokenException,
    ImageIdentifier,
    InvalidParameterException,
    RepositoryNotFoundException,
    RetryPolicy,
    ServiceUnavailableException,
)
from ecr_typed.wire import GENERATED_FROM
from tests.support.clients import boto3_client
from tests.support.samples import page
from tests.support.service import METHODS, Method, as_model
from tests.support.wire import Reply, Wire, refusal

ONCE = RetryPolicy(max_attempts=1)


def text_of(error: BaseException) -> str:
    """What a traceback ends with: the message and the notes."""
    return "".join(traceback.format_exception_only(error))


def error_of(call: Callable[..., Any], *arguments: Any, **options: Any) -> EcrError:
    """The error of a call."""
    with pytest.raises(EcrError) as caught:
        call(*arguments, **options)
    return caught.value


def run_python(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(ecr_typed.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


def least_arguments(method: Method) -> dict[str, Any]:
    """The required arguments of a method, with values that are as short as they may be."""

    def least(shape: Any) -> Any:
        match shape.type_name:
            case "structure":
                return {name: least(shape.members[name]) for name in shape.required_members}
            case "list":
                return [least(shape.member)]
            case "string":
                length = max(1, int(shape.metadata.get("min", 1)))
                return shape.enum[0] if shape.enum else "x" * length
            case kind:
                return {"integer": 1, "long": 1, "boolean": True, "blob": b"x"}[kind]

    model = as_model(method.input, least(method.input))
    given = {name: getattr(model, name) for name in dir(model) if name[0] != "_"}
    return {name: value for name, value in given.items() if value is not None}


# ---- Credentials, region, profile, endpoint


def test_expired_token_says_how_to_renew(ecr: EcrClient, wire: Wire) -> None:
    """Credentials that have expired are called so, and the error says how to get new ones."""
    wire.will(refusal("ExpiredTokenException", "The security token included in the request is..."))

    error = error_of(ecr.delete_repository, "team/app")

    assert isinstance(error, ExpiredTokenException)
    assert "credentials have expired" in text_of(error)
    assert "aws sso login" in text_of(error)
    assert "new boto3 session" in text_of(error)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("ExpiredToken", "expired"),
        ("InvalidSignatureException", "clock"),
        ("MissingAuthenticationTokenException", "credentials"),
        ("OptInRequired", "region"),
        ("RequestExpired", "clock"),
        ("UnrecognizedClientException", "aws sts get-caller-identity"),
        ("UnknownOperationException", "https://api.ecr.us-east-1.amazonaws.com"),
    ],
)
def test_common_errors_say_what_to_check(ecr: EcrClient, wire: Wire, code: str, word: str) -> None:
    """The errors that all of AWS has come with what to look at."""
    wire.will(refusal(code))

    assert word in error_of(ecr.delete_repository, "team/app").__notes__[-1]


def test_no_credentials_say_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Without credentials, the error names the variables, the profile and the log-in."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    session = boto3.Session()
    made = EcrClient(session=session)
    ecr = made if kind == "made" else EcrClient.from_boto3(boto3_client(session))

    error = error_of(ecr.delete_repository, "team/app")

    assert isinstance(error, EcrCredentialsError)
    for word in ("DeleteRepository", "AWS_ACCESS_KEY_ID", "profile_name", "aws sso login"):
        assert word in str(error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (botocore_errors.SSOTokenLoadError(error_msg="no token"), ["no token", "aws sso login"]),
        (botocore_errors.UnauthorizedSSOTokenError(), ["expired", "aws sso login"]),
        (
            botocore_errors.TokenRetrievalError(provider="sso", error_msg="refresh failed"),
            ["refresh failed", "aws sso login"],
        ),
        (botocore_errors.RefreshWithMFAUnsupportedError(), ["MFA", "new boto3 session"]),
        (
            cast("Any", botocore_errors.PartialCredentialsError)(
                provider="env", cred_var="AWS_SECRET_ACCESS_KEY"
            ),
            ["AWS_SECRET_ACCESS_KEY", "set what is missing"],
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_credentials_that_are_no_good_say_what_to_do(
    once: EcrClient, wire: Wire, error: Exception, words: list[str]
) -> None:
    """A log-in that is over, a code that is due, half a pair of keys: each says what to do once."""
    wire.will(error)

    found = error_of(once.delete_repository, "team/app")

    assert isinstance(found, EcrCredentialsError)
    assert [word for word in words if word not in str(found)] == []
    assert str(found).count("aws sso login") <= 1


def test_role_that_is_refused_is_about_credentials(once: EcrClient, wire: Wire) -> None:
    """What AWS STS refuses on the way is no answer of Amazon ECR, and names no action of it."""
    details: Any = {"Error": {"Code": "AccessDenied", "Message": "User is not authorized"}}
    wire.will(botocore_errors.ClientError(details, "AssumeRole"))

    error = error_of(once.delete_repository, "team/app")

    assert isinstance(error, EcrCredentialsError)
    assert "AssumeRole" in text_of(error)
    assert "ecr:" not in text_of(error)


def test_no_region_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region there is no client, and the error names argument and variable."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    error = error_of(EcrClient, session=boto3.Session())

    assert isinstance(error, EcrConfigurationError)
    assert "region_name" in str(error)
    assert "AWS_DEFAULT_REGION" in str(error)


@pytest.mark.parametrize("in_environment", [True, False])
def test_wrong_profile_names_those_that_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, in_environment: bool
) -> None:
    """A profile that does not exist is named, with the ones that do."""
    config = tmp_path / "config"
    config.write_text("[default]\n[profile payments]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    if in_environment:
        monkeypatch.setenv("AWS_PROFILE", "paymets")

    error = error_of(EcrClient, **({} if in_environment else {"profile_name": "paymets"}))

    assert isinstance(error, EcrConfigurationError)
    assert "paymets" in str(error)
    assert "'default', 'payments'" in str(error)


@pytest.mark.parametrize("kind", ["made", "adopted"])
def test_refused_connection_names_the_endpoint(session: boto3.Session, kind: str) -> None:
    """Where nobody listens, the error has the URL and says where it may come from."""
    url = "http://127.0.0.1:1"
    if kind == "made":
        ecr = EcrClient(session=session, endpoint_url=url, retry=ONCE)
    else:
        ecr = EcrClient.from_boto3(boto3_client(session, endpoint_url=url), retry=ONCE)

    error = error_of(ecr.delete_repository, "team/app")

    assert isinstance(error, EcrConnectionError)
    assert url in str(error)
    assert url in error.__notes__[-1]
    assert "AWS_ENDPOINT_URL_ECR" in error.__notes__[-1]


def test_web_page_is_no_answer(made: EcrClient, wire: Wire) -> None:
    """Where a web server answers, found or not, the error says to look at the endpoint."""
    web_page = b"<html><body>Welcome</body></html>"
    wire.will(Reply(web_page, 404), Reply(web_page, 200))

    for expected in (EcrServiceError, EcrResponseError):
        error = error_of(made.delete_repository, "team/app")
        assert type(error) is expected
        assert "https://api.ecr.us-east-1.amazonaws.com" in error.__notes__[-1]


# ---- Permissions


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_denied_call_names_its_action(rigs: dict[str, Any], method: Method) -> None:
    """A call that is not allowed names the IAM action that it needs."""
    special = {
        "ListImageReferrers": ["ecr:BatchGetImage"],
        "CreateRepositoryCreationTemplate": [
            "ecr:CreateRepositoryCreationTemplate",
            "ecr:CreateRepository",
        ],
    }
    for rig in rigs.values():
        rig.reset()
        rig.wire.will(refusal("AccessDeniedException", "not authorized"))

        error = error_of(method.call, rig.ecr, least_arguments(method))

        assert isinstance(error, AccessDeniedException)
        found = re.findall(r"ecr:\w+", error.__notes__[-1])
        assert found == special.get(method.operation, [f"ecr:{method.operation}"])


# ---- Arguments


def test_errors_of_the_service_say_what_was_sent(ecr: EcrClient, wire: Wire) -> None:
    """The arguments of a call that fails are in a note, long ones shortened."""
    wire.will(refusal("ThrottlingException", "Rate exceeded", status=400), refusal("KmsException"))

    error = error_of(
        ecr.with_options(retry=RetryPolicy(max_attempts=2)).put_lifecycle_policy,
        "team/app",
        "x" * 5000,
    )

    assert error.__notes__[0].startswith(
        "Called with repository_name='team/app', lifecycle_policy_text='xxx"
    )
    assert len(error.__notes__[0]) < 300
    assert error.__notes__[1] == "This was the last of 2 attempts."


def test_call_without_arguments_has_no_note_of_them(ecr: EcrClient, wire: Wire) -> None:
    """Where nothing was given, nothing is said of it."""
    wire.will(refusal("RegistryPolicyNotFoundException"))

    assert not hasattr(error_of(ecr.get_registry_policy), "__notes__")


@pytest.mark.parametrize(
    ("value", "meant"),
    [("KMS_DSSSE", "KMS_DSSE"), ("aes-256", "AES256"), ("kms", "KMS"), ("something else", None)],
)
def test_misspelt_value_says_what_may_be_meant(
    ecr: EcrClient, wire: Wire, value: str, meant: str | None
) -> None:
    """A value that nobody knows is sent; if it is refused, a note has all that are known."""
    wire.will(refusal("InvalidParameterException", "Invalid parameter"))

    error = error_of(
        ecr.create_repository,
        "team/app",
        encryption_configuration=EncryptionConfiguration(encryption_type=EncryptionType(value)),
    )

    assert isinstance(error, InvalidParameterException)
    assert wire.bodies[0]["encryptionConfiguration"] == {"encryptionType": value}
    note = error.__notes__[-1]
    assert "encryption_configuration.encryption_type" in note
    assert "AES256 | KMS | KMS_DSSE" in note
    assert f"did you mean {meant}?" in note if meant else "did you mean" not in note


WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("delete_repository", {"repository_name": 3}, ["repository_name", "text", "3 (int)"]),
    ("delete_repository", {"repository_name": None}, ["repository_name", "required", "None"]),
    ("delete_repository", {"repository_name": "a/b", "force": "yes"}, ["force", "True or False"]),
    (
        "create_repository",
        {"repository_name": "a/b", "encryption_configuration": {"encryptionType": "KMS"}},
        ["encryption_configuration", "(dict)", "from_boto3(EncryptionConfiguration, ...)"],
    ),
    (
        "batch_get_image",
        {"repository_name": "a/b", "image_ids": ImageIdentifier(image_tag="v1")},
        ["image_ids", "a list", "put it in a list"],
    ),
    (
        "untag_resource",
        {"resource_arn": "arn", "tag_keys": "team"},
        ["tag_keys", "a list of text", "'team'", "put it in a list"],
    ),
    ("batch_get_image", {"repository_name": "a/b", "image_ids": []}, ["image_ids", "1 item"]),
    ("put_image_tag_mutability", {"repository_name": "a/b", "image_tag_mutability": 1}, ["IMMUT"]),
]


@pytest.mark.parametrize(("method", "arguments", "words"), WRONG)
def test_wrong_types_are_refused_before_anything_is_sent(
    ecr: EcrClient, wire: Wire, method: str, arguments: dict[str, Any], words: list[str]
) -> None:
    """An argument of a wrong type is named with its value, what is allowed, and what may help."""
    error = error_of(getattr(ecr, method), **arguments)

    assert isinstance(error, EcrRequestError)
    assert wire.sent == []
    assert [word for word in words if word not in str(error)] == []


@pytest.mark.parametrize("service", ["ecr-public", "sts"])
def test_client_of_another_service_is_not_adopted(session: boto3.Session, service: str) -> None:
    """What is adopted has to be a client for private registries."""
    make = cast("Any", session).client

    error = error_of(EcrClient.from_boto3, make(service))

    assert isinstance(error, EcrRequestError)
    assert "a boto3 client for 'ecr'" in str(error)
    assert ("private registries" in str(error)) == (service == "ecr-public")


def test_session_is_not_adopted(session: boto3.Session) -> None:
    """A session where a client is due is refused as such."""
    adopt: Any = EcrClient.from_boto3

    assert "a boto3 client for 'ecr'" in str(error_of(adopt, session))


# ---- Clients and pagers


def test_pager_can_be_iterated_twice(ecr: EcrClient, wire: Wire) -> None:
    """The second iteration asks the service anew and gives what is there by then."""
    wire.will(page("a", "b"), page("b", "c", "d"))
    repositories = ecr.describe_repositories()

    assert [item.repository_name for item in repositories] == ["a", "b"]
    assert [item.repository_name for item in repositories] == ["b", "c", "d"]


def test_closed_client_says_what_to_do(ecr: EcrClient, wire: Wire) -> None:
    """A call after the end names the operation, and says to call before it or anew."""
    with ecr:
        repositories = ecr.describe_repositories()

    error = error_of(repositories.first)

    assert isinstance(error, ClientClosedError)
    assert "DescribeRepositories: the client was closed" in str(error)
    assert "`with` block" in str(error)
    assert wire.sent == []


# ---- An old boto3


@pytest.fixture
def old_session(monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """Give a session of a boto3 that lacks an operation and a parameter."""
    load = Loader.load_service_model

    def load_old(self: Loader, service: str, kind: str, api_version: str | None = None) -> Any:
        model: Any = load(self, service, kind, api_version)
        if (service, kind) != ("ecr", "service-2"):
            return model
        operations = {k: v for k, v in model["operations"].items() if k != "ListImageReferrers"}
        request = model["shapes"]["PutImageTagMutabilityRequest"]
        members = {k: v for k, v in request["members"].items() if not k.endswith("Filters")}
        shapes = {
            **model["shapes"],
            "PutImageTagMutabilityRequest": {**request, "members": members},
        }
        return {**model, "operations": operations, "shapes": shapes}

    monkeypatch.setattr(Loader, "load_service_model", load_old)
    monkeypatch.setattr(botocore, "__version__", "1.36.2")
    return boto3.Session(region_name="us-east-1")


@pytest.mark.parametrize("kind", ["made", "adopted"])
@pytest.mark.parametrize("lacks", ["operation", "parameter"])
def test_old_boto3_says_which_is_needed(old_session: boto3.Session, kind: str, lacks: str) -> None:
    """A boto3 that lacks an operation or a parameter is told apart from a mistake in the call."""
    made = kind == "made"
    ecr = (
        EcrClient(session=old_session) if made else EcrClient.from_boto3(boto3_client(old_session))
    )

    if lacks == "operation":
        subject = ecr_typed.SubjectIdentifier(image_digest=f"sha256:{'0' * 64}")
        error = error_of(ecr.list_image_referrers("team/app", subject).first)
    else:
        error = error_of(
            ecr.put_image_tag_mutability,
            "team/app",
            ecr_typed.ImageTagMutability.IMMUTABLE_WITH_EXCLUSION,
            image_tag_mutability_exclusion_filters=[
                ecr_typed.ImageTagMutabilityExclusionFilter(
                    filter_type=ecr_typed.ImageTagMutabilityExclusionFilterType.WILDCARD,
                    filter="dev-*",
                )
            ],
        )

    assert type(error) is EcrConfigurationError
    assert error.operation_name in {"ListImageReferrers", "PutImageTagMutability"}
    assert error.operation_name in str(error)
    assert "1.36.2" in str(error)
    assert f"pip install --upgrade 'boto3>={GENERATED_FROM}'" in str(error)


def test_needed_boto3_is_the_packages_lower_bound() -> None:
    """The version that errors ask for is the one that the package's metadata asks for."""
    settings = Path(ecr_typed.__file__).parents[1] / "pyproject.toml"

    assert f'"boto3>={GENERATED_FROM}"' in settings.read_text("utf-8")


def test_package_can_be_imported_beside_an_old_boto3() -> None:
    """Without the newest exceptions of botocore, such as those for `aws login`, all else works."""
    program = (
        "import botocore.exceptions as e\n"
        "for name in [n for n in vars(e) if n.startswith('Login')]:\n"
        "    delattr(e, name)\n"
        "from ecr_typed.connection import Connection\n"
    )
    run = run_python(program)

    assert run.returncode == 0, run.stderr


def test_emulator_without_moto_names_the_extra() -> None:
    """The emulator without what it runs on says how to install it."""
    program = "import sys; sys.modules['moto'] = None; import ecr_typed.testing"
    run = run_python(program)

    assert run.returncode == 1
    assert "pip install 'ecr-typed[testing]'" in run.stderr.splitlines()[-1]


# ---- Tracebacks


def frames(printed: str) -> list[str]:
    """The files of a printed traceback, in the order of its frames."""
    return [
        Path(path).name if "ecr_typed" in path or path == __file__ else path
        for path in re.findall(r'File "([^"]+)"', printed)
    ]


def printed_traceback(call: Callable[[], Any]) -> str:
    """What Python prints of the error of a call."""
    try:
        call()
    except EcrError:
        return traceback.format_exc()
    raise AssertionError("the call succeeded")


def test_refusal_prints_a_screen_at_most(ecr: EcrClient, wire: Wire) -> None:
    """The traceback of a refused call: the user's line, three of ours, the service's error."""
    wire.will(refusal("RepositoryNotFoundException", "The repository does not exist"))

    printed = printed_traceback(lambda: ecr.delete_repository("team/app"))

    assert frames(printed) == [Path(__file__).name] * 2 + ["repositories.py"] + ["calls.py"] * 2
    assert printed.splitlines()[-2].startswith(
        "ecr_typed.RepositoryNotFoundException: DeleteRepository: The repository does not exist"
    )
    assert printed.splitlines()[-1] == "Called with repository_name='team/app'"
    # Python 3.13 prints all lines of a statement, older ones its first.
    assert len(printed.splitlines()) <= (25 if sys.version_info < (3, 13) else 30)


def test_retried_call_prints_no_retries(ecr: EcrClient, wire: Wire, monkeypatch: Any) -> None:
    """The traceback of a call that failed three times is that of one that failed once."""
    monkeypatch.setattr("ecr_typed.retry.TRANSIENT_BASE_DELAY", 0.0)
    wire.will(*[refusal("ServiceUnavailable", "busy", status=503)] * 3)

    printed = printed_traceback(lambda: ecr.delete_repository("team/app"))

    assert len(wire.sent) == 3
    assert frames(printed) == [Path(__file__).name] * 2 + ["repositories.py"] + ["calls.py"] * 2
    assert f"ecr_typed.{ServiceUnavailableException.__name__}: " in printed
    assert "tenacity" not in printed
    assert "This was the last of 3 attempts." in printed


def test_iteration_prints_the_pager_alone(ecr: EcrClient, wire: Wire) -> None:
    """The traceback of an iteration goes through the pager, and through nothing below it."""
    wire.will(page("a", token="t"), refusal("InvalidParameterException"))

    printed = printed_traceback(lambda: ecr.describe_repositories().to_list())

    assert frames(printed)[2:] == ["pagination.py"] * 4


def test_lost_connection_prints_its_causes_without_frames(session: boto3.Session) -> None:
    """A connection that is refused prints what botocore and the system said, a line each."""
    ecr = EcrClient(session=session, endpoint_url="http://127.0.0.1:1", retry=ONCE)

    printed = printed_traceback(lambda: ecr.delete_repository("team/app"))

    assert "ConnectionRefusedError" in printed
    assert "botocore.exceptions.EndpointConnectionError" in printed
    assert frames(printed) == [Path(__file__).name] * 2 + ["repositories.py"] + ["calls.py"] * 2


def test_client_that_can_not_be_made_prints_no_botocore() -> None:
    """The traceback of a client without its profile has no frames of botocore."""
    printed = printed_traceback(lambda: EcrClient(profile_name="nobody"))

    assert frames(printed) == [Path(__file__).name] * 2 + ["client.py", "connection.py"]


def test_unexpected_causes_keep_their_frames(once: EcrClient, wire: Wire) -> None:
    """What a user's own handler raises is printed with the way there."""

    def handler(**_: object) -> None:
        raise KeyError("a bug")

    once.boto3_client.meta.events.register_first("before-send.ecr", cast("Any", handler))

    printed = printed_traceback(lambda: once.delete_repository("team/app"))

    assert "in handler" in printed
    assert "KeyError: 'a bug'" in printed


def test_what_the_program_was_handling_keeps_its_frames(ecr: EcrClient, wire: Wire) -> None:
    """An error of the user's own, before the call, is printed as ever."""

    def fail() -> None:
        raise LookupError("not in the cache")

    wire.will(refusal("RepositoryNotFoundException"))
    user_error = LookupError()
    try:
        fail()
    except LookupError as handled:
        user_error = handled
        with pytest.raises(RepositoryNotFoundException):
            ecr.delete_repository("team/app")

    assert [frame.name for frame in traceback.extract_tb(user_error.__traceback__)][-1] == "fail"
