"""Telling the people who keep an account's sheets which cells break the rules."""

from __future__ import annotations

import logging

from voronka import database
from voronka.config import Account, Settings
from voronka.delivery import alert

log = logging.getLogger(__name__)

MOST_LINES = 60
"""So many cells are listed; of more the number is told."""

PROBLEMS = """
    select layout, sheet, row_number, column_letter, header, found, expected, reason, remedy
    from ops.sheet_problems where account_id = %s
    order by layout, row_number, column_letter, expected
"""


def tell_sheet_problems(settings: Settings, account: Account) -> int:
    """Mail the open problems of an account's sheets to ``options.owners`` of its sheets, else to the alert addresses.

    A set of problems is told once; a changed one anew. How many mails went out; a mail server out of reach is logged and
    not raised, for the sheets are loaded all the same.
    """
    with database.connect("app") as connection:
        problems = connection.execute(PROBLEMS, (account.id,)).fetchall()
        connection.commit()
        if not problems:
            return 0
        lines = [
            f"{reason} {remedy}"
            if row is None
            else f"{sheet}!{column}{row} ({header}): found {_shown(found)}, expected {expected}"
            for _, sheet, row, column, header, found, expected, reason, remedy in problems
        ]
        more = (
            [f"... and {len(lines) - MOST_LINES} more: see ops.sheet_problems."]
            if len(lines) > MOST_LINES
            else []
        )
        try:
            return alert(
                connection,
                settings,
                key="\n".join([account.id, *lines]),
                subject=f"{account.name}: {len(lines)} problems in the sheets",
                lines=[
                    "These cells break the rules of their sheets. Until they are mended, the last sound version counts.",
                    "",
                    *lines[:MOST_LINES],
                    *more,
                ],
                recipients=owners(account),
                once_for_all=True,
            )
        except Exception:
            log.exception("The problems in the sheets of %s could not be mailed.", account.id)
            return 0


def owners(account: Account) -> list[str]:
    """The addresses in ``options.owners`` of an account's sheets, separated by commas."""
    texts = [str(source.options.get("owners", "")) for source in account.sheets]
    return [address.strip() for text in texts for address in text.split(",") if address.strip()]


def _shown(found: str | None) -> str:
    return "nothing" if found is None or not found.strip() else repr(found)
