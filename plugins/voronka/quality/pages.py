"""The HTML pages of a gate: one of ours that is read first, and Great Expectations' Data Docs behind it.

``<state folder>/data_docs/<gate>/index.html`` lists what failed; ``docs/`` beside it holds a page per suite and
result. The pages load nothing from elsewhere: what Data Docs links on other hosts is taken out.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from voronka.config import state_folder
from voronka.quality.outcomes import Gate, GateReport, Outcome
from voronka.quality.reconcile import Comparison

SITE = "gate"
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'self' file: 'unsafe-inline'; img-src 'self' file: data:; font-src 'self' file:\">"
)
STYLE = """<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 78rem; padding: 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #8884; padding: .35rem .6rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre, code { font: 13px/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.critical { color: #c0271d; font-weight: 600; } .warning, .info { color: #a06400; }
@media (prefers-color-scheme: dark) { .critical { color: #ff8a80; } .warning, .info { color: #ffc46b; } }
</style>"""
# Scripts of the pages need libraries from other hosts; without them they only fail.
FOREIGN = re.compile(
    r"<script\b.*?</script\s*>|<link\b[^>]*href=\"https?://[^>]*>|<img\b[^>]*src=\"https?://[^>]*>"
    r"|<footer\b.*?</footer\s*>",
    re.DOTALL | re.IGNORECASE,
)
FOREIGN_PICTURE = re.compile(r"url\([\"']?https?://[^)]*\)", re.IGNORECASE)
HOME_LINK = re.compile(r'href="((?:\.\./)+)index\.html"')
FOREIGN_LINK = re.compile(r"(<(?:a|form)\b[^>]*?(?:href|action)=)\"https?://[^\"]*\"", re.IGNORECASE)


def pages_folder() -> Path:
    """Where the pages of all gates are."""
    return state_folder() / "data_docs"


def index_page(gate: Gate) -> Path:
    """The page of a gate that is read first."""
    return pages_folder() / gate / "index.html"


def build(context: Any, report: GateReport, comparisons: Sequence[Comparison], as_of: datetime) -> None:
    """Write the pages of a gate in place of those of its last run, at :func:`index_page`."""
    parent = pages_folder()
    parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{report.gate}-", dir=parent))
    try:
        _data_docs(context, fresh / "docs")
        (fresh / "index.html").write_text(_summary(report, comparisons, as_of, fresh), "utf-8")
        fresh.chmod(0o755)
        shutil.rmtree(parent / report.gate, ignore_errors=True)
        fresh.rename(parent / report.gate)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _data_docs(context: Any, folder: Path) -> None:
    context.add_data_docs_site(
        SITE,
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    context.build_data_docs(site_names=[SITE])
    # Its own index is drawn by scripts from other hosts; our page takes its place.
    (folder / "index.html").unlink(missing_ok=True)
    for sheet in folder.rglob("*.css"):
        sheet.write_text(FOREIGN_PICTURE.sub("none", sheet.read_text("utf-8")), "utf-8")
    for page in folder.rglob("*.html"):
        text = FOREIGN_LINK.sub(r'\1"#"', FOREIGN.sub("", page.read_text("utf-8")))
        text = FOREIGN_PICTURE.sub("none", text)
        text = HOME_LINK.sub(r'href="../\1index.html"', text)
        page.write_text(text.replace("</head>", f"{POLICY}{STYLE}</head>", 1), "utf-8")


def _summary(report: GateReport, comparisons: Sequence[Comparison], as_of: datetime, folder: Path) -> str:
    failed = sorted((o for o in report.outcomes if not o.success), key=lambda o: (o.severity, o.where))
    held = sum(o.success for o in report.outcomes)
    verdict = "passed" if report.passed else "failed"
    body = [
        f"<h1>Gate {report.gate}: {verdict}</h1>",
        f"<p>Run <code>{escape(report.run_id)}</code>, data as of {as_of:%Y-%m-%d %H:%M} UTC: "
        f"{held} expectations held, {len(report.failures)} critical failures, {len(report.warnings)} warnings.</p>",
        _failures(failed) if failed else "<p>Nothing failed.</p>",
    ]
    if comparisons:
        body.append(_reconciliation(comparisons))
    body.append("<h2>Results by suite</h2>")
    body.append(_suites(report.outcomes, folder))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Gate {report.gate}: {verdict}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{POLICY}{STYLE}</head>'
        f"<body>{''.join(body)}</body></html>\n"
    )


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    cells = "".join(f"<th>{name}</th>" for name in head)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _failures(failed: Sequence[Outcome]) -> str:
    rows = []
    for one in failed:
        found = escape(one.observed) + (f"<br>e.g. {escape(', '.join(one.examples))}" if one.examples else "")
        found += f"<br>accepted: {escape(one.accepted)}" if one.accepted else ""
        since = f"{one.failing_since:%Y-%m-%d %H:%M}" if one.failing_since else ""
        rows.append(
            f'<tr><td class="{one.severity}">{one.severity}</td><td>{escape(one.where)}<br>'
            f"<code>{escape(one.expectation)}</code></td><td>{escape(one.expected)}</td><td>{found}</td>"
            f"<td>{since}</td><td>{escape(one.remedy)}</td></tr>"
        )
    return _table(("", "Where", "Expected", "Found", "Since (UTC)", "What to do"), rows)


def _reconciliation(comparisons: Sequence[Comparison]) -> str:
    rows = [
        f"<tr><td>{escape(c.account_id)}</td><td>{escape(c.table)}</td>"
        + "".join(
            f'<td class="number">{"–" if value is None else f"{value:,}"}</td>'
            for value in (c.source_total, c.received, c.quarantined, c.live_rows)
        )
        + "</tr>"
        for c in comparisons
    ]
    head = ("Account", "Table", "Source says", "Received", "Quarantined", "Rows in raw")
    note = "<p>The last successful load of each entity beside what the source counts; – where it does not say.</p>"
    return f"<h2>Loaded and counted</h2>{note}{_table(head, rows)}"


def _suites(outcomes: Sequence[Outcome], folder: Path) -> str:
    pages = {path.parts[-4]: path for path in (folder / "docs" / "validations").rglob("*.html")}
    rows = []
    for name in sorted({o.suite for o in outcomes}):
        failed = sum(not o.success for o in outcomes if o.suite == name)
        page = pages.get(name)
        link = f'<a href="{escape(page.relative_to(folder).as_posix())}">{name}</a>' if page else name
        rows.append(f"<tr><td>{link}</td><td>{'all held' if not failed else f'{failed} failed'}</td></tr>")
    return _table(("Suite", "Result"), rows)
