"""No client's letter may name another client."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

from psycopg import Connection

from voronka.domain.errors import DeliveryError
from voronka.domain.letters import Letter

SHORTEST = 4
_TAG = re.compile(r"<[^>]*>")
_STYLE = re.compile(r"<(style|script)\b.*?</\1>", re.S | re.I)


def foreign_names(connection: Connection[Any], letter: Letter) -> list[str]:
    """Names and sites of all clients that a letter is not about, over all accounts.

    A letter about the account itself is internal and may name anybody. What the letter's own clients and its account
    are called is never foreign.
    """
    if letter.subject_id == letter.account_id:
        return []
    rows = connection.execute(
        """
        select name, is_own
        from (
            select client_name as name, client_id = any(%(own)s) as is_own from marts.dim_clients
            union
            select site, client_id = any(%(own)s) from marts.dim_projects where client_id is not null
            union
            select site, true from marts.dim_projects where project_id = %(subject)s
            union
            select name, true from ops.accounts where account_id = %(account)s
        ) as identifiers
        where name is not null
        """,
        {"own": list(letter.client_ids), "subject": letter.subject_id, "account": letter.account_id},
    ).fetchall()
    own = "\n".join(str(name).casefold() for name, is_own in rows if is_own)
    names = {str(name).strip() for name, is_own in rows if not is_own}
    return sorted(n for n in names if len(n) >= SHORTEST and n.casefold() not in own)


def assert_only(letter: Letter, foreign: Iterable[str]) -> None:
    """Refuse a letter in which a foreign name or site stands, as whole words, in any of its parts.

    The letter's own tracked keywords are what people type into search engines and may hold any word; they are not looked at.

    Raises:
        DeliveryError: names what was found; nothing may be sent then.
    """
    names = [n for n in foreign if n.strip()]
    if not names:
        return
    text = _visible(letter).casefold()
    for keyword in sorted(set(_keywords(letter.facts)), key=len, reverse=True):
        text = text.replace(keyword.casefold(), " ")
    for name in names:
        wanted = name.strip().casefold()
        if wanted in text and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text):
            raise DeliveryError(
                f"The {letter.report} letter about {letter.subject_id} ({letter.period}) of account "
                f"{letter.account_id} names another client: {name!r}. It was not sent.",
                remedy="look at the letter with voronka report … --out, find which record carries the name, and "
                "correct the record or the project's client.",
            )


def _visible(letter: Letter) -> str:
    parts = [letter.subject, letter.mail_text]
    for markup in (letter.mail_html, letter.page_html):
        parts.append(html.unescape(_TAG.sub(" ", _STYLE.sub(" ", markup))))
    parts += [image.alternative_text for image in letter.images]
    return "\n".join(parts)


def _keywords(facts: object) -> Iterator[str]:
    if isinstance(facts, dict):
        for name, value in facts.items():
            if name == "keyword" and isinstance(value, str):
                yield value
            else:
                yield from _keywords(value)
    elif isinstance(facts, list | tuple):
        for item in facts:
            yield from _keywords(item)
