"""Accepted webhooks on the local disk, until they are in Postgres.

A file is written under another name, brought to the disk (fsync) and renamed: what has its name is whole and survives a
crash; only then is the sender answered. It is removed after Postgres has it. A crash between the two leaves a file
whose content is already there, which its id tells.
"""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import orjson

log = logging.getLogger(__name__)

SUFFIX = ".hook"
UNFINISHED = ".part"
MOST_FILES = 100_000


class SpoolFull(Exception):
    """So many webhooks wait that no more are taken; the sender tries again later."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One webhook as it came; ``received_at`` is aware UTC."""

    hook_id: UUID
    account_id: str
    provider: str
    received_at: datetime
    body: bytes


class Spool:
    """The folder of accepted webhooks; several processes may write and empty it at once."""

    def __init__(self, folder: Path, most_files: int = MOST_FILES) -> None:
        self._folder = folder
        self._most = most_files
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, account_id: str, provider: str, body: bytes) -> Accepted:
        """Keep a body; durable on return.

        Raises:
            SpoolFull: too many wait.
            OSError: the disk does not take it.
        """
        if sum(1 for _ in self._folder.iterdir()) >= self._most:
            raise SpoolFull
        accepted = Accepted(uuid4(), account_id, provider, datetime.now(UTC), body)
        content = orjson.dumps(
            {
                "hook_id": str(accepted.hook_id),
                "account_id": account_id,
                "provider": provider,
                "received_at": accepted.received_at.isoformat(),
                "body": base64.b64encode(body).decode(),
            }
        )
        path = self._path(accepted)
        unfinished = path.with_suffix(UNFINISHED)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        self._sync_folder()
        return accepted

    def waiting(self) -> Iterator[Accepted]:
        """What is there, in the order in which it came. Files that nobody can read are set apart, aloud."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                yield _read(path.read_bytes())
            except FileNotFoundError:
                continue  # another process has handed it on
            except (ValueError, KeyError, TypeError):
                log.error("The webhook file %s cannot be read; it is set apart as .broken.", path)
                path.rename(path.with_suffix(".broken"))

    def remove(self, accepted: Accepted) -> None:
        """Forget what Postgres has."""
        self._path(accepted).unlink(missing_ok=True)

    def _path(self, accepted: Accepted) -> Path:
        return self._folder / f"{accepted.received_at:%Y%m%dT%H%M%S.%f}-{accepted.hook_id}{SUFFIX}"

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read(content: bytes) -> Accepted:
    found = orjson.loads(content)
    return Accepted(
        UUID(found["hook_id"]),
        found["account_id"],
        found["provider"],
        datetime.fromisoformat(found["received_at"]),
        base64.b64decode(found["body"]),
    )
