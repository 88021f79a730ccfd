"""The client for asyncio: the same operations, models and errors, on threads of its own."""

from ecr_typed.aio._client import AsyncEcrClient
from ecr_typed.aio._pager import AsyncPager

__all__ = ["AsyncEcrClient", "AsyncPager"]
