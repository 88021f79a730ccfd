"""The control API: what the Python object can do, over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed import (
    AccessDeniedException,
    ImageIdentifier,
    InvalidParameterException,
    KmsException,
    Repository,
    ServerException,
    to_boto3,
    to_json,
)
from ecr_typed.testing import faults
from ecr_typed.testing._emulator.control.endpoints import ENDPOINTS
from ecr_typed.testing.faults import DROPPED, ErrorResponse, InjectedFault

from .sharing import statement
from .test_access import as_role
from .test_faults import names
from .test_seed_reset import TEMPLATE, image, repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecr_typed import EcrClient
    from ecr_typed.testing import EcrEmulator

PREFIX = "/.ecr-emulator"


@pytest.fixture
def send(fresh: EcrEmulator) -> Callable[..., tuple[int, Any]]:
    """Return a function that sends a request, and returns status and document."""

    def send(
        method: str, path: str, document: object = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        body = None if document is None else json.dumps(document).encode()
        headers = {"Content-Type": content_type}
        url = f"{fresh.endpoint_url}{PREFIX}{path}"
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    return send


@pytest.fixture
def done(send: Callable[..., tuple[int, Any]]) -> Callable[..., Any]:
    """Return a function that sends a request that succeeds, and returns the document."""

    def done(*arguments: Any) -> Any:
        status, document = send(*arguments)
        assert status == 200, document
        return document

    return done


def test_its_description_has_every_endpoint(done: Callable[..., Any]) -> None:
    """The OpenAPI description lists paths, methods and members as they are served."""
    description = done("GET", "/openapi.json")
    assert description["openapi"].startswith("3.1")
    described = {
        (method.upper(), path): operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }
    assert described.keys() == {(method, PREFIX + path) for method, path in ENDPOINTS}
    for (method, path), endpoint in ENDPOINTS.items():
        operation = described[method, PREFIX + path]
        assert operation["summary"]
        refusals = {"400"} if method == "GET" else {"400", "415"}
        assert operation["responses"].keys() == {"200", *refusals}
        if endpoint.members:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert schema["properties"].keys() == endpoint.members.keys()
            assert operation["requestBody"]["required"] == bool(schema["required"])
            assert all(each["description"] for each in schema["properties"].values())


def test_it_tells_where_it_is(fresh: EcrEmulator, done: Callable[..., Any]) -> None:
    """The root has what a client of another language needs."""
    assert done("GET", "/") == {
        "endpointUrl": fresh.endpoint_url,
        "regionName": "us-east-1",
        "accountId": "123456789012",
        "environment": fresh.environment(),
    }


def test_seed_and_reset(typed: EcrClient, done: Callable[..., Any]) -> None:
    """Models are spelled as boto3 spells them; a reset empties the registries."""
    documents = {
        "repositories": [json.loads(to_json(repository("app")))],
        "repositoryCreationTemplates": [json.loads(to_json(TEMPLATE))],
        "images": [json.loads(to_json(image(image_tags=("v1",))))],
        "tags": {"app": {"team": "payments"}},
    }
    assert done("POST", "/seed", documents) == {}
    (found,) = typed.describe_repositories()
    assert isinstance(found, Repository)
    assert typed.list_tags_for_resource(found.repository_arn)[0].value == "payments"
    assert typed.describe_images("app").to_list()[0].image_tags == ("v1",)
    assert [each.prefix for each in typed.describe_repository_creation_templates()] == ["prod/"]
    assert done("POST", "/reset", {}) == {}
    assert names(typed) == []


def test_images_and_findings(typed: EcrClient, done: Callable[..., Any]) -> None:
    """An image is pushed and its findings are set; members that are not known are named."""
    typed.create_repository("app")
    pushed = done(
        "POST",
        "/images",
        {
            "repositoryName": "app",
            "tags": ["v1"],
            "pushedAt": "2024-01-31T12:00:00Z",
            "size": 1_000_000,
            "platform": "linux/arm64",
            "labels": {"team": "payments"},
        },
    )
    (found,) = typed.describe_images("app")
    assert json.loads(to_json(found)) == pushed
    assert found.image_pushed_at == datetime(2024, 1, 31, 12, tzinfo=UTC)
    index = done("POST", "/images", {"repositoryName": "app", "children": [pushed["imageDigest"]]})
    assert index["imageSizeInBytes"] == 1_000_000
    answer = done(
        "POST",
        "/scan-findings",
        {
            "repositoryName": "app",
            "imageId": {"imageTag": "v1"},
            "findings": [{"name": "CVE-1", "severity": "HIGH", "tomorrow": 1}],
        },
    )
    assert answer == {"warnings": ["findings[0]: ImageScanFinding has no tomorrow; ignored"]}
    findings = typed.describe_image_scan_findings("app", ImageIdentifier(image_tag="v1"))
    assert [to_boto3(each)["name"] for each in findings] == ["CVE-1"]


def test_keys_pulls_and_lifecycle_policies(typed: EcrClient, done: Callable[..., Any]) -> None:
    """What else begins outside of the API can be done, too."""
    arn = done("POST", "/kms-keys", {"keyId": "images", "alias": "alias/images"})["arn"]
    assert arn == "arn:aws:kms:us-east-1:123456789012:key/images"
    typed.create_pull_through_cache_rule("quay", "quay.io")
    manifest = json.dumps({"schemaVersion": 2, "manifests": []})
    pulled = done("POST", "/pulls-through", {"repositoryName": "quay/a", "manifest": manifest})
    (cached,) = typed.describe_images("quay/a")
    assert pulled == {"imageDigest": cached.image_digest}
    assert done("POST", "/lifecycle-policies/apply", {}) == {}


def test_the_clock(fresh: EcrEmulator, done: Callable[..., Any]) -> None:
    """Time can be read, set, advanced and reset."""

    def offset(document: Any) -> float:
        return (datetime.fromisoformat(document["time"]) - datetime.now(UTC)).total_seconds()

    assert abs(offset(done("GET", "/clock"))) < 5
    assert abs(offset(done("POST", "/clock/advance", {"seconds": 3600})) - 3600) < 5
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert abs(offset(done("PUT", "/clock", {"time": tomorrow.isoformat()})) - 86400) < 5
    assert abs(fresh.clock.now() - tomorrow) < timedelta(seconds=5)
    assert abs(offset(done("DELETE", "/clock", {}))) < 5


def test_faults_and_limits(fresh: EcrEmulator, typed: EcrClient, done: Callable[..., Any]) -> None:
    """Faults are injected by name or by type; what calls met is listed; a limit throttles."""
    fault = {
        "type": "ErrorResponse",
        "code": "ServerException",
        "message": "by HTTP",
        "status": 500,
    }
    done("POST", "/faults", {"fault": fault, "operationName": "DescribeRepositories", "times": 1})
    with pytest.raises(ServerException, match="by HTTP"):
        names(typed)
    done("POST", "/faults", {"fault": "DROPPED", "after": 1})
    assert names(typed) == []
    done("DELETE", "/faults", {})
    done("PUT", "/limits", {"operationName": "DescribeRepositories", "perSecond": 0.001})
    plain = fresh.boto3_client()
    assert plain.describe_repositories()["repositories"] == []
    plain.close()
    assert fresh.faults.draw("DescribeRepositories") is not None
    injected = done("GET", "/faults")["injected"]
    assert injected[0]["fault"] == {"headers": {}, "isApplied": False, "delay": 0.0, **fault}
    assert injected[1] == {"operationName": "DescribeRepositories", "fault": "THROTTLED"}
    expected = InjectedFault(
        "DescribeRepositories", ErrorResponse("ServerException", "by HTTP", 500)
    )
    assert fresh.faults.injected[0] == expected
    assert DROPPED not in [each.fault for each in fresh.faults.injected]


def test_faults_have_their_first_names_too(fresh: EcrEmulator, done: Callable[..., Any]) -> None:
    """Programs in other languages and tests that were written before the classes were renamed."""
    assert faults.ErrorAnswer("KmsException") == ErrorResponse("KmsException")
    for name in ("LateAnswer", "RawAnswer", "LostAnswer", "CutAnswer"):
        assert getattr(faults, name) is getattr(faults, name.replace("Answer", "Response"))

    done("POST", "/faults", {"fault": {"type": "ErrorAnswer", "code": "KmsException"}})

    with fresh.client() as ecr, pytest.raises(KmsException):
        ecr.describe_registry()


def test_principals(
    fresh: EcrEmulator, typed: EcrClient, done: Callable[..., Any], send: Callable[..., Any]
) -> None:
    """A principal is added, and policies can name it after a while."""
    arn = "arn:aws:iam::444455556666:role/ci"
    done("POST", "/principals", {"arn": arn, "afterSeconds": 60})
    typed.create_repository("app")
    policy = json.dumps({"Statement": statement("444455556666", Principal={"AWS": arn})})
    with pytest.raises(InvalidParameterException, match="Principal not found"):
        typed.set_repository_policy("app", policy)
    fresh.clock.advance(timedelta(seconds=60))
    typed.set_repository_policy("app", policy)
    status, error = send("POST", "/principals", {"arn": "arn:aws:iam::444455556666:*"})
    assert status == 400
    assert "is no ARN of a principal" in error["error"]


def test_identity_policies_and_organizations(
    fresh: EcrEmulator, typed: EcrClient, done: Callable[..., Any], send: Callable[..., Any]
) -> None:
    """A role is limited, and freed again; accounts become members of an organization."""
    role = "arn:aws:iam::123456789012:role/ci"
    with as_role(fresh, role) as ci:
        policy = {"Statement": [{"Effect": "Deny", "Action": "ecr:*", "Resource": "*"}]}
        done("PUT", "/identity-policies", {"arn": role, "policy": policy})
        with pytest.raises(AccessDeniedException, match="explicit deny in an identity-based"):
            ci.create_repository("app")
        done("PUT", "/identity-policies", {"arn": role})
        ci.create_repository("app")
    status, error = send("PUT", "/identity-policies", {"arn": role, "policy": {}})
    assert status == 400
    assert "is no identity policy" in error["error"]
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}
    members = {**statement("*"), "Principal": "*", "Condition": condition}
    typed.set_repository_policy("app", json.dumps({"Statement": [members]}))
    with fresh.client(account_id="444455556666") as other:
        with pytest.raises(AccessDeniedException):
            other.list_images("app", registry_id="123456789012").first()
        members_of = {"organizationId": "o-1234567890", "accountIds": ["444455556666"]}
        done("POST", "/organizations", members_of)
        assert other.list_images("app", registry_id="123456789012").first() is None


REFUSED: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/nowhere", None, 404, "openapi.json"),
    ("DELETE", "/seed", {}, 405, "/seed takes POST"),
    ("POST", "/seed", [], 400, "must be a JSON object"),
    ("POST", "/seed", {"repository": {}}, 400, "no member 'repository' here: use repositories"),
    ("POST", "/seed", {"repositories": [7]}, 400, "repositories[0] must be an object"),
    ("POST", "/seed", {"repositories": [{}]}, 400, "repositories[0] is no Repository"),
    ("POST", "/images", {}, 400, "repositoryName is required"),
    ("POST", "/images", {"repositoryName": 1}, 400, "repositoryName must be of type string"),
    ("POST", "/images", {"repositoryName": "absent"}, 400, "RepositoryNotFoundException"),
    ("POST", "/images", {"repositoryName": "a", "size": True}, 400, "size must be of type"),
    ("POST", "/images", {"repositoryName": "a", "tags": [1]}, 400, "tags must be a list of"),
    ("POST", "/images", {"repositoryName": "a", "pushedAt": "now"}, 400, "must be a time like"),
    ("PUT", "/clock", {"time": "2024-01-01"}, 400, "have a zone: 2024-01-01T00:00:00Z for UTC"),
    ("POST", "/clock/advance", {"seconds": 1e300}, 400, "seconds must be a number of seconds"),
    ("POST", "/clock/advance", {"seconds": 1e12}, 400, "from 1970 to the year 8999"),
    ("PUT", "/clock", {"time": "9999-12-31T23:59:59Z"}, 400, "from 1970 to the year 8999"),
    ("POST", "/images", {"repositoryName": "a", "accountId": "12"}, 400, "account_id must be 12"),
    ("POST", "/kms-keys", {"alias": "images"}, 400, "alias must begin with 'alias/'"),
    (
        "POST",
        "/organizations",
        {"organizationId": "o-exampleorgid", "accountIds": ["1111-2222-3333"]},
        400,
        "each of account_ids must be 12 digits, not '1111-2222-3333'",
    ),
    ("POST", "/faults", {"fault": "NO_FAULT"}, 400, "one of THROTTLED"),
    ("POST", "/faults", {"fault": {"type": "Fault"}}, 400, "fault.type must be one of"),
    ("POST", "/faults", {"fault": {"type": "CutResponse", "keep": 1}}, 400, "no member 'keep'"),
    ("POST", "/faults", {"fault": {"type": "ErrorResponse"}}, 400, "fault is no ErrorResponse"),
    ("PUT", "/limits", {"operationName": "Put", "perSecond": 1}, 400, "no operation 'Put'"),
]


@pytest.mark.parametrize(("method", "path", "document", "status", "match"), REFUSED)
def test_what_is_refused(
    send: Callable[..., tuple[int, Any]],
    method: str,
    path: str,
    document: object,
    status: int,
    match: str,
) -> None:
    """A request that makes no sense is a client error, in one sentence."""
    answered, error = send(method, path, document)
    assert answered == status
    assert match in error["error"]


def test_forms_of_web_pages_are_refused(send: Callable[..., tuple[int, Any]]) -> None:
    """A page of another site can't steer the emulator: it may not send JSON."""
    status, error = send("POST", "/reset", {}, "text/plain")
    assert status == 415
    assert "application/json" in error["error"]
