"""A connector for sheets out of a source's settings."""

from __future__ import annotations

from pathlib import Path

from voronka.config import project_folder
from voronka.connectors.http import Where
from voronka.connectors.making import Making
from voronka.connectors.sheets.connector import SheetsConnector
from voronka.connectors.sheets.csv_folder import CsvFolder
from voronka.connectors.sheets.google import BearerToken, GoogleSheets, judge_google
from voronka.connectors.sheets.layouts import LAYOUTS
from voronka.domain.errors import ConfigurationError

ADDRESS = "https://sheets.googleapis.com"
OPTIONS = ("spreadsheet", "folder", "owners", *LAYOUTS)


def make_sheets(making: Making) -> SheetsConnector:
    """A connector for ``options.spreadsheet`` (secret ``ACCESS_TOKEN``) or ``options.folder``.

    Raises:
        ConfigurationError: neither or both are set, an option is unknown, or the token is missing.
    """
    account_id, source = making.account.id, making.source
    options = {name: str(value) for name, value in source.options.items()}
    unknown = set(options) - set(OPTIONS)
    if unknown or ("spreadsheet" in options) == ("folder" in options):
        problem = (
            f"does not know {', '.join(sorted(unknown))}"
            if unknown
            else "needs a spreadsheet or a folder, one of them"
        )
        raise ConfigurationError(
            f"The sheets source of {account_id} {problem}.",
            remedy=f"set options of it in accounts.yml; there are: {', '.join(OPTIONS)}.",
        )
    names = {name: value for name, value in options.items() if name in LAYOUTS}
    where = Where(account_id, source.provider)
    if "folder" in options:
        folder = project_folder() / Path(options["folder"]).expanduser()
        return SheetsConnector(account_id, CsvFolder(folder, names, where))
    variable, value = making.variable("ACCESS_TOKEN"), making.secret("ACCESS_TOKEN")
    client = making.http(judge_google(account_id, variable), value, default_url=ADDRESS)
    reader = GoogleSheets(client, BearerToken(value), options["spreadsheet"], names, where)
    return SheetsConnector(account_id, reader)
