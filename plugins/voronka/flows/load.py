"""Source → raw: which windows are due, and loading one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, get_args

from voronka import database
from voronka.config import Account, Settings, Source
from voronka.config.providers import Kind
from voronka.connectors import build
from voronka.connectors.base import Connector
from voronka.domain import clock
from voronka.domain.errors import ConfigurationError, ShapeChanged
from voronka.domain.windows import Window
from voronka.flows.sheet_problems import tell_sheet_problems
from voronka.loading import Loader, LoadSummary, PostgresLimiter, PostgresTokenStore, Sweepable
from voronka.loading.reading import oldest_watermark, owed_windows

Part = Literal["lists", "window", "all"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FIRST_LOAD = timedelta(days=31)
"""How far back the very first load goes when nobody says how far."""
SWEPT = ("leads", "contacts", "companies", "tasks")
OWED_PAUSE = timedelta(hours=6)
"""How long a window that failed is left alone before a scheduled run tries it again."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One unit of loading that a task takes: a provider of an account, its lists or one window."""

    account_id: str
    kind: Kind
    provider: str
    part: Part
    window: Window

    def as_json(self) -> dict[str, str]:
        """A form that travels between tasks."""
        return {
            "account_id": self.account_id,
            "kind": self.kind,
            "provider": self.provider,
            "part": self.part,
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
        }

    @classmethod
    def from_json(cls, value: dict[str, str]) -> Piece:
        """The inverse of :meth:`as_json`."""
        window = Window(datetime.fromisoformat(value["start"]), datetime.fromisoformat(value["end"]))
        return cls(value["account_id"], value["kind"], value["provider"], value["part"], window)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.account_id} {self.provider} {self.part} {self.window}"


def sources_of(account: Account, kind: Kind | None, provider: str | None = None) -> list[tuple[Kind, Source]]:
    """The providers of an account, of one kind or all.

    Raises:
        ConfigurationError: when the account has none such.
    """
    found: list[tuple[Kind, Source]] = [
        (k, s)
        for k, s in account.sources
        if (kind is None or k == kind) and (provider is None or s.provider == provider)
    ]
    if not found:
        has = ", ".join(f"{k} ({s.provider})" for k, s in account.sources)
        raise ConfigurationError(
            f"The account {account.id} has no source {provider or kind!r}.", remedy=f"it has: {has}."
        )
    return found


def plan(settings: Settings, kind: Kind, window: Window | None, *, exact: bool = False) -> list[Piece]:
    """What to load for every account: its lists once, and the window in pieces of ``history_piece_days``.

    Windows that failed earlier and that nothing has covered since come along, unless ``exact``.

    Args:
        window: None means from where each source's last load ended until now. A window that starts after that
            moment is widened to it, so that a pause of the scheduler leaves no gap, unless ``exact``.
    """
    pieces: list[Piece] = []
    longest = timedelta(days=settings.schedules.history_piece_days)
    with database.connect("loader") as connection:
        for account in settings.accounts:
            for _, source in [(k, s) for k, s in account.sources if k == kind]:
                reached = None if exact else oldest_watermark(connection, account.id, source.provider)
                due = _due(window, reached)
                owed = (
                    []
                    if exact
                    else owed_windows(connection, account.id, source.provider, due.start, OWED_PAUSE)
                )
                pieces.append(Piece(account.id, kind, source.provider, "lists", due))
                pieces.extend(
                    Piece(account.id, kind, source.provider, "window", w)
                    for whole in (*owed, due)
                    for w in whole.pieces(longest)
                )
    return pieces


def _due(window: Window | None, reached: datetime | None) -> Window:
    now = clock.now()
    if window is None:
        start = min(reached or now - FIRST_LOAD, now - timedelta(minutes=1))
        return Window(start, now)
    if reached and reached < window.start:
        return Window(reached, window.end)
    return window


def connector_for(account: Account, kind: Kind, source: Source) -> Connector:
    """A connector with the shared limiter and token store of its account."""
    limiter = PostgresLimiter(account.id, source.provider, source.rate_per_second)
    tokens = PostgresTokenStore(account.id, source.provider) if source.auth == "oauth" else None
    return build(account, kind, source, limiter, tokens)


def load(
    settings: Settings,
    piece: Piece,
    *,
    entities: Sequence[str] | None = None,
    accept_mass_deletion: bool = False,
    told: Callable[[str, int], None] | None = None,
) -> Iterator[LoadSummary]:
    """Load one piece, entity by entity, yielding what happened to each as it ends.

    A list that is refused as a whole does not hold up those after it: its error comes once they are loaded.

    Args:
        entities: only these, all of the piece's part by default.
        told: called with (entity, rows received so far) after every page.

    Raises:
        ConfigurationError: an entity that the provider does not have.
        voronka.domain.errors.SourceError: of the kind that says whether to try again.
    """
    account = settings.account(piece.account_id)
    (_, source), *_ = sources_of(account, piece.kind, piece.provider)
    connector = connector_for(account, piece.kind, source)
    unknown = set(entities or ()) - set(connector.entities)
    if unknown:
        raise ConfigurationError(
            f"{piece.provider} has no entity {', '.join(sorted(unknown))}.",
            remedy=f"choose from: {', '.join(connector.entities)}.",
        )
    loader = Loader(partial(database.connect, "loader"), accept_mass_deletion=accept_mass_deletion)
    refused: list[ShapeChanged] = []
    for name, entity in connector.entities.items():
        wanted = (
            name in entities
            if entities
            else piece.part in ("all", "lists" if entity.mode == "full" else "window")
        )
        if not wanted:
            continue
        try:
            yield loader.load(connector, name, piece.window, progress=partial(told, name) if told else None)
        except ShapeChanged as error:
            refused.append(error)
    if piece.kind == "sheets" and piece.part != "window":
        tell_sheet_problems(settings, account)
    if refused:
        raise refused[0]


def sweep(settings: Settings, account_id: str, *, accept_mass_deletion: bool = False) -> list[LoadSummary]:
    """Compare all ids the CRM lists with ours and mark what is gone (purged or merged) as missing."""
    account = settings.account(account_id)
    connector = connector_for(account, "crm", account.crm)
    if not isinstance(connector, Sweepable):
        raise ConfigurationError(f"{account.crm.provider} cannot list the ids of everything that is there.")
    loader = Loader(partial(database.connect, "loader"), accept_mass_deletion=accept_mass_deletion)
    return [loader.sweep(connector, entity) for entity in SWEPT]
