"""A whole installation in a folder: settings of the demo's two agencies over a sandbox, and the command line on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.airflow import copy_all_statements, write_settings
from tests.support.postgres import Warehouse
from tests.support.sandbox import ROOT, SandboxProcess

VERSIONS = "account_id, source_id, source_updated_at, payload::text, payload_hash, deleted_at, deletion_kind"
Tables = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Said:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


@dataclass(frozen=True)
class House:
    """``voronka`` with its own state folder, settings, warehouse and providers."""

    folder: Path
    warehouse: Warehouse
    sandbox: SandboxProcess
    environment: Mapping[str, str]

    def start(self, *words: str, **changed: str) -> subprocess.Popen[str]:
        """A real process of the command line; ``changed`` environment variables on top."""
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "voronka"), *words],
            env={**os.environ, **self.environment, "COLUMNS": "80", "NO_COLOR": "1", **changed},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **changed: str) -> Said:
        """Run a command to its end."""
        return said(self.start(*words, **changed))

    def load(self, account: str, source: str, *words: str) -> Said:
        """``voronka load`` of everything the world holds."""
        return self.run(*self.load_words(account, source), *words)

    def load_words(self, account: str, source: str) -> list[str]:
        """The words that load everything."""
        return ["load", account, source, "--from", "2026-05-01", "--to", f"{self.sandbox.as_of:%Y-%m-%d}"]

    def rewrite(self, name: str, change: Callable[[dict[str, Any]], object]) -> Path:
        """Change a settings file in place; its path."""
        path = Path(self.environment["VORONKA_CONFIG"]) / name
        content = yaml.safe_load(path.read_text("utf-8"))
        change(content)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        return path

    def set_sources(self, **values: Any) -> None:
        """Set the same values for every source of every account."""

        def change(content: dict[str, Any]) -> None:
            for account in content["accounts"]:
                for source in (account["crm"], *account["telephony"], *account["positions"]):
                    source.update(values)

        self.rewrite("accounts.yml", change)

    def tables(self) -> Tables:
        """All of raw, watermarks and quarantine; when and by which load a row was written is left out."""
        return tables(self.warehouse)


def tables(warehouse: Warehouse) -> Tables:
    """See :meth:`House.tables`."""
    names = warehouse.rows(
        """
        select c.relname from pg_catalog.pg_class as c
        where c.relnamespace = 'raw'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1
        """
    )
    queries = {name: f"select {VERSIONS} from raw.{name} order by 1, 2, 3, 4" for (name,) in names}
    queries["watermarks"] = (
        "select account_id, provider, entity, high_water_at from ops.watermarks order by 1, 2, 3"
    )
    queries["quarantine"] = (
        "select entity, code, source_id, payload, resolved_at from ops.quarantine order by 1, 2, 3"
    )
    return {name: warehouse.rows(query) for name, query in queries.items()}


def said(process: subprocess.Popen[str], seconds: float = 240) -> Said:
    """Wait for a process of the command line."""
    out, err = process.communicate(timeout=seconds)
    return Said(process.returncode, out, err)


def furnish(folder: Path, warehouse: Warehouse, sandbox: SandboxProcess) -> House:
    """Write the settings; ``sever`` renews OAuth pairs, ``altai`` has long-lived tokens."""
    ports = {"http": int(sandbox.url.rpartition(":")[2]), "smtp": sandbox.smtp_port}
    values = write_settings(folder, ports, sandbox.as_of)
    copy_all_statements(sandbox, folder)
    return House(folder, warehouse, sandbox, {**warehouse.environment, **values, "VORONKA_HOME": str(folder)})
