"""A letter between the one who renders it and the one who delivers it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A chart in a mail: referred to as ``cid:<content_id>``, PNG bytes, never without alternative text."""

    content_id: str
    png: bytes
    alternative_text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One rendered report for one subject, period and language.

    Attributes:
        report: ``positions``, ``sales_weekly``.
        subject_id: what it is about: our project id, or the account id.
        period: ``2026-W47`` or ``2026-10`` or a date.
        language: ``ru`` or ``en``.
        subject: the mail's subject line, plain text.
        mail_html: inlined styles, images as ``cid:``; mail_text its plain twin.
        page_html: the stored page: self-contained, charts as inline SVG.
        facts: the values shown, JSON-able; their hash is the content key, so that a letter with the same figures
            is the same letter whenever it is rendered.
        client_ids: ids of the clients whose data may stand in it; empty for internal letters.
    """

    report: str
    account_id: str
    subject_id: str
    period: str
    language: str
    subject: str
    mail_html: str
    mail_text: str
    page_html: str
    images: tuple[InlineImage, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    client_ids: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 of the shown facts and the language, hex."""
        import json

        text = json.dumps(
            [self.report, self.language, self.facts], sort_keys=True, default=str, ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()
