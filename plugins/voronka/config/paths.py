"""Where things are: the project, its settings, its state."""

from __future__ import annotations

import os
from pathlib import Path


def project_folder() -> Path:
    """The checkout: ``VORONKA_PROJECT``, else the folder that holds ``plugins/voronka``."""
    named = os.environ.get("VORONKA_PROJECT")
    return Path(named).resolve() if named else Path(__file__).resolve().parents[3]


def config_folder() -> Path:
    """The folder of the yml files: ``VORONKA_CONFIG``, else ``config/`` of the project."""
    named = os.environ.get("VORONKA_CONFIG")
    return Path(named).resolve() if named else project_folder() / "config"


def state_folder() -> Path:
    """Everything that is made while running (data, logs, secrets, reports): ``VORONKA_HOME``, else ``.voronka``."""
    named = os.environ.get("VORONKA_HOME")
    return Path(named).resolve() if named else project_folder() / ".voronka"
