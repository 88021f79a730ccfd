"""Every exception of botocore, and its counterpart."""

from __future__ import annotations

import inspect
import string
from typing import Any

import botocore.exceptions
from botocore.parsers import ResponseParserError

from ecr_typed import (
    EcrConfigurationError,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
)

_COUNTERPARTS: dict[type[EcrError], str] = {
    EcrServiceError: "ClientError EventStreamError",
    EcrConnectionError: """
        HTTPClientError ConnectionError EndpointConnectionError SSLError ConnectionClosedError
        ReadTimeoutError ConnectTimeoutError ProxyConnectionError ResponseStreamingError""",
    EcrCredentialsError: """
        NoCredentialsError NoAuthTokenError TokenRetrievalError UnknownTokenProviderError
        PartialCredentialsError CredentialRetrievalError UnknownCredentialError
        RefreshWithMFAUnsupportedError MetadataRetrievalError SSOError SSOTokenLoadError
        PendingAuthorizationExpiredError UnauthorizedSSOTokenError SSOTokenLoadError LoginError
        LoginRefreshRequired LoginInsufficientPermissions LoginTokenLoadError
        LoginAuthorizationCodeError""",
    EcrRequestError: """
        ParamValidationError ValidationError UnknownKeyError RangeError UnknownParameterError
        InvalidRegionError AliasConflictParameterError MissingParametersError
        UnseekableStreamError StubResponseError StubAssertionError UnStubbedResponseError""",
    EcrResponseError: """
        IncompleteReadError ChecksumError FlexibleChecksumError AwsChunkedWrapperError
        ResponseParserError""",
    EcrError: "UndefinedModelAttributeError MissingServiceIdError",
    EcrConfigurationError: """
        BotoCoreError DataNotFoundError UnknownServiceError UnknownRegionError
        ApiVersionNotFoundError InvalidIMDSEndpointError InvalidIMDSEndpointModeError
        UnknownSignatureVersionError ServiceNotInRegionError BaseEndpointResolverError
        NoRegionError EndpointVariantError UnknownEndpointError UnknownFIPSEndpointError
        ProfileNotFound ConfigParseError ConfigNotFound UnknownServiceStyle PaginationError
        OperationNotPageableError WaiterError InvalidExpressionError WaiterConfigError
        UnknownClientMethodError UnsupportedSignatureVersionError InvalidDNSNameError
        InvalidS3AddressingStyleError UnsupportedS3ArnError UnsupportedS3ControlArnError
        InvalidHostLabelError UnsupportedOutpostResourceError UnsupportedS3ConfigurationError
        UnsupportedS3AccesspointConfigurationError InvalidEndpointDiscoveryConfigurationError
        UnsupportedS3ControlConfigurationError InvalidRetryConfigurationError
        InvalidMaxRetryAttemptsError InvalidRetryModeError
        InvalidS3UsEast1RegionalEndpointConfigError InvalidSTSRegionalEndpointsConfigError
        InvalidConfigError InfiniteLoopConfigError MD5UnavailableError MissingDependencyException
        CapacityNotAvailableError InvalidProxiesConfigError InvalidDefaultsMode
        InvalidEndpointConfigurationError EndpointProviderError EndpointResolutionError
        UnknownEndpointResolutionBuiltInName InvalidChecksumConfigError
        UnsupportedServiceProtocolsError""",
}

COUNTERPARTS = {
    name: counterpart for counterpart, names in _COUNTERPARTS.items() for name in names.split()
}
"""Our class for each of botocore's, by its name."""


def exception_classes() -> list[type[Exception]]:
    """All exceptions that botocore has."""
    found: list[type[Any]] = [
        item
        for _, item in inspect.getmembers(botocore.exceptions, inspect.isclass)
        if item.__module__ == "botocore.exceptions"
        and issubclass(item, Exception)
        and not issubclass(item, Warning)
    ]
    return [*found, ResponseParserError]


def plausible(error_class: type[Exception]) -> Exception:
    """An exception with something plausible for all that its text asks for."""
    make: Any = error_class
    if issubclass(error_class, botocore.exceptions.ClientError):
        metadata: Any = {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RequestId": "id"}
        response: Any = {"Error": {"Code": "X", "Message": "m"}, "ResponseMetadata": metadata}
        return error_class(response, "DeleteRepository")
    fields = [name for _, name, _, _ in string.Formatter().parse(getattr(make, "fmt", "")) if name]
    members: dict[str, Any] = {name: f"some {name}" for name in fields}
    if issubclass(error_class, botocore.exceptions.WaiterError):
        members["last_response"] = {}
    is_botocores_own = issubclass(error_class, botocore.exceptions.BotoCoreError)
    takes_nothing = error_class is botocore.exceptions.MissingServiceIdError
    made: Exception = make(**members) if is_botocores_own or takes_nothing else make("plausible")
    return made
