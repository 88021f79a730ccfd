"""Programs that are wrong: above each wrong line stands what type checkers must say of it.

mypy and pyright must say what is named, and nothing else anywhere; ty and pyrefly must find each
line. `nothing` is for a line that a checker can't find, with the reason where it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import boto3
import botocore.session

import ecr_typed
from ecr_typed import (
    BotoSession,
    CallEvent,
    DescribeRepositoriesResponse,
    EcrClient,
    EcrError,
    EcrServiceError,
    EncryptionConfiguration,
    EncryptionType,
    ImageIdentifier,
    ImageScanFindings,
    KmsException,
    Pager,
    RCTAppliedFor,
    ReplicationConfiguration,
    ReplicationRule,
    Repository,
    RepositoryCreationTemplate,
    RetryEvent,
    RetryPolicy,
    Tag,
    from_boto3,
    from_json,
    jobs,
    models,
    to_boto3,
    to_json,
)
from ecr_typed.documents import LifecycleRule, PolicyDocument

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

RepositoryPager = Pager[Repository, DescribeRepositoriesResponse]


def misspelt_names(ecr: EcrClient) -> None:
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(ecr_typed.Repositry)
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(models.Repositry)
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    ecr.describe_repository()
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(EncryptionType.KMS_DSEE)


def names_as_boto3_has_them(ecr: EcrClient, repository: Repository) -> None:
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.create_repository(repositoryName="team/app")
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.describe_repositories(max_results=10)
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.describe_repositories(maxResults=10)
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.describe_repositories(next_token="token")
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    ecr.get_paginator("describe_repositories")
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(repository.repositoryName)
    # wrong: mypy index, pyright reportIndexIssue
    print(repository["repositoryName"])
    # wrong: mypy index, pyright reportIndexIssue
    print(ecr.create_repository("team/app")["repository"])


def arguments_that_lack_or_are_too_many(ecr: EcrClient) -> None:
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.create_repository()
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.create_repository("team/app", "012345678910")
    # wrong: mypy call-arg arg-type, pyright reportCallIssue
    ecr.describe_repositories(["team/app"])
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.create_repository_creation_template("team")
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.get_registry_policy("012345678910")


def arguments_of_wrong_types(ecr: EcrClient, image_id: ImageIdentifier, tag: Tag) -> None:
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.create_repository(7)
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.delete_repository(None)
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.delete_repository("team/app", force="yes")
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.describe_repositories(page_size="100")
    # wrong: mypy list-item, pyright reportArgumentType
    ecr.describe_repositories(repository_names=[7])
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.describe_repositories(repository_names={"team/app"})
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.start_image_scan("team/app", "latest")
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.batch_get_image("team/app", image_id)
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.upload_layer_part("team/app", "upload", 0, 3, "text")
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.create_repository_creation_template("team", RCTAppliedFor.REPLICATION)
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.tag_resource("arn", tag)
    # wrong: mypy list-item, pyright reportArgumentType
    ecr.tag_resource("arn", [("team", "payments")])
    # wrong: mypy dict-item, pyright reportArgumentType
    ecr.tag_resource("arn", {"team": 7})


def plain_values_for_models_and_enums(ecr: EcrClient) -> None:
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.create_repository("team/app", encryption_configuration={"encryptionType": "KMS"})
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.create_repository("team/app", encryption_configuration=EncryptionType.KMS)
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.create_repository("team/app", image_tag_mutability="IMMUTABLE")
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.create_repository("team/app", image_tag_mutability=EncryptionType.KMS)
    # wrong: mypy list-item, pyright reportArgumentType
    ecr.create_repository_creation_template("team", ["REPLICATION"])
    # wrong: mypy arg-type, pyright reportArgumentType
    EncryptionConfiguration(encryption_type="KMS")


def models_that_lack_members() -> None:
    # wrong: mypy call-arg, pyright reportCallIssue
    Tag("team", "payments")
    # wrong: mypy call-arg, pyright reportCallIssue
    Tag(key="team")
    # wrong: mypy call-arg, pyright reportCallIssue
    Tag(key="team", Value="payments")
    # wrong: mypy arg-type, pyright reportArgumentType
    Tag(key="team", value=None)


def models_that_are_changed(
    repository: Repository, template: RepositoryCreationTemplate, findings: ImageScanFindings
) -> None:
    # wrong: mypy misc, pyright reportAttributeAccessIssue
    repository.repository_name = "team/web"
    # mypy does not look at what is deleted.
    # wrong: mypy nothing, pyright reportAttributeAccessIssue
    del repository.repository_name
    # pyrefly does not mind that a class has no such attribute when it is set.
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue, pyrefly nothing
    repository.note = "new"
    if template.resource_tags and findings.finding_severity_counts:
        # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
        template.resource_tags.append(Tag(key="team", value="payments"))
        # wrong: mypy index, pyright reportIndexIssue
        template.resource_tags[0] = Tag(key="team", value="payments")
        # wrong: mypy index, pyright reportIndexIssue
        findings.finding_severity_counts[models.FindingSeverity.HIGH] = 0


def what_may_be_none(repository: Repository, template: RepositoryCreationTemplate) -> None:
    # wrong: mypy union-attr, pyright reportOptionalMemberAccess
    print(repository.encryption_configuration.encryption_type)
    # wrong: mypy union-attr, pyright reportOptionalMemberAccess
    print(template.description.upper())
    # wrong: mypy union-attr, pyright reportOptionalIterable
    for tag in template.resource_tags:
        print(tag)
    # wrong: mypy assignment, pyright reportAssignmentType
    name: str = template.custom_role_arn
    print(name)


def results_of_other_types(ecr: EcrClient, repository: Repository) -> None:
    # wrong: mypy func-returns-value assignment, pyright reportAssignmentType
    tag: Tag = ecr.tag_resource("arn", {})
    # wrong: mypy assignment, pyright reportAssignmentType
    created: str = repository.created_at
    # wrong: mypy assignment, pyright reportAssignmentType
    several: list[Tag] = ecr.list_tags_for_resource("arn")
    # wrong: mypy assignment, pyright reportAssignmentType
    response: models.CreateRepositoryResponse = ecr.create_repository("team/app")
    print(tag, created, several, response)


def pagers(pager: RepositoryPager) -> None:
    # wrong: mypy arg-type, pyright reportArgumentType
    print(len(pager))
    # wrong: mypy index, pyright reportIndexIssue
    print(pager[0])
    # wrong: mypy call-overload, pyright reportArgumentType
    print(next(pager))
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(pager.next_token)
    # wrong: mypy index, pyright reportIndexIssue
    print(pager["repositories"])
    # wrong: mypy union-attr, pyright reportOptionalMemberAccess
    print(pager.first().repository_name)
    # wrong: mypy attr-defined, pyright reportGeneralTypeIssues
    for page in pager.pages:
        print(page)
    for page in pager.pages():
        # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
        print(page.repository_name)
    for repository in pager:
        # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
        print(repository.repositories)


def items_of_two_kinds(ecr: EcrClient, image_id: ImageIdentifier) -> None:
    for finding in ecr.describe_image_scan_findings("team/app", image_id):
        # wrong: mypy union-attr, pyright reportAttributeAccessIssue
        print(finding.score)


def options(ecr: EcrClient, session: boto3.Session) -> None:
    # wrong: mypy call-arg, pyright reportCallIssue
    EcrClient("us-gov-west-1")
    # wrong: mypy call-arg, pyright reportCallIssue
    EcrClient(region="us-gov-west-1")
    # wrong: mypy arg-type, pyright reportArgumentType
    EcrClient(retry=3)
    # wrong: mypy arg-type, pyright reportArgumentType
    EcrClient(config={"retries": {}})
    # wrong: mypy arg-type, pyright reportArgumentType
    EcrClient(on_call=takes_nothing)
    # wrong: mypy arg-type, pyright reportArgumentType
    EcrClient(on_call=takes_a_retry)
    # wrong: mypy arg-type, pyright reportArgumentType
    EcrClient.from_boto3(session)
    # wrong: mypy call-arg, pyright reportCallIssue
    EcrClient.from_boto3()
    # wrong: mypy call-arg, pyright reportCallIssue
    ecr.with_options(region_name="us-gov-west-1")
    # wrong: mypy misc, pyright reportAttributeAccessIssue
    ecr.boto3_client = boto3.client("ecr")
    # ty does not read the keyword arguments of boto3's stubs yet, an unpacked TypedDict.
    # wrong: mypy call-arg, pyright reportCallIssue, ty nothing
    ecr.boto3_client.describe_repositories(max_results=10)


def sessions() -> None:
    # wrong: mypy assignment, pyright reportAssignmentType
    inner: BotoSession = botocore.session.Session()
    # wrong: mypy assignment, pyright reportAssignmentType
    name: BotoSession = "dev"
    # wrong: mypy assignment, pyright reportAssignmentType
    module: BotoSession = boto3
    # wrong: mypy assignment, pyright reportAssignmentType
    client: BotoSession = boto3.client("ecr")
    print(inner, name, module, client)


def takes_nothing() -> None: ...


def takes_a_retry(event: RetryEvent) -> None: ...


def policies(policy: RetryPolicy, event: CallEvent) -> None:
    # wrong: mypy call-arg, pyright reportCallIssue
    RetryPolicy(3)
    # wrong: mypy arg-type, pyright reportArgumentType
    RetryPolicy(max_attempts="3")
    # wrong: mypy call-arg, pyright reportCallIssue
    RetryPolicy(attempts=3)
    # wrong: mypy arg-type, pyright reportArgumentType
    RetryPolicy(on_retry=takes_nothing)
    # wrong: mypy misc, pyright reportAttributeAccessIssue
    policy.max_attempts = 5
    # wrong: mypy misc, pyright reportAttributeAccessIssue
    event.elapsed = 0.0
    # wrong: mypy union-attr, pyright reportAttributeAccessIssue reportOptionalMemberAccess
    print(event.response.repositories)


def errors(error: EcrError, service_error: EcrServiceError, kms: KmsException) -> None:
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(error.code)
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(service_error.kms_error)
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    print(kms.kmsError)
    # wrong: mypy union-attr, pyright reportOptionalMemberAccess
    print(kms.kms_error.upper())


def pages_of_a_pager_of_items(pager: Pager[Repository]) -> None:
    # By attrs' stubs, the base of pages may have any attribute to pyrefly.
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue, pyrefly nothing
    print(next(pager.pages()).repositories)
    # wrong: mypy assignment, pyright reportAssignmentType
    tags: Pager[Tag] = pager
    print(tags)


def sequences_of_what_a_model_is_not_made_of(rule: ReplicationRule) -> None:
    # wrong: mypy list-item, pyright reportArgumentType
    ReplicationConfiguration(rules=["team"])
    # wrong: mypy arg-type, pyright reportArgumentType
    ReplicationConfiguration(rules=rule)
    # wrong: mypy arg-type, pyright reportArgumentType
    ReplicationRule(destinations=(), repository_filters="team")


def documents(ecr: EcrClient, policy: PolicyDocument) -> None:
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.put_lifecycle_policy("team/app", policy)
    # wrong: mypy arg-type, pyright reportArgumentType
    ecr.set_repository_policy("team/app", {"Statement": []})
    # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
    LifecycleRule.keep_latest(5)
    # wrong: mypy call-arg, pyright reportCallIssue
    LifecycleRule.expire_untagged(7)
    # wrong: mypy misc, pyright reportAttributeAccessIssue
    policy.version = "2012-10-17"


def conversion(client: ECRClient, tag: Tag) -> None:
    # wrong: mypy arg-type, pyright reportArgumentType
    from_boto3(tag, {})
    # wrong: mypy arg-type, pyright reportArgumentType
    from_boto3(Repository, client.describe_repositories()["repositories"])
    # wrong: mypy assignment, pyright reportAssignmentType
    repository: Repository = from_boto3(Tag, {})
    print(repository)


def json(tag: Tag) -> None:
    # wrong: mypy arg-type, pyright reportArgumentType
    from_json(Tag, {"Key": "team"})
    # wrong: mypy call-arg, pyright reportCallIssue
    to_json(tag, 4)
    # wrong: mypy assignment, pyright reportAssignmentType
    repository: Repository = from_json(Tag, "{}")
    print(repository)


def conversion_of_what_is_no_model() -> None:
    # By attrs' stubs, anything is an instance of an attrs class to all but mypy.
    # wrong: mypy arg-type, pyright nothing, ty nothing, pyrefly nothing
    to_boto3({"Key": "team"})
    # wrong: mypy arg-type, pyright nothing, ty nothing, pyrefly nothing
    to_boto3(Tag)
    # wrong: mypy arg-type, pyright nothing, ty nothing, pyrefly nothing
    to_boto3(EncryptionType.KMS)
    # wrong: mypy type-var, pyright nothing, ty nothing, pyrefly nothing
    from_boto3(dict, {})


def values_that_are_left(kind: EncryptionType) -> None:
    if kind is EncryptionType.AES256:
        return
    # wrong: mypy arg-type, pyright reportArgumentType
    assert_never(kind)


# wrong: mypy return, pyright reportReturnType
def match_over_the_known_members(kind: EncryptionType) -> str:
    # pyright says it here, too.
    # wrong: mypy nothing, pyright reportMatchNotExhaustive, ty nothing, pyrefly nothing
    match kind:
        case EncryptionType.AES256:
            return "S3"
        case EncryptionType.KMS:
            return "KMS"
        case EncryptionType.KMS_DSSE:
            return "KMS, twice"


def code_for_unknown_values_is_checked(kind: EncryptionType, ecr: EcrClient) -> None:
    if kind == EncryptionType.AES256:
        ecr.delete_repository("a")
    elif kind == EncryptionType.KMS or kind is EncryptionType.KMS_DSSE:
        ecr.close()
    else:
        # wrong: mypy arg-type, pyright reportArgumentType
        ecr.delete_repository(7)


def code_for_new_values_is_checked(kind: EncryptionType, ecr: EcrClient) -> None:
    if kind == "KMS_NEXT":
        # wrong: mypy arg-type, pyright reportArgumentType
        ecr.delete_repository(7)


def order_of_what_has_none(first: Repository, policy: RetryPolicy, event: CallEvent) -> None:
    # wrong: mypy operator, pyright reportOperatorIssue
    print(first < first)
    # wrong: mypy operator, pyright reportOperatorIssue
    print(policy >= policy)
    # wrong: mypy operator, pyright reportOperatorIssue
    print(event > event)


def count(ecr: EcrClient, repository: Repository) -> int:
    return len(ecr.list_images(repository.repository_name).to_list())


def jobs_of_other_items(ecr: EcrClient, fleet: list[jobs.Registry]) -> None:
    # wrong: mypy arg-type, pyright reportArgumentType
    jobs.each(ecr.delete_repository, [7])
    # wrong: mypy arg-type, pyright reportArgumentType
    jobs.each_registry(count, fleet)
    for outcome in jobs.each_repository(count, ecr):
        # wrong: mypy operator, pyright reportOptionalOperand
        print(outcome.value + 1)
    for anywhere in jobs.each_repository(count, fleet):
        # wrong: mypy union-attr, pyright reportAttributeAccessIssue
        print(anywhere.item.repository_name)
