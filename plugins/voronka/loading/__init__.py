"""Puts pages into ``raw``: idempotent, resumable, each batch of pages in one transaction with its counts."""

from voronka.loading.journal import LoadSummary
from voronka.loading.limiter import PostgresLimiter
from voronka.loading.loader import Loader, Nameable, Sweepable
from voronka.loading.migrations import ensure_role_passwords, migrate
from voronka.loading.settings_sync import sync_settings
from voronka.loading.tokens import ConsentNeeded, PostgresTokenStore
from voronka.loading.work import MassDeletion

__all__ = [
    "ConsentNeeded",
    "LoadSummary",
    "Loader",
    "MassDeletion",
    "Nameable",
    "PostgresLimiter",
    "PostgresTokenStore",
    "Sweepable",
    "ensure_role_passwords",
    "migrate",
    "sync_settings",
]
