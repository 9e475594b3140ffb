"""What was rendered, kept: page, mail and text below the state folder, and an index page that opens them.

``<folder>/<account>/<report>/<subject>/<period>.<language>.html`` with ``.mail.html`` and ``.txt`` beside it, and
``.json`` which the index is made of.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from voronka.config.paths import state_folder
from voronka.delivery.index_page import index_page
from voronka.domain.letters import Letter

SUFFIXES = (".html", ".mail.html", ".txt", ".json")
_read: dict[Path, tuple[int, dict[str, Any]]] = {}


def write(letter: Letter, folder: Path) -> Path:
    """Write a letter's page, mail (its pictures inside) and text below a folder; the path of the page."""
    place, stem = _place(letter, folder), _stem(letter)
    place.mkdir(parents=True, exist_ok=True)
    page = place / f"{stem}.html"
    mail = letter.mail_html
    for image in letter.images:
        data = base64.b64encode(image.png).decode()
        mail = mail.replace(f"cid:{html.escape(image.content_id)}", f"data:image/png;base64,{data}")
    entry = {
        "account": letter.account_id,
        "report": letter.report,
        "subject_id": letter.subject_id,
        "period": letter.period,
        "language": letter.language,
        "title": letter.subject,
        "content_hash": letter.content_hash,
    }
    for name, content in (
        (f"{stem}.mail.html", mail),
        (f"{stem}.txt", letter.mail_text),
        (f"{stem}.json", json.dumps(entry, ensure_ascii=False, indent=1)),
        (page.name, letter.page_html),
    ):
        _replace(place / name, content)
    return page


def keep(letter: Letter, folder: Path | None = None) -> Path:
    """Write a letter into the state folder's ``reports`` (or another) and renew the index there; the path of its page.

    A page of the same period that showed other figures stays beside it, named with the start of its content's hash:
    what was sent can always be looked at.
    """
    folder = folder or state_folder() / "reports"
    _set_aside(letter, folder)
    page = write(letter, folder)
    renew_index(folder)
    return page


def renew_index(folder: Path) -> Path:
    """Write ``index.html`` over all letters kept in a folder, newest period first."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(folder.glob("*/*/*/*.json")):
        entry = {**_entry(path), "href": path.with_suffix(".html").relative_to(folder).as_posix()}
        groups[entry["account"], entry["report"]].append(entry)
    target = folder / "index.html"
    _replace(target, index_page(groups))
    return target


def _entry(path: Path) -> dict[str, Any]:
    """A kept letter's entry. The index is renewed with every letter, so that files are read once a process."""
    changed = path.stat().st_mtime_ns
    known = _read.get(path)
    if known is None or known[0] != changed:
        known = (changed, json.loads(path.read_text(encoding="utf-8")))
        _read[path] = known
    return known[1]


def _set_aside(letter: Letter, folder: Path) -> None:
    place, stem = _place(letter, folder), _stem(letter)
    entry = place / f"{stem}.json"
    if not entry.exists():
        return
    earlier = str(_entry(entry)["content_hash"])
    if earlier != letter.content_hash:
        for suffix in SUFFIXES:
            (place / f"{stem}{suffix}").replace(place / f"{stem}.{earlier[:8]}{suffix}")


def _place(letter: Letter, folder: Path) -> Path:
    return folder / _safe(letter.account_id) / _safe(letter.report) / _safe(letter.subject_id)


def _stem(letter: Letter) -> str:
    return f"{_safe(letter.period)}.{letter.language}"


def _safe(text: str) -> str:
    """A file name that stays inside its folder, different for different texts that differ in letters and digits."""
    return re.sub(r"[^\w.=-]+", "_", text).lstrip(".") or "_"


def _replace(path: Path, content: str) -> None:
    """Write whole or not at all: several processes may keep letters at the same time."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
