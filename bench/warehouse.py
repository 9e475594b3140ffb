"""A warehouse for the time of a measurement."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voronka.loading import migrate
from voronka.runtime.postgres import EmbeddedPostgres
from voronka.runtime.postgres_bootstrap import SecretsFile


@contextmanager
def throw_away_postgres() -> Iterator[Path]:
    """An embedded Postgres with full durability, migrated; gone afterwards. Yields its state folder."""
    folder = Path(tempfile.mkdtemp(prefix="voronka-bench-"))
    folder.chmod(0o755)
    os.environ.pop("VORONKA_DATABASE_URL", None)
    os.environ["VORONKA_HOME"] = str(folder)
    server = EmbeddedPostgres(folder, usual_port=None)
    server.start()
    try:
        os.environ.update(SecretsFile(folder).values)
        migrate()
        yield folder
    finally:
        os.environ.pop("VORONKA_DATABASE_URL", None)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
