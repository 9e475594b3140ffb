"""Reads the suite files of a gate: native Great Expectations suites, with what a reader of a failure needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from voronka.config import project_folder
from voronka.domain.errors import ConfigurationError
from voronka.quality.outcomes import Gate


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite file.

    Attributes:
        content: the file's JSON, as Great Expectations takes it.
        query: the rows it looks at; one SELECT.
        keys: columns that name a row to a person; the first is ``account_id`` when rows belong to accounts.
    """

    gate: Gate
    path: Path
    content: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.content["name"])

    @property
    def table(self) -> str:
        return str(self.content["meta"].get("table", f"{self.gate}.{self.name}"))

    @property
    def query(self) -> str:
        # Only one of our own files names the table.
        return str(self.content["meta"].get("query", f"select * from {self.table}"))  # noqa: S608

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.content["meta"]["keys"])


def suites_folder(gate: Gate) -> Path:
    """Where the suite files of a gate are."""
    return project_folder() / "expectations" / gate


def load_suites(gate: Gate, folder: Path | None = None) -> list[Suite]:
    """All suites of a gate, in the order of their names.

    Raises:
        ConfigurationError: a file is not JSON, lacks what a failure must tell, or there is no file at all.
    """
    folder = folder or suites_folder(gate)
    suites = [_read(gate, path) for path in sorted(folder.glob("*.json"))]
    if not suites:
        raise ConfigurationError(
            f"There are no suites in {folder}.", remedy="set VORONKA_PROJECT to the checkout of Voronka."
        )
    return suites


def _read(gate: Gate, path: Path) -> Suite:
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ConfigurationError(f"{path}: not valid JSON: {error}.") from None
    faults = list(_faults(content, path.stem))
    if faults:
        raise ConfigurationError(
            f"{path}: {'; '.join(faults)}.", remedy="complete the suite as docs/quality.md describes."
        )
    return Suite(gate, path, content)


def _faults(content: dict[str, Any], stem: str) -> list[str]:
    faults = [] if content.get("name") == stem else [f"its name must be {stem!r}, as the file's"]
    if not content.get("meta", {}).get("keys"):
        faults.append("meta.keys must name the columns that identify a row")
    if not content.get("expectations"):
        faults.append("it expects nothing")
    names: set[str] = set()
    for number, expectation in enumerate(content.get("expectations", []), 1):
        meta = expectation.get("meta") or {}
        name = str(meta.get("name") or "")
        label = name or f"expectation {number}"
        if not name or name in names:
            faults.append(f"{label}: meta.name must be there and unique")
        names.add(name)
        if expectation.get("severity") not in ("critical", "warning"):
            faults.append(f"{label}: severity must be critical or warning")
        if not expectation.get("description"):
            faults.append(f"{label}: description must say what is expected")
        if not meta.get("remedy"):
            faults.append(f"{label}: meta.remedy must say what to do")
        if meta.get("stops", "run") not in ("run", "account"):
            faults.append(f"{label}: meta.stops must be run or account")
        faults += [f"{label}: {fault}" for fault in _acceptance_faults(meta.get("accepted", []))]
    return faults


def _acceptance_faults(accepted: list[dict[str, str]]) -> list[str]:
    faults = []
    for entry in accepted:
        if not entry.get("reason"):
            faults.append("an accepted failure needs its reason")
        try:
            date.fromisoformat(entry.get("until", ""))
        except ValueError:
            faults.append("an accepted failure needs a last day, until: YYYY-MM-DD")
    return faults


def acceptance(meta: dict[str, Any], account_id: str | None, today: date) -> str:
    """Why a failure of this account is let through today; empty when it is not."""
    for entry in meta.get("accepted", []):
        if entry.get("account_id") in (None, account_id) and today <= date.fromisoformat(entry["until"]):
            return f"{entry['reason']} (until {entry['until']})"
    return ""
