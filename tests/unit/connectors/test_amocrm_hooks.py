"""What bodies of webhooks name."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from voronka.connectors.crm.amocrm.hooks import Hint, hints_of


def form(*lines: str) -> bytes:
    return "&".join(quote(line, safe="=") for line in lines).encode()


@pytest.mark.parametrize(
    ("body", "hints"),
    [
        (
            form(
                "leads[update][0][id]=25600101",
                "leads[update][0][name]=SEO для stroy-dom.example",
                "leads[update][0][tags][0][id]=3101",
                "leads[update][0][custom_fields][1][values][0]=1767214800",
                "leads[status][0][id]=25600102",
                "account[id]=31420001",
            ),
            [Hint("leads", "25600101"), Hint("leads", "25600102")],
        ),
        (form("leads[delete][0][id]=5", "leads[delete][1][id]=6"), [Hint("leads", "5", True), Hint("leads", "6", True)]),
        (
            form("contacts[add][0][id]=7", "contacts[add][0][type]=company", "contacts[add][1][id]=8"),
            [Hint("companies", "7"), Hint("contacts", "8")],
        ),
        (form("task[update][0][id]=9", "task[update][0][element_type]=2"), [Hint("tasks", "9")]),
        # Declined or accepted, an incoming request is "deleted"; what becomes of it is asked for.
        (form("unsorted[delete][0][uid]=a1-b2", "unsorted[delete][0][action]=accept"), [Hint("unsorted", "a1-b2")]),
        (form("leads[note][0][note][id]=11", "leads[note][0][note][element_id]=5"), [Hint("notes", "leads:11")]),
        (form("contacts[note][0][id]=12", "contacts[note][0][type]=company"), [Hint("notes", "companies:12")]),
        (form("talk[add][0][talk_id]=13", "talk[add][0][entity_id]=1"), [Hint("talks", "13")]),
        # A Digital Pipeline hook carries ids only.
        (form("leads[call_in][0][id]=14", "leads[call_in][0][status_id]=142"), [Hint("leads", "14")]),
        (form("customers[update][0][id]=15"), [Hint("customers", "15")]),
        # The last event of a record in one body says whether it is there.
        (form("leads[delete][0][id]=5", "leads[restore][0][id]=5"), [Hint("leads", "5")]),
        (form("leads[update][0][id]=1%27%3B--", "leads[update][1][id]=", "leads[update][x][id]=2", "leads=3"), []),
        (b"\xff\xfe\x00 not a form", []),
        (b"{}", []),
        (b"", []),
    ],
)  # fmt: skip
def test_hints(body: bytes, hints: list[Hint]) -> None:
    assert hints_of(body) == hints
