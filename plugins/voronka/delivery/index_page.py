"""The page that lists the kept letters: both languages, grouped by account and report, newest period first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

REPORT_NAMES = {
    "positions": "Позиции · Positions",
    "sales_weekly": "Неделя продаж · Sales week",
}
_STYLE = """
:root{color-scheme:light dark;--ground:#eef1f4;--sheet:#fff;--ink:#1a2530;--muted:#5a6876;--rule:#dde3e9;--accent:#1f6fb2}
@media(prefers-color-scheme:dark){:root{--ground:#0f1419;--sheet:#182028;--ink:#e9eef3;--muted:#a3b0bd;--rule:#2e3a46;
--accent:#6db3ea}}
body{margin:0;padding:32px 16px;background:var(--ground);color:var(--ink);font:15px/22px -apple-system,BlinkMacSystemFont,
'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans',sans-serif}
main{max-width:860px;margin:0 auto}h1{margin:0 0 4px;font-size:27px;line-height:33px;letter-spacing:-.015em}
section{margin:20px 0;padding:20px 24px;background:var(--sheet);border-radius:14px}
h2{margin:0 0 10px;font-size:18px;line-height:24px}.muted{color:var(--muted);font-size:13px;line-height:19px}
ul{margin:0;padding:0;list-style:none}li{display:flex;flex-wrap:wrap;gap:2px 14px;padding:8px 0;
border-top:1px solid var(--rule)}.title{flex:1 1 260px}.period{flex:0 0 84px;font-variant-numeric:tabular-nums}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
@media(max-width:480px){body{padding:16px 0}section{padding:16px;border-radius:0}main>h1,main>p{padding:0 16px}}
@media print{body{background:#fff}section{padding:0}}
"""


def index_page(groups: Mapping[tuple[str, str], Iterable[Mapping[str, Any]]]) -> str:
    """The page as HTML. ``groups`` is (account, report) → entries with period, title, language, href (relative)."""
    sections = "\n".join(
        _section(account, report, entries) for (account, report), entries in sorted(groups.items())
    )
    empty = "<p class='muted'>Писем пока нет. · No letters yet.</p>"
    return (
        '<!doctype html>\n<html lang="ru"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>Отчёты · Reports</title><style>{_STYLE}</style></head><body><main>"
        "<h1>Отчёты · Reports</h1><p class='muted'>Письма, которые были собраны. · The letters that were rendered.</p>"
        f"{sections or empty}</main></body></html>\n"
    )


def _section(account: str, report: str, entries: Iterable[Mapping[str, Any]]) -> str:
    newest_first = sorted(entries, key=lambda e: (e["title"], e["language"]))
    newest_first.sort(key=lambda e: str(e["period"]), reverse=True)
    rows = "".join(_row(entry) for entry in newest_first)
    return (
        f"<section><h2>{escape(REPORT_NAMES.get(report, report))} <span class='muted'>{escape(account)}</span></h2>"
        f"<ul>{rows}</ul></section>"
    )


def _row(entry: Mapping[str, Any]) -> str:
    page = quote(str(entry["href"]))
    stem = page.removesuffix(".html")
    return (
        f"<li><span class='period muted'>{escape(str(entry['period']))}</span>"
        f"<span class='title'><a lang='{escape(str(entry['language']))}' href='{page}'>{escape(str(entry['title']))}</a></span>"
        f"<span class='muted'><a href='{stem}.mail.html'>mail</a> · <a href='{stem}.txt'>text</a></span></li>"
    )
