"""The object store: a folder, a bucket of an S3, or memory, all by `obstore`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from svc_chat.errors import NothingThereError, ObjectsAwayError

TIMEOUT_SECONDS: Final = 10.0
CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class S3Access:
    """Where an S3 is and how to get in. Without keys they come as the platform gives them (web identity, metadata)."""

    endpoint: str | None = None
    region: str = "us-east-1"
    key: str | None = None
    secret: str | None = field(default=None, repr=False)


def open_store(url: str, access: S3Access) -> ObjectStore:
    """`file:///folder`, `memory://` or `s3://bucket/prefix`. Raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme == "file" and not parts.netloc:
        return LocalStore(parts.path, mkdir=True)
    if parts.scheme != "s3" or not parts.netloc:
        msg = "must be file:///folder, memory:// or s3://bucket/prefix"
        raise ValueError(msg)
    plain = (access.endpoint or "").startswith("http://")
    keys: dict[str, str] = {}
    if access.key is not None and access.secret is not None:
        keys = {"access_key_id": access.key, "secret_access_key": access.secret}
    if access.endpoint is not None:
        keys["endpoint"] = access.endpoint
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        region=access.region,
        virtual_hosted_style_request=False,
        client_options={
            "timeout": timedelta(seconds=TIMEOUT_SECONDS),
            "connect_timeout": timedelta(seconds=2),
            "allow_http": plain,
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=TIMEOUT_SECONDS)},
        **keys,  # pyright: ignore[reportArgumentType] - its settings by name, all of them texts
    )


class ObjectFolder:
    """Objects by their paths. What the store doesn't do in time is given up with ObjectsAwayError."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, path: str, data: bytes) -> None:
        """Write one object whole."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await obstore.put_async(self._store, path, data)
        except (BaseError, OSError, TimeoutError) as error:
            raise ObjectsAwayError(_reason(error)) from error

    async def get(self, path: str) -> bytes | None:
        """Read one object whole; None when there is none."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                found = await obstore.get_async(self._store, path)
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError, TimeoutError) as error:
            raise ObjectsAwayError(_reason(error)) from error

    async def open(self, place: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop`, in chunks. Raises NothingThereError, ObjectsAwayError."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                found = await obstore.get_async(
                    self._store, place, options={"range": (start, stop)}
                )
        except FileNotFoundError:
            raise NothingThereError from None
        except (BaseError, OSError, TimeoutError) as error:
            raise ObjectsAwayError(_reason(error)) from error
        return _chunks(found)

    async def delete_below(self, folder: str) -> None:
        """Delete everything in a folder."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                listing = obstore.list(self._store, prefix=folder)  # pyright: ignore[reportUnknownMemberType] - an overload for Arrow
                async for batch in listing:
                    await obstore.delete_async(self._store, [one["path"] for one in batch])
        except FileNotFoundError:
            return
        except (BaseError, OSError, TimeoutError) as error:
            raise ObjectsAwayError(_reason(error)) from error


async def _chunks(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
        yield bytes(chunk)


def _reason(error: Exception) -> str:
    return f"object store: {type(error).__name__}"
