"""The environment in which every library finds a service on loopback."""

from __future__ import annotations

import os


def environment(url: str) -> dict[str, str]:
    """Return what a process of a library is started with."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }
    return inherited | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",  # capo-ecr reads this one,
        "AWS_DEFAULT_REGION": "us-east-1",  # botocore that one
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL_ECR": url,
        # Installers compile what they install: so is what is imported from here.
        "PYTHONDONTWRITEBYTECODE": "",
    }
