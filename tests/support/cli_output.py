"""What `aws ecr ...` prints: samples of ten operations, as version 2 of the command line has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from ecr_typed import models

_DIGEST: Final = "sha256:" + "0f" * 32

_TEXTS: Final[Mapping[type[attrs.AttrsInstance], str]] = {
    models.DescribeRepositoriesResponse: """
{
    "repositories": [
        {
            "repositoryArn": "arn:aws:ecr:eu-central-1:111122223333:repository/team/app",
            "registryId": "111122223333",
            "repositoryName": "team/app",
            "repositoryUri": "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/app",
            "createdAt": "2023-05-11T11:23:47.123000-07:00",
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": [
                {
                    "filterType": "WILDCARD",
                    "filter": "dev-*"
                }
            ],
            "imageScanningConfiguration": {
                "scanOnPush": true
            },
            "encryptionConfiguration": {
                "encryptionType": "KMS",
                "kmsKey": "arn:aws:kms:eu-central-1:111122223333:key/6f8ae3e2-5d0e-4c1c-9a0e-1f2d3c4b5a69"
            }
        },
        {
            "repositoryArn": "arn:aws:ecr:eu-central-1:111122223333:repository/cache/library/nginx",
            "registryId": "111122223333",
            "repositoryName": "cache/library/nginx",
            "repositoryUri": "111122223333.dkr.ecr.eu-central-1.amazonaws.com/cache/library/nginx",
            "createdAt": "2024-11-30T00:00:00+01:00",
            "imageTagMutability": "MUTABLE",
            "imageScanningConfiguration": {
                "scanOnPush": false
            },
            "encryptionConfiguration": {
                "encryptionType": "AES256"
            }
        }
    ]
}
""",
    models.DescribeImagesResponse: """
{
    "imageDetails": [
        {
            "registryId": "111122223333",
            "repositoryName": "team/app",
            "imageDigest": "%(digest)s",
            "imageTags": [
                "v1",
                "latest"
            ],
            "imageSizeInBytes": 83915223,
            "imagePushedAt": "2024-02-29T23:59:59+09:30",
            "imageScanStatus": {
                "status": "COMPLETE",
                "description": "The scan was completed successfully."
            },
            "imageScanFindingsSummary": {
                "imageScanCompletedAt": "2024-03-01T00:00:10+09:30",
                "vulnerabilitySourceUpdatedAt": "2024-02-28T12:00:00+09:30",
                "findingSeverityCounts": {
                    "CRITICAL": 1,
                    "HIGH": 12,
                    "UNTRIAGED": 3
                }
            },
            "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactMediaType": "application/vnd.oci.image.config.v1+json",
            "lastRecordedPullTime": "2024-04-01T08:15:30.250000+09:30"
        }
    ]
}
""",
    models.ListImagesResponse: """
{
    "imageIds": [
        {
            "imageDigest": "%(digest)s",
            "imageTag": "latest"
        },
        {
            "imageDigest": "%(digest)s"
        }
    ]
}
""",
    models.GetAuthorizationTokenResponse: """
{
    "authorizationData": [
        {
            "authorizationToken": "QVdTOmV5SndZWGxzYjJGa0lqb2lhSFZ1ZEdWeU1pSjk=",
            "expiresAt": "2024-07-01T22:10:05.412000+02:00",
            "proxyEndpoint": "https://111122223333.dkr.ecr.eu-central-1.amazonaws.com"
        }
    ]
}
""",
    models.DescribeImageScanFindingsResponse: """
{
    "imageScanFindings": {
        "findings": [
            {
                "name": "CVE-2023-0001",
                "description": "A flaw in how names with umlauts (\\u00fc) are parsed.",
                "uri": "https://example.com/CVE-2023-0001",
                "severity": "HIGH",
                "attributes": [
                    {
                        "key": "package_version",
                        "value": "1.2.3-4"
                    },
                    {
                        "key": "package_name",
                        "value": "parser"
                    }
                ]
            }
        ],
        "imageScanCompletedAt": "2024-01-12T12:46:27+00:00",
        "vulnerabilitySourceUpdatedAt": "2024-01-11T03:00:00+00:00",
        "findingSeverityCounts": {
            "HIGH": 1
        }
    },
    "registryId": "111122223333",
    "repositoryName": "team/app",
    "imageId": {
        "imageDigest": "%(digest)s",
        "imageTag": "v1"
    },
    "imageScanStatus": {
        "status": "COMPLETE",
        "description": "The scan was completed successfully."
    }
}
""",
    models.GetLifecyclePolicyResponse: """
{
    "registryId": "111122223333",
    "repositoryName": "team/app",
    "lifecyclePolicyText": "{\\"rules\\":[{\\"rulePriority\\":1,\\"selection\\":{\\"tagStatus\\":\\"untagged\\",\\"countType\\":\\"sinceImagePushed\\",\\"countUnit\\":\\"days\\",\\"countNumber\\":14},\\"action\\":{\\"type\\":\\"expire\\"}}]}",
    "lastEvaluatedAt": "2024-05-05T05:05:05.555000+00:00"
}
""",
    models.BatchDeleteImageResponse: """
{
    "imageIds": [],
    "failures": [
        {
            "imageId": {
                "imageTag": "v0"
            },
            "failureCode": "ImageNotFound",
            "failureReason": "Requested image not found"
        }
    ]
}
""",
    models.DescribeRegistryResponse: """
{
    "registryId": "111122223333",
    "replicationConfiguration": {
        "rules": [
            {
                "destinations": [
                    {
                        "region": "us-east-1",
                        "registryId": "444455556666"
                    }
                ],
                "repositoryFilters": [
                    {
                        "filter": "team/",
                        "filterType": "PREFIX_MATCH"
                    }
                ]
            }
        ]
    }
}
""",
    models.DescribeRepositoryCreationTemplatesResponse: """
{
    "registryId": "111122223333",
    "repositoryCreationTemplates": [
        {
            "prefix": "cache",
            "description": "Repositories of the pull through cache",
            "encryptionConfiguration": {
                "encryptionType": "AES256"
            },
            "resourceTags": [
                {
                    "Key": "team",
                    "Value": "platform"
                }
            ],
            "imageTagMutability": "MUTABLE",
            "appliedFor": [
                "PULL_THROUGH_CACHE",
                "REPLICATION"
            ],
            "createdAt": "2023-12-31T23:59:59.999000-05:00",
            "updatedAt": "2024-01-01T00:00:00-05:00"
        }
    ]
}
""",
    models.DescribePullThroughCacheRulesResponse: """
{
    "pullThroughCacheRules": [
        {
            "ecrRepositoryPrefix": "cache",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "createdAt": "2023-11-20T10:00:00-08:00",
            "registryId": "111122223333",
            "credentialArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf",
            "upstreamRegistry": "docker-hub",
            "updatedAt": "2024-02-02T02:02:02-08:00"
        }
    ]
}
""",
}
CLI_OUTPUT: Final = {model: text % {"digest": _DIGEST} for model, text in _TEXTS.items()}
"""The output by the model of the response."""
