"""Log tools in for 12 hours: `python examples/login.py folder`, then `DOCKER_CONFIG=folder docker pull`.

It writes the password to `config.json` in the folder, which only its owner can read.
"""

from __future__ import annotations

import sys

from ecr_typed import EcrClient
from ecr_typed.jobs import login

with EcrClient() as ecr:
    found = login(ecr)
print(
    f"{found.save_docker_config(sys.argv[1])} logs in to {found.registry} until {found.expires_at}"
)
