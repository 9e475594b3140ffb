"""What every connector promises: pages of records exactly as received.

A connector knows HTTP, auth, paging and the rate limit of one provider. It knows nothing of Airflow or
Postgres: the limiter and the token store are handed in as small protocols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from voronka.domain.errors import AccessBlocked
from voronka.domain.windows import Window


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the provider sent it.

    Attributes:
        source_id: the provider's id as text, unique in the entity and account. Where the payload does not tell
            its parent, ``<parent>:<id>`` (``leads:3101`` for a tag of leads).
        updated_at: when the provider last changed it, aware UTC; for events, calls and checks the moment they
            happened; for entities without any time, the moment it was read.
        payload: the record, unchanged.
    """

    source_id: str
    updated_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that cannot be taken, kept with its reason.

    Attributes:
        code: short machine name (``missing_id``, ``missing_pipeline``, ``negative_duration``,
            ``unknown_field_type``, ``not_an_object`` …).
        reason: which record, which field, what was found and what was expected.
        remedy: what to do.
        payload: whatever was received.
        source_id: its id where it could be read.
    """

    code: str
    reason: str
    remedy: str
    payload: Any
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The provider says that a record is gone (recycle bin, absence in a complete list)."""

    source_id: str
    deleted_at: datetime
    kind: Literal["bin", "missing"] = "bin"
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the provider, split into what can be taken, what cannot, and what is gone.

    Attributes:
        source_total: how many records the provider says the whole request holds, where it says so.
    """

    records: Sequence[Record]
    rejections: Sequence[Rejection] = ()
    deletions: Sequence[Deletion] = ()
    source_total: int | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of record of a provider and how it is loaded.

    Attributes:
        name: as in the raw table ``raw.<provider>_<name>``.
        mode: ``window`` reads what changed in a window; ``full`` reads the whole list at every run, and what
            is no longer in it is marked deleted.
        history: whether replaced versions are kept in ``raw.<provider>_<name>_history``.
        partitioned: whether the table is partitioned by month of ``source_updated_at`` (immutable times only).
        overlap_seconds: how much before the window is read again, for what arrives late.
        optional: ``FeatureUnavailable`` is recorded and skipped.
        keeps_missing: a ``full`` list whose records stay when they are no longer in it; what goes is told by deletions.
    """

    name: str
    mode: Literal["window", "full"]
    history: bool = True
    partitioned: bool = False
    overlap_seconds: int = 0
    optional: bool = False
    keeps_missing: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``voronka doctor``."""

    check: str
    ok: bool
    message: str
    remedy: str = ""
    severity: Literal["error", "warning"] = "error"


class Limiter(Protocol):
    """Lets requests pass at the provider's rate, over all processes of an account."""

    def acquire(self) -> None:
        """Return when one more request may be sent.

        Raises:
            voronka.domain.errors.AccessBlocked: the provider was found to block the account.
        """
        ...

    def block(self, error: AccessBlocked) -> None:
        """The provider blocks the account: nobody may ask it again until a person says so."""
        ...


class NoLimit:
    """Lets everything pass."""

    def acquire(self) -> None:
        """Return at once."""

    def block(self, error: AccessBlocked) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An OAuth pair; ``expires_at`` aware UTC."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    refreshed_at: datetime


class TokenExchange(Protocol):
    """Spends a refresh token and returns the new pair (the provider's token endpoint)."""

    def __call__(self, refresh_token: str) -> TokenPair: ...


class TokenStore(Protocol):
    """Keeps the pair of one account where every process sees it."""

    def current(self) -> TokenPair:
        """The stored pair.

        Raises:
            voronka.domain.errors.NotAuthorised: when there is none yet.
        """
        ...

    def refresh(self, stale_access_token: str, exchange: TokenExchange) -> TokenPair:
        """Under the row lock: if another process already replaced ``stale_access_token`` return that pair;
        else exchange, store, and return the new pair. The new pair is durable before this returns."""
        ...


class Connector(Protocol):
    """One provider of one account."""

    account_id: str
    provider: str

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Every entity it can give, in the order in which to load them."""
        ...

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of what changed in the window (``full`` entities ignore it).

        Raises:
            voronka.domain.errors.SourceError: of the kind that says whether to retry.
        """
        ...

    def probe(self) -> list[Finding]:
        """What ``voronka doctor`` asks: credential, rights, clock, paid options, reachable."""
        ...
