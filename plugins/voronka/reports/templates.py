"""Jinja over ``reports/``: escaped, strict about what is missing; mail styles inlined."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import css_inline
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from voronka.domain.letters import InlineImage, Letter
from voronka.reports.charts import Chart
from voronka.reports.common import Head, facts
from voronka.reports.language import Language, reports_folder


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(reports_folder()),
        autoescape=select_autoescape(enabled_extensions=("html.j2", "css.j2"), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["path_of"] = path_of
    return environment


@cache
def _tokens() -> dict[str, Any]:
    tokens: dict[str, Any] = yaml.safe_load(
        (reports_folder() / "_layout" / "tokens.yml").read_text(encoding="utf-8")
    )
    return tokens


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def path_of(url: str) -> str:
    """The path and query of a URL: the site itself is in the heading."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "") if url else ""


def letter(
    report: Head,
    language: Language,
    *,
    name: str,
    subject_id: str,
    subject: str,
    preheader: str,
    charts: list[Chart],
    client_ids: tuple[str, ...],
    values: dict[str, Any],
) -> Letter:
    """A letter out of a report's templates.

    Args:
        name: the report's folder, with ``body.html.j2`` and ``body.txt.j2``.
        preheader: what mailboxes show beside the subject.
        values: what the templates need beside ``report``, ``L``, ``medium``, ``subject``.
    """
    shared = {
        **_tokens(),
        **values,
        "report": report,
        "L": language,
        "subject": subject,
        "preheader": preheader,
        "body": f"{name}/body.html.j2",
    }
    environment = _environment()
    page = environment.get_template("_layout/page.html.j2").render(medium="page", **shared)
    mail = environment.get_template("_layout/mail.html.j2").render(medium="mail", **shared)
    text = environment.get_template(f"{name}/body.txt.j2").render(medium="text", **shared)
    return Letter(
        report=name,
        account_id=report.account_id,
        subject_id=subject_id,
        period=report.period,
        language=language.code,
        subject=subject,
        mail_html=_compact(_inliner().inline(mail)),
        mail_text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        page_html=page,
        images=tuple(InlineImage(c.name, c.png, c.alternative) for c in charts),
        facts=facts(report),
        client_ids=client_ids,
    )


def _compact(markup: str) -> str:
    """Less white space: some mailboxes cut a mail at 102 KB."""

    def tight(style: re.Match[str]) -> str:
        return style[0].replace(": ", ":").replace("; ", ";").replace(';"', '"')

    return re.sub(r'style="[^"]*"', tight, re.sub(r"\s*\n\s*", "\n", markup))
