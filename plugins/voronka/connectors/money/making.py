"""Connectors for bank statements out of a source's settings."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

from voronka.config import project_folder
from voronka.connectors.making import Making
from voronka.connectors.money.connector import BankFolder, Place, Read
from voronka.connectors.money.csv_statement import read_csv
from voronka.connectors.money.exchange_1c import read_1c
from voronka.domain.errors import ConfigurationError

OPTIONS = ("folder", "pattern", "own_accounts")


def make_bank_1c(making: Making) -> BankFolder:
    """A connector for a folder of 1C's bank exchange files.

    Raises:
        ConfigurationError: there is no folder, an option is unknown, or an account is not twenty digits.
    """
    return _folder(making, "*.txt", read_1c)


def make_bank_csv(making: Making) -> BankFolder:
    """The same for a folder of CSV files."""
    return _folder(making, "*.csv", read_csv)


def _folder(making: Making, pattern: str, read: Read) -> BankFolder:
    account, source = making.account, making.source
    options = {name: str(value) for name, value in source.options.items()}
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown or not options.get("folder"):
        problem = f"does not know {', '.join(unknown)}" if unknown else "needs a folder"
        raise ConfigurationError(
            f"The {source.provider} source of {account.id} {problem}.",
            remedy=f"set options of it in accounts.yml; there are: {', '.join(OPTIONS)}.",
        )
    own = frozenset(re.split(r"[\s,;]+", options.get("own_accounts", "").strip())) - {""}
    wrong = sorted(number for number in own if not re.fullmatch(r"\w{10,34}", number))
    if wrong:
        raise ConfigurationError(
            f"own_accounts of {source.provider} in {account.id} has {wrong[0]!r}.",
            remedy="write account numbers in quotes, comma apart.",
        )
    folder = project_folder() / Path(options["folder"]).expanduser()
    place = Place(folder, options.get("pattern", pattern), own, ZoneInfo(account.time_zone))
    return BankFolder(account.id, source.provider, place, read)
