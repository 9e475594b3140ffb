"""A connector for Zadarma out of a source's settings."""

from __future__ import annotations

from voronka.connectors.making import Making
from voronka.connectors.telephony.zadarma.calls import zone_named
from voronka.connectors.telephony.zadarma.client import ZadarmaClient, judge_zadarma
from voronka.connectors.telephony.zadarma.connector import ZadarmaConnector
from voronka.domain.errors import ConfigurationError

ADDRESS = "https://api.zadarma.com"


def make_zadarma(making: Making) -> ZadarmaConnector:
    """A connector; the key is ``ACCESS_TOKEN``, its secret ``SECRET``.

    Options: ``time_zone``, the IANA name of the zone in which the statistics are meant, when it is not what the
    account says; ``people``, who answers which extension: ``101=irina@agency.example, 102=…``.

    Raises:
        ConfigurationError: a secret is missing, or an option cannot be read.
    """
    account, options = making.account, making.source.options
    token, secret = making.secret("ACCESS_TOKEN"), making.secret("SECRET")
    zone_name = options.get("time_zone")
    zone = zone_named(str(zone_name)) if zone_name is not None else None
    if zone_name is not None and zone is None:
        raise ConfigurationError(
            f"time_zone of zadarma in {account.id} is {zone_name!r}.",
            remedy="write an IANA name such as Europe/Moscow, or UTC+3.",
        )
    people: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in str(options.get("people", "")).split(","))):
        extension, _, email = (part.strip() for part in pair.partition("="))
        if not extension.isdigit() or "@" not in email:
            raise ConfigurationError(
                f"people of zadarma in {account.id} has {pair!r}.",
                remedy="write pairs of extension and e-mail address: 101=irina@agency.example, 102=…",
            )
        people[extension] = email
    http = making.http(judge_zadarma, token, secret, default_url=ADDRESS)
    return ZadarmaConnector(
        account.id, ZadarmaClient(http, token, secret), making.source.page_size, zone=zone, people=people
    )
