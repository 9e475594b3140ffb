"""What was paid for is kept in a file of its day before anything else happens to it.

A load that fails and is tried again, and a month that is loaded again, read from here: no request is paid for twice,
and pages of past days, which nobody can ask for again, stay loadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from voronka.connectors.positions.yandexsearch.phrases import Ask


@dataclass(slots=True)
class Spool:
    """One day of one account.

    Attributes:
        results: places of every ask that was answered.
        operations: ids of asks that were ordered, and are not answered yet.
        spent: roubles of the day.
    """

    path: Path
    results: dict[Ask, list[dict[str, Any]]] = field(default_factory=dict)
    operations: dict[Ask, str] = field(default_factory=dict)
    spent: float = 0.0

    @classmethod
    def of(cls, folder: Path, day: date) -> Spool:
        """The day as it was left."""
        spool = cls(folder / f"{day}.jsonl")
        lines = spool.path.read_bytes().splitlines() if spool.path.exists() else []
        for line in lines:
            try:
                spool._know(orjson.loads(line))
            except orjson.JSONDecodeError:
                continue  # the machine stopped while the line was written
        return spool

    def ordered(self, ask: Ask, operation: str, price: float) -> None:
        """An ask was paid for and will be answered later."""
        self._add(ask, {"operation": operation, "price": price})

    def answered(self, ask: Ask, results: list[dict[str, Any]], price: float = 0.0) -> None:
        """An ask was answered."""
        self._add(ask, {"results": results, "price": price})

    def _add(self, ask: Ask, told: Mapping[str, Any]) -> None:
        entry = {"keyword": ask.keyword, "region": ask.region, "device": ask.device, **told}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(b"\n" + orjson.dumps(entry))  # a line that was cut short ends here
        self._know(entry)

    def _know(self, entry: Mapping[str, Any]) -> None:
        ask = Ask(entry["keyword"], entry["region"], entry["device"])
        self.spent += entry["price"]
        if "results" in entry:
            self.results[ask] = entry["results"]
            self.operations.pop(ask, None)
        else:
            self.operations[ask] = entry["operation"]
