"""A connector for sheets out of a source's settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voronka.config import Source, project_folder
from voronka.connectors.http import HttpClient, Judge, Where
from voronka.connectors.sheets.connector import SheetsConnector
from voronka.connectors.sheets.csv_folder import CsvFolder
from voronka.connectors.sheets.google import BearerToken, GoogleSheets, judge_google
from voronka.connectors.sheets.layouts import LAYOUTS
from voronka.domain.errors import ConfigurationError

OPTIONS = ("spreadsheet", "folder", *LAYOUTS)


def sheets_connector(
    account_id: str,
    source: Source,
    token: Callable[[], tuple[str, str]],
    http: Callable[[Judge, str], HttpClient],
) -> SheetsConnector:
    """A connector for ``options.spreadsheet`` or ``options.folder``.

    Args:
        token: gives (environment variable, access token); asked for only where a token is needed.
        http: makes the client for a judge and a secret.

    Raises:
        ConfigurationError: neither or both are set, an option is unknown, or the token is missing.
    """
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
    variable, value = token()
    client = http(judge_google(account_id, variable), value)
    reader = GoogleSheets(client, BearerToken(value), options["spreadsheet"], names, where)
    return SheetsConnector(account_id, reader)
