"""The key of the number hash is stored once and never changed."""

from __future__ import annotations

import pytest

from tests.support.environment import environment
from tests.support.postgres import Warehouse
from voronka.domain.errors import ConfigurationError
from voronka.loading.number_key import VARIABLE, store_number_key

KEY = "0123456789abcdef"


def _store(warehouse: Warehouse, key: str) -> None:
    with environment({VARIABLE: key}), warehouse.connect("loader") as connection:
        store_number_key(connection)


def test_the_first_key_stays(warehouse: Warehouse) -> None:
    _store(warehouse, KEY)
    _store(warehouse, KEY)

    with pytest.raises(ConfigurationError, match="not the key that this warehouse already uses"):
        _store(warehouse, KEY + "!")
    assert warehouse.rows("select key from ops.number_key") == [(KEY,)]


def test_a_short_key_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ConfigurationError, match="has 15 characters"):
        _store(warehouse, KEY[1:])
    assert warehouse.rows("select key from ops.number_key") == []


def test_only_the_transformer_and_the_loader_read_it(warehouse: Warehouse) -> None:
    _store(warehouse, KEY)

    readers = [
        role
        for role in ("loader", "transformer", "app", "bi", "pii")
        if warehouse.rows("select has_table_privilege(%s, 'ops.number_key', 'select')", (f"voronka_{role}",))
        == [(True,)]
    ]
    assert readers == ["loader", "transformer"]
