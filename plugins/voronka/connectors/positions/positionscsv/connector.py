"""A folder of CSV files with checks: files overlap, are exported again, and are moved away without taking their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.days import day_of, midnight
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where, failure
from voronka.connectors.probing import failed
from voronka.connectors.rows import Unusable
from voronka.connectors.sheets.csv_folder import decoded, rows_of
from voronka.domain.errors import ShapeChanged, SourceError, SourceUnavailable
from voronka.domain.windows import Window

ENTITIES = {"checks": Entity("checks", "full", keeps_missing=True)}
COLUMNS = ("project", "date", "engine", "region", "device", "keyword", "position", "url", "depth")
REQUIRED = ("project", "date", "engine", "region", "keyword", "position")
DEVICES = ("desktop", "mobile", "tablet")
MEND = "mend the line and put the file there again."


class PositionsFolder:
    """Checks of one account. Of two lines about the same check the one in the later file (by name) counts."""

    provider = "positionscsv"

    def __init__(self, account_id: str, folder: Path, pattern: str, time_zone: str) -> None:
        self.account_id = account_id
        self._folder = folder
        self._pattern = pattern
        self._zone = ZoneInfo(time_zone)
        self._where = Where(account_id, self.provider, "checks")

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Checks alone."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """All checks of all files as one page; the window does not matter.

        Raises:
            ConfigurationError: there is no such entity.
            ShapeChanged: there is no such folder.
            SourceUnavailable: a file cannot be read.
        """
        entity_named(entity, ENTITIES, self.provider)
        yield self._page()

    def probe(self) -> list[Finding]:
        """Whether the folder can be read, how many checks its files hold, and what cannot be taken."""
        check = "the positions' files can be read"
        try:
            page = self._page()
        except SourceError as error:
            return [failed(check, error)]
        found = f"{len(page.records)} checks in {self._folder}"
        findings = [
            Finding(check, bool(page.records), found, f"put files named {self._pattern} there.", "warning")
        ]
        if page.rejections:
            first = page.rejections[0]
            told = f"{len(page.rejections)} cannot be taken, the first: {first.reason}"
            findings.append(Finding("all lines can be taken", False, told, first.remedy, "warning"))
        return findings

    def _page(self) -> Page:
        if not self._folder.is_dir():
            remedy = "make it, or set options.folder of this source in accounts.yml."
            raise failure(ShapeChanged, f"there is no folder {self._folder}", self._where, remedy)
        records: dict[str, Record] = {}
        rejections: list[Rejection] = []
        for path in sorted(self._folder.glob(self._pattern)):
            for item in self._file(path):
                if isinstance(item, Record):
                    records[item.source_id] = item
                else:
                    rejections.append(item)
        return Page(list(records.values()), rejections)

    def _file(self, path: Path) -> Iterator[Record | Rejection]:
        try:
            rows = rows_of(decoded(path.read_bytes()))
        except OSError as error:
            reason = f"{path} cannot be read ({error.strerror})"
            raise failure(SourceUnavailable, reason, self._where, "give us the right to read it.") from None
        header = [cell.strip().lower() for cell in rows[0]] if rows else []
        missing = [name for name in REQUIRED if name not in header]
        if missing:
            reason = f"{path.name} has no column {', '.join(missing)}."
            yield Rejection(
                "missing_column", reason, f"name the columns: {', '.join(COLUMNS)}.", {"columns": header}
            )
            return
        for number, row in enumerate(rows[1:], start=2):
            cells = {name: " ".join(cell.split()) for name, cell in zip(header, row, strict=False)}
            if not any(cells.values()):
                continue
            try:
                yield self._record(cells)
            except Unusable as error:
                yield error.rejection(cells, None, f"{path.name}, line {number}")

    def _record(self, cells: Mapping[str, str]) -> Record:
        empty = [name for name in REQUIRED if name != "position" and not cells.get(name)]
        if empty:
            raise Unusable("missing_cell", f"{', '.join(empty)} is empty", MEND)
        device = cells.get("device", "").lower() or "desktop"
        if device not in DEVICES:
            raise Unusable("bad_device", f"device is {device!r}, expected {', '.join(DEVICES)}", MEND)
        position, depth = _place(cells, "position"), _place(cells, "depth")
        if position is None and depth is None:
            reason = "position is empty and depth too: it is unknown how far was looked"
            raise Unusable(
                "missing_depth", reason, "write the depth of the check; leave out what was not checked."
            )
        day, project, engine = day_of(cells["date"]), cells["project"].lower(), cells["engine"].lower()
        payload = {
            "project": project,
            "date": str(day),
            "engine": engine,
            "region": cells["region"],
            "device": device,
            "keyword": cells["keyword"],
            "position": position,
            "url": cells.get("url") or None,
            "depth": depth,
        }
        source_id = f"{project}:{engine}:{cells['region']}:{device}:{day}:{cells['keyword']}"
        return Record(source_id, midnight(day, self._zone), payload)


def _place(cells: Mapping[str, str], name: str) -> int | None:
    text = cells.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise Unusable(
            f"bad_{name}", f"{name} is {text!r}, expected a whole number from 1 on, or nothing", MEND
        )
    return int(text)
