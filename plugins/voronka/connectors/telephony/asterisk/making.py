"""A connector for Asterisk or FreePBX out of a source's settings."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

from voronka.config import project_folder
from voronka.connectors.making import Making
from voronka.connectors.telephony.asterisk.connector import AsteriskConnector, Place
from voronka.connectors.telephony.asterisk.files import COLUMNS, CdrFiles
from voronka.connectors.telephony.asterisk.rows import Reading
from voronka.connectors.telephony.asterisk.table import CdrTable
from voronka.domain.errors import ConfigurationError

RECORDINGS = "/var/spool/asterisk/monitor"
OPTIONS = ("from", "table", "folder", "pattern", "columns", "time_zone", "recordings")


def make_asterisk(making: Making) -> AsteriskConnector:
    """A connector. Option ``from``: ``table`` (the address of the database is ``DATABASE_URL``) or ``folder``.

    Raises:
        ConfigurationError: an option is unknown or none of its values, or the address or the folder is missing.
    """
    options = {name: str(value) for name, value in making.source.options.items()}
    for unknown in sorted(set(options) - set(OPTIONS)):
        raise _wrong(making, f"does not know {unknown}", f"options of it are: {', '.join(OPTIONS)}.")
    zone = _zone(making, options.get("time_zone", making.account.time_zone))
    place: Place
    if making.choice("from", ("table", "folder")) == "table":
        name = options.get("table", "cdr")
        if not re.fullmatch(r"\w+(\.\w+)?", name):
            raise _wrong(making, f"has the table {name!r}", "write its name, or schema.name.")
        place = CdrTable(making.secret("DATABASE_URL"), name, zone)
    else:
        if not options.get("folder"):
            raise _wrong(making, "needs a folder", "set options.folder to where the cdr-csv files lie.")
        folder = project_folder() / Path(options["folder"]).expanduser()
        place = CdrFiles(folder, options.get("pattern", "Master.csv*"), _columns(making, options))
    return AsteriskConnector(making.account.id, place, Reading(zone, options.get("recordings", RECORDINGS)))


def _columns(making: Making, options: dict[str, str]) -> tuple[str, ...]:
    if "columns" not in options:
        return COLUMNS
    columns = tuple(part.strip() for part in options["columns"].split(",") if part.strip())
    lacking = sorted({"start", "src", "dst", "duration", "billsec", "disposition"} - set(columns))
    if lacking or len(set(columns)) < len(columns):
        problem = f"lacks {', '.join(lacking)}" if lacking else "names a column twice"
        raise _wrong(
            making, f"has columns that {problem}", "list them, comma apart, in the order of the file."
        )
    return columns


def _zone(making: Making, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise _wrong(making, f"has the zone {name!r}", "write an IANA zone such as Europe/Moscow.") from None


def _wrong(making: Making, problem: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"The asterisk source of {making.account.id} {problem}.", remedy=remedy)
