"""Cells of a history of positions → records, or the reason why one cannot be taken.

A cell ``"2026-01-08:412233:5": {"position": "7"}`` says: on that day, in that project, in its region of index 5.
``"--"`` is a fact too (not found within the depth that was checked), and an absent cell is a third one (not checked).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from voronka.connectors.base import Record, Rejection
from voronka.connectors.days import LOOK, day_of, midnight
from voronka.connectors.rows import REPORT, Unusable, kind_of, require_id, require_object

NOT_FOUND = "--"


def parse_cells(keyword: Any, project_id: str, zone: ZoneInfo) -> Iterator[Record | Rejection]:
    """Records of all cells of one keyword: one per region and day."""
    what = f"a keyword of project {project_id}"
    try:
        keyword_id = require_id(require_object(keyword, what), what)
        cells = keyword.get("positionsData") or {}  # an empty PHP array comes as a list
        if not isinstance(cells, dict):
            raise Unusable("bad_cells", f"positionsData of keyword {keyword_id} is {kind_of(cells)}", REPORT)
    except Unusable as error:
        yield error.rejection(keyword, None)
        return
    for key, cell in cells.items():
        yield _parse_cell(keyword, project_id, key, cell, zone)


def _parse_cell(
    keyword: dict[str, Any], project_id: str, key: str, cell: Any, zone: ZoneInfo
) -> Record | Rejection:
    day_text, _, rest = key.partition(":")
    cell_project, _, region_index = rest.partition(":")
    source_id = f"{project_id}:{region_index}:{keyword['id']}:{day_text}"
    try:
        if cell_project != project_id or not region_index.isdigit():
            raise Unusable("bad_cell_key", f"expected date:{project_id}:region index", REPORT)
        day = day_of(day_text)
        position = require_object(cell, "the cell").get("position")
        if not _is_position(position):
            reason = f"position is {position!r}, expected a whole number from 1 on or {NOT_FOUND!r}"
            raise Unusable("bad_position", reason, LOOK)
    except Unusable as error:
        broken = {"keyword_id": keyword["id"], "keyword": keyword.get("name"), "cell": key, "value": cell}
        return error.rejection(
            broken, source_id, f"project {project_id}, keyword {keyword['id']}, cell {key}"
        )
    payload = {
        "project_id": int(project_id) if project_id.isdigit() else project_id,
        "region_index": int(region_index),
        "keyword_id": keyword["id"],
        "keyword": keyword.get("name"),
        "group_id": keyword.get("group_id"),
        "group_name": keyword.get("group_name"),
        "date": day_text,
        "position": position,
        "relevant_url": cell.get("relevant_url"),
    }
    return Record(source_id, midnight(day, zone), payload)


def _is_position(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return value >= 1
    return isinstance(value, str) and (
        value == NOT_FOUND or (value.isascii() and value.isdigit() and int(value) >= 1)
    )
