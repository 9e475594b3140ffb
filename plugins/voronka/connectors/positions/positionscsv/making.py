"""A connector for a folder of checks out of a source's settings."""

from __future__ import annotations

from pathlib import Path

from voronka.config import project_folder
from voronka.connectors.making import Making
from voronka.connectors.positions.positionscsv.connector import PositionsFolder
from voronka.domain.errors import ConfigurationError


def make_positionscsv(making: Making) -> PositionsFolder:
    """A connector; options ``folder`` (needed) and ``pattern`` (``*.csv``).

    Raises:
        ConfigurationError: there is no folder.
    """
    account, options = making.account, making.source.options
    if not options.get("folder"):
        raise ConfigurationError(
            f"The positionscsv source of {account.id} needs a folder.",
            remedy="set options.folder of it in accounts.yml.",
        )
    folder = project_folder() / Path(str(options["folder"])).expanduser()
    return PositionsFolder(account.id, folder, str(options.get("pattern", "*.csv")), account.time_zone)
