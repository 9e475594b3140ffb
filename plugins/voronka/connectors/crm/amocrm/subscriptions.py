"""Where amoCRM sends its webhooks of an account."""

from __future__ import annotations

from dataclasses import dataclass

from voronka.connectors.crm.amocrm.client import AmoCrmClient
from voronka.connectors.crm.amocrm.listings import Listing
from voronka.connectors.http import Where

PATH = "/webhooks"
RECORDS = ("lead", "contact", "company", "customer", "task")
SETTINGS = (
    *(f"{event}_{record}" for event in ("add", "update", "delete", "responsible") for record in RECORDS),
    *(f"restore_{record}" for record in ("lead", "contact", "company")),
    *(f"note_{record}" for record in ("lead", "contact", "company", "customer")),
    "status_lead",
)
"""Every event that says that a record we load has changed."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One address that webhooks go to; ``disabled`` after too many bad answers."""

    destination: str
    disabled: bool
    settings: tuple[str, ...]


class Subscriptions:
    """The webhooks of one account; an administrator's token is needed."""

    def __init__(self, client: AmoCrmClient, account_id: str, provider: str) -> None:
        self._client = client
        self._where = Where(account_id, provider, "webhooks")

    def all(self) -> list[Subscription]:
        """Every subscription of the account, of other integrations too."""
        raw = self._client.page(Listing(PATH, "webhooks"), (), 1, self._where)
        return [
            Subscription(
                str(row.get("destination")), bool(row.get("disabled")), tuple(row.get("settings") or ())
            )
            for row in raw.rows
            if isinstance(row, dict)
        ]

    def subscribe(self, destination: str) -> None:
        """Have all events sent there; doing it again replaces the subscription."""
        body = {"destination": destination, "settings": list(SETTINGS)}
        self._client.write("POST", PATH, body, self._where)

    def unsubscribe(self, destination: str) -> None:
        """Have nothing sent there any more."""
        self._client.write("DELETE", PATH, {"destination": destination}, self._where)
