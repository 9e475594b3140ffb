"""The product's Dags, imported the way Airflow does."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import environment

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def loaded_dags(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Every Dag of ``dags/`` by its id, under the example settings."""
    state = tmp_path_factory.mktemp("dags")
    config = state / "config"
    config.mkdir()
    for name in ("accounts", "reports", "voronka"):
        (config / f"{name}.yml").write_text(
            (PROJECT / "config" / f"{name}.example.yml").read_text("utf-8"), "utf-8"
        )
    values = {
        "VORONKA_CONFIG": str(config),
        "VORONKA_HOME": str(state),
        "AIRFLOW_HOME": str(state / "airflow"),
        "VORONKA_DATABASE_URL": "postgresql://voronka_admin:x@127.0.0.1:1/voronka",
        "VORONKA_TRANSFORMER_PASSWORD": "x",
    }
    with environment(values):
        from voronka.flows.transform import parse_manifest

        parse_manifest()
        dags: dict[str, Any] = {}
        for path in sorted((PROJECT / "dags").glob("*.py")):
            spec = importlib.util.spec_from_file_location(f"dag_{path.stem}", path)
            assert spec
            assert spec.loader
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            dags[module.dag.dag_id] = module.dag
        yield dags
