"""What requests are told that reach no operation, or may not run one."""

from __future__ import annotations

from typing import Final

from ecr_typed.testing._emulator.texts.text import Text, captured, ours

ACCESS_DENIED: Final[Text] = captured(
    "User: {arn} is not authorized to perform: {action} on resource: {resource} {why}",
    "hashicorp/terraform-provider-aws#35303",
)
BAD_CONTENT_RANGE: Final[Text] = ours("Content-Range must be <first>-<last>, not '{stated}'")
BLOB_NOT_THERE: Final[Text] = ours("The layer with digest '{digest}' is not there")
INVALID_DURATION: Final[Text] = ours("DurationSeconds is from {least} to {most}, not '{seconds}'")
INVALID_ROLE: Final[Text] = captured("{role_arn} is invalid", "getmoto/moto, sts/exceptions.py")
INVALID_SESSION_NAME: Final[Text] = captured(
    "1 validation error detected: Value '{session_name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    "getmoto/moto, sts/exceptions.py",
)
NO_AUTHENTICATION: Final[Text] = captured(
    "Missing Authentication Token",
    "AWS, MissingAuthenticationTokenException (common errors of the API reference)",
)
NO_CREDENTIAL: Final[Text] = captured(
    "Authorization header requires 'Credential' parameter. Authorization={scheme}",
    "aws/aws-sdk-ruby#317",
)
NO_DIGEST_IN_QUERY: Final[Text] = ours("The query must have the digest of the blob")
NO_JSON: Final[Text] = ours("The request is no JSON: {error}")
NO_OPERATION: Final[Text] = ours(
    "ecr_typed.testing does not emulate an operation '{operation_name}' of ECR"
)
NO_OPERATION_OF_STS: Final[Text] = ours(
    "ecr_typed.testing does not emulate '{action}' of STS. For all of STS use EcrEmulator(moto=True) or ecr-emulator --moto, which need the extra ecr_typed[moto]"
)
NO_PATH: Final[Text] = ours("The registry has no path {path}")
NO_SUCH_KEY: Final[Text] = captured(
    "The specified key does not exist.", "Amazon S3 API reference, error responses: NoSuchKey"
)
ONLY_POST: Final[Text] = ours("ECR's API takes POST, not {method}")
PAGE_SIZE_NO_NUMBER: Final[Text] = ours("must be a number")
RANGE_NOT_SATISFIABLE: Final[Text] = captured(
    "The requested range is not satisfiable",
    "Amazon S3 API reference, error responses: InvalidRange",
)
TOKEN_EXPIRED: Final[Text] = captured(
    "Your authorization token has expired. Reauthenticate and try again.", "aws/aws-cli#6580"
)
UNSUPPORTED_DELETION: Final[Text] = captured(
    "The operation is unsupported.", "OCI Distribution Specification 1.1, error codes"
)
URL_EXPIRED: Final[Text] = captured("Request has expired", "aws/aws-sdk-js#2306")
URL_NOT_SIGNED: Final[Text] = captured(
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    "mhart/aws4#76, aws/aws-sdk-php#1180",
)
WRONG_TYPE: Final[Text] = ours("'{member}' can't be read as {kind}")
EXPIRED_SESSION: Final[Text] = captured(
    "The security token included in the request is expired",
    "grafana/timestream-datasource#92, miquella/vaulted#107",
)
UNKNOWN_SESSION: Final[Text] = captured(
    "The security token included in the request is invalid.", "aws/aws-sdk-php#1114"
)
DENIED_BY_IDENTITY: Final[Text] = captured(
    "with an explicit deny in an identity-based policy",
    "IAM user guide, troubleshooting of access denied messages",
)
DENIED_BY_RESOURCE: Final[Text] = captured(
    "with an explicit deny in a resource-based policy",
    "IAM user guide, troubleshooting of access denied messages",
)
NO_IDENTITY_POLICY: Final[Text] = captured(
    "because no identity-based policy allows the {action} action",
    "IAM user guide, troubleshooting of access denied messages",
)
NO_RESOURCE_POLICY: Final[Text] = captured(
    "because no resource-based policy allows the {action} action",
    "hashicorp/terraform-provider-aws#35303",
)
EMULATOR_FAILED: Final[Text] = ours(
    "The emulator failed; its log (ecr_typed.testing) has the traceback."
)
OTHER_METHOD: Final[Text] = ours("{path} takes {allowed}, not {method}")
OTHER_SERVICE: Final[Text] = ours(
    "ecr_typed.testing emulates Amazon ECR, not '{service_name}'. For other services use EcrEmulator(moto=True) or ecr-emulator --moto, which need the extra ecr_typed[moto]"
)
NO_SERVICE_OF_MOTO: Final[Text] = ours(
    "ecr_typed.testing emulates Amazon ECR, and moto, which it asks for other services, has no '{service_name}'"
)
NO_OPERATION_OF_MOTO: Final[Text] = ours("moto does not emulate this operation: {error}")
NOT_AUTHORIZED: Final[Text] = captured("Not Authorized", "mdlavin/copy-docker-image#5")
BROKEN_CHUNKS: Final[Text] = ours("The chunked body can't be read: {error}")
BAD_CONTENT_LENGTH: Final[Text] = ours("Content-Length must be a number of bytes, not {stated!r}")
NO_TLS: Final[Text] = ours("This port speaks HTTP, not HTTPS: use http://")
