"""The file of phrases to check: which site, which phrase, seen from where and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voronka.connectors.base import Record, Rejection
from voronka.connectors.http import Where, failure
from voronka.connectors.rows import Unusable
from voronka.connectors.sheets.csv_folder import decoded, rows_of
from voronka.domain.errors import ShapeChanged

COLUMNS = ("site", "keyword", "group", "region", "region_name", "device", "volume")
REQUIRED = ("site", "keyword", "region")
DEVICES = ("desktop", "mobile")
MOST_CHARACTERS, MOST_WORDS = 400, 40
MEND = "mend the line in the file of phrases."


@dataclass(frozen=True, slots=True)
class Ask:
    """What is paid for once, however many sites look for themselves in the answer.

    Attributes:
        region: Yandex's number of the place searched from (213 is Moscow).
    """

    keyword: str
    region: int
    device: str

    def source_id(self, day: object) -> str:
        """The key of its answer on a day."""
        return f"{self.region}:{self.device}:{day}:{self.keyword}"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The file, read: a record per line, and what must be asked."""

    records: Sequence[Record]
    rejections: Sequence[Rejection]
    asks: Sequence[Ask]


def bare_site(text: str) -> str:
    """``https://www.Site.example/x`` → ``site.example``."""
    return text.strip().lower().split("://")[-1].split("/")[0].removeprefix("www.")


def read_phrases(path: Path, where: Where, read_at: datetime, depth: int, subdomains: bool) -> Phrases:
    """Read the file.

    Args:
        depth: how many places are looked at; told with every line, for the answers do not tell it.
        subdomains: whether ``blog.site.example`` is a place of ``site.example``; told with every line.

    Raises:
        ShapeChanged: there is no such file, or it lacks a column.
    """
    try:
        rows = rows_of(decoded(path.read_bytes()))
    except OSError as error:
        reason = f"{path} cannot be read ({error.strerror})"
        raise failure(ShapeChanged, reason, where, "set options.keywords_file of this source.") from None
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        reason = f"{path.name} has no column {', '.join(missing)}"
        raise failure(ShapeChanged, reason, where, f"name the columns: {', '.join(COLUMNS)}.")
    records: dict[str, Record] = {}
    rejections: list[Rejection] = []
    asks: dict[Ask, None] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: " ".join(cell.split()) for name, cell in zip(header, row, strict=False)}
        if not any(cells.values()):
            continue
        try:
            ask, site = _ask_of(cells), bare_site(cells["site"])
            volume = _volume(cells.get("volume", ""))
        except Unusable as error:
            rejections.append(error.rejection(cells, None, f"{path.name}, line {number}"))
            continue
        payload = {
            "site": site,
            "keyword": ask.keyword,
            "group": cells.get("group") or None,
            "region": ask.region,
            "region_name": cells.get("region_name") or str(ask.region),
            "device": ask.device,
            "volume": volume,
            "depth": depth,
            "subdomains": subdomains,
        }
        source_id = f"{site}:{ask.region}:{ask.device}:{ask.keyword}"
        records[source_id] = Record(source_id, read_at, payload)
        asks[ask] = None
    return Phrases(list(records.values()), rejections, list(asks))


def _ask_of(cells: dict[str, str]) -> Ask:
    keyword, region, device = cells["keyword"], cells["region"], cells.get("device", "") or "desktop"
    if not bare_site(cells["site"]) or not keyword:
        raise Unusable("missing_cell", "site or keyword is empty", MEND)
    if len(keyword) > MOST_CHARACTERS or len(keyword.split()) > MOST_WORDS:
        reason = f"keyword is longer than {MOST_CHARACTERS} characters or {MOST_WORDS} words"
        raise Unusable("long_keyword", reason, "shorten it: the service takes no longer one.")
    if not region.isdecimal():
        raise Unusable("bad_region", f"region is {region!r}, expected Yandex's number (213 is Moscow)", MEND)
    if device not in DEVICES:
        raise Unusable("bad_device", f"device is {device!r}, expected desktop or mobile", MEND)
    return Ask(keyword, int(region), device)


def _volume(text: str) -> int | None:
    if text and not text.isdecimal():
        raise Unusable("bad_volume", f"volume is {text!r}, expected a whole number or nothing", MEND)
    return int(text) if text else None
