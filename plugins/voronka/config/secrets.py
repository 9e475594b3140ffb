"""Secrets come from the environment, never from a file under version control.

``<state folder>/secrets.env`` (mode 0600, made by ``voronka up``) fills what the environment does not set.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from voronka.config.paths import state_folder
from voronka.domain.errors import ConfigurationError


def secret_name(account_id: str, provider: str, name: str) -> str:
    """The environment variable of a secret: ``VORONKA_<ACCOUNT>_<PROVIDER>_<NAME>``, upper case, ``-`` as ``_``."""
    return re.sub(r"[^A-Z0-9]+", "_", f"VORONKA_{account_id}_{provider}_{name}".upper())


@lru_cache(maxsize=8)
def _file_secrets(path: Path, modified: float) -> dict[str, str]:
    pairs = (
        line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line and line[0] != "#"
    )
    return {name.strip(): value.strip() for name, value in pairs}


def secret(variable: str, *, remedy: str = "") -> str:
    """The value of a secret by the name of its environment variable.

    Raises:
        ConfigurationError: when neither the environment nor the secrets file holds it; names the variable.
    """
    found = os.environ.get(variable)
    if found:
        return found
    path = state_folder() / "secrets.env"
    if path.exists():
        found = _file_secrets(path, path.stat().st_mtime).get(variable)
        if found:
            return found
    raise ConfigurationError(
        f"The secret {variable} is not set.",
        remedy=remedy or f"set the environment variable {variable}, or add it to {path}.",
    )
