"""Puts pages into ``raw``: idempotent, resumable, each page in one transaction with its counts."""

from voronka.loading.migrations import migrate

__all__ = ["migrate"]
