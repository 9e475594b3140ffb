"""Options of a running sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from sandbox.agency.model import Size

FilterMode = Literal["paid", "ignored"]


def parse_exchanges(text: str) -> tuple[str, tuple[str, ...]]:
    """Read ``SLUG=EXCHANGE,EXCHANGE``; raise ValueError that says what is missing."""
    slug, _, names = text.partition("=")
    exchanges = tuple(name for name in names.split(",") if name)
    if not slug or not exchanges:
        raise ValueError(f"{text!r} is not SLUG=EXCHANGE,EXCHANGE")
    return slug, exchanges


def last_midnight() -> datetime:
    """The start of today, UTC: the default end of the simulated past."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class CsvAccount:
    """An account served out of a folder of CSV files instead of the simulation."""

    slug: str
    mapping: Path
    folder: Path

    @classmethod
    def parse(cls, text: str) -> CsvAccount:
        """Read ``SLUG=MAPPING.yml:FOLDER``; raise ValueError that says what is missing."""
        slug, equals, rest = text.partition("=")
        mapping, colon, folder = rest.partition(":")
        if not (slug and equals and mapping and colon and folder):
            raise ValueError(f"{text!r} is not SLUG=MAPPING.yml:FOLDER")
        return cls(slug, Path(mapping), Path(folder))


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Everything ``voronka-sandbox serve`` can be told.

    Attributes:
        rate_limit: requests a second that one integration of the CRM may make; 0 switches the limit off.
        filters: ``paid`` honours the CRM's filters of leads, contacts, companies and customers; ``ignored`` answers
            as an account without the paid package does: the whole list, no error.
        exchanges: the exchanges among which an account's calls are dealt out; one not named shows all of them.
        state: folder that keeps tokens and mails over a restart; None keeps them in memory.
    """

    host: str = "127.0.0.1"
    port: int = 8071
    smtp_port: int = 1025
    seed: int = 7
    until: datetime = field(default_factory=last_midnight)
    size: Size = field(default_factory=Size)
    accounts: int = 2
    state: Path | None = None
    filters: FilterMode = "paid"
    rate_limit: int = 7
    csv_accounts: tuple[CsvAccount, ...] = ()
    exchanges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def window_start(settings: ServerSettings) -> datetime:
    """Roughly where the simulated past begins."""
    return settings.until - timedelta(days=31 * settings.size.months)
