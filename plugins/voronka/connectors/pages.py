"""Sorts parsed rows into pages and gives nothing out twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from voronka.connectors.base import Deletion, Page, Record, Rejection

Parsed = Record | Rejection | Deletion


class Seen:
    """What one reading has already given out: a row met again passes only in a newer version."""

    def __init__(self) -> None:
        self._versions: dict[tuple[type[Parsed], str], datetime] = {}
        self._rejected: set[tuple[str, str]] = set()

    def fresh(self, items: Iterable[Parsed]) -> list[Parsed]:
        """Those that are new or newer, in order; of two versions in ``items`` only the newest."""
        newest: dict[object, Parsed] = {}
        for item in items:
            if isinstance(item, Rejection):
                key = (item.code, _digest(item.payload))
                if key not in self._rejected:
                    self._rejected.add(key)
                    newest[key] = item
                continue
            moment = item.updated_at if isinstance(item, Record) else item.deleted_at
            name = (type(item), item.source_id)
            known = self._versions.get(name)
            if known is None or known < moment:
                self._versions[name] = moment
                newest.pop(name, None)
                newest[name] = item
        return list(newest.values())


def page_of(items: Iterable[Parsed], source_total: int | None = None) -> Page:
    """A page with each item on its shelf."""
    records: list[Record] = []
    rejections: list[Rejection] = []
    deletions: list[Deletion] = []
    for item in items:
        if isinstance(item, Record):
            records.append(item)
        elif isinstance(item, Rejection):
            rejections.append(item)
        else:
            deletions.append(item)
    return Page(records, rejections, deletions, source_total)


def _digest(payload: object) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
