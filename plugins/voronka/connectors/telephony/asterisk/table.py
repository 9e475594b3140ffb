"""Call detail records out of the exchange's own database, read and never written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError, NoSuchModuleError

from voronka.connectors.http import Where, failure
from voronka.connectors.telephony.asterisk.rows import as_json, local_bounds
from voronka.domain.errors import (
    ConfigurationError,
    NotAuthorised,
    ShapeChanged,
    SourceError,
    SourceUnavailable,
)
from voronka.domain.windows import Window

_STREAMED = {"stream_results": True, "max_row_buffer": 1000}
_TIMEOUT_SECONDS = 30
_REFUSED = ("access denied", "authentication failed", "permission denied", "command denied")
_ABSENT = ("does not exist", "doesn't exist", "no such table", "unknown column", "unknown database")


@dataclass(frozen=True, slots=True)
class CdrTable:
    """A table with the columns of FreePBX's ``cdr``, or an older one's; only ``calldate`` must be there.

    Attributes:
        url: of SQLAlchemy's form, with the password; never shown.
        name: of the table, with its schema where it needs one.
        zone: in which ``calldate`` is written.

    Raises:
        ConfigurationError: the address is none, or there is no driver for it.
    """

    url: str = field(repr=False)
    name: str
    zone: ZoneInfo

    def __post_init__(self) -> None:
        self._engine().dispose()

    def rows(self, window: Window, where: Where) -> Iterator[dict[str, Any]]:
        """Rows that began in the window, and some around it.

        Raises:
            NotAuthorised, ShapeChanged, SourceUnavailable: the database refuses the user, lacks the table, does not answer.
        """
        first, last = local_bounds(window.start, window.end, self.zone)
        # the name is checked where it is set; bounds are parameters
        query = sqlalchemy.text(
            f"select * from {self.name} where calldate >= :first and calldate < :last order by calldate"  # noqa: S608
        )
        engine = self._engine()
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("start transaction read only")
                rows = connection.execute(query, {"first": first, "last": last}, execution_options=_STREAMED)
                for row in rows.mappings():
                    yield {name: as_json(value, self.zone) for name, value in row.items()}
                connection.exec_driver_sql("rollback")
        except DBAPIError as error:
            raise _source_error(error, where, self.name) from None
        finally:
            engine.dispose()

    def describe(self, where: Where) -> str:
        """What was found, in words; the errors of :meth:`rows`."""
        return f"the table {self.name}"

    def _engine(self) -> sqlalchemy.Engine:
        try:
            return sqlalchemy.create_engine(self.url, connect_args={"connect_timeout": _TIMEOUT_SECONDS})
        except (ArgumentError, InvalidRequestError, NoSuchModuleError, ImportError):
            raise ConfigurationError(
                "The address of the exchange's database cannot be used.",
                remedy="write it as mysql+pymysql://user:password@host/asteriskcdrdb"
                " or postgresql+psycopg://user:password@host/database.",
            ) from None


def _source_error(error: DBAPIError, where: Where, table: str) -> SourceError:
    """The database's answer without its text, which may hold what was sent."""
    text = str(error.orig).lower()
    if any(word in text for word in _REFUSED):
        remedy = f"let the user of DATABASE_URL read {table}, and come from this machine."
        return failure(NotAuthorised, "the exchange's database refuses the user", where, remedy)
    if any(word in text for word in _ABSENT):
        remedy = "set options.table, and the database in DATABASE_URL; the table needs a column calldate."
        return failure(ShapeChanged, f"the exchange's database has no usable table {table}", where, remedy)
    remedy = "check host, port and firewall; the window is read again with the next load."
    return failure(SourceUnavailable, "the exchange's database does not answer", where, remedy)
