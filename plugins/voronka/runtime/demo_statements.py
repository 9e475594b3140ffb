"""Bank statements for the demo: what a bookkeeper would copy into the folder."""

from __future__ import annotations

from pathlib import Path

import requests


def statements_folder(state: Path, account_id: str) -> Path:
    """Where the statements of a demo account lie."""
    return state / "demo" / "bank" / account_id


def copy_statements(sandbox: str, account_id: str, folder: Path) -> int:
    """Copy every file of the account's bank into the folder; how many there are.

    Args:
        sandbox: its address.

    Raises:
        requests.RequestException: the sandbox does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address = f"{sandbox}/bank/{account_id}/statements"
    listed = requests.get(address, timeout=60)
    listed.raise_for_status()
    names: list[str] = listed.json()["files"]
    for name in names:
        answer = requests.get(f"{address}/{name}", timeout=60)
        answer.raise_for_status()
        (folder / Path(name).name).write_bytes(answer.content)
    return len(names)
