"""Loading prepared pages into a real Postgres."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support.pages import PageConnector, page, record
from tests.support.postgres import PostgresServer, Warehouse, environment
from voronka import database
from voronka.connectors.base import Deletion, Entity, Page, Rejection
from voronka.domain.errors import ConfigurationError, FeatureUnavailable, SourceUnavailable
from voronka.domain.windows import Window
from voronka.loading import Loader, LoadSummary, MassDeletion, versions
from voronka.loading import batch as batches
from voronka.loading.reading import last_loads, oldest_watermark, open_quarantine, raw_counts, watermarks

LEADS = Entity("leads", "window")
USERS = Entity("users", "full")
EVENTS = Entity("events", "window", partitioned=True)
CUSTOMERS = Entity("customers", "window", optional=True)
DAY = datetime(2026, 11, 2, tzinfo=UTC)
WINDOW = Window(DAY, DAY + timedelta(days=1))


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def load(
    *pages: Page | Exception, entity: Entity = LEADS, window: Window = WINDOW, accept: bool = False
) -> LoadSummary:
    loader = Loader(partial(database.connect, "loader"), accept_mass_deletion=accept)
    return loader.load(PageConnector({entity.name: pages}, entity), entity.name, window)


def counts(summary: LoadSummary) -> dict[str, int]:
    """The counters that are not zero."""
    return {k[5:]: v for k, v in summary.as_dict().items() if k.startswith("rows_") and v}


def current(warehouse: Warehouse, table: str = "amocrm_leads") -> dict[str, Any]:
    rows = warehouse.rows(f"select source_id, payload ->> 'v', deletion_kind from raw.{table} order by 1")
    return {source_id: v if kind is None else (v, kind) for source_id, v, kind in rows}


def history(warehouse: Warehouse, table: str = "amocrm_leads") -> list[tuple[Any, ...]]:
    return warehouse.rows(
        f"select source_id, payload ->> 'v' from raw.{table}_history order by source_id, source_updated_at, 2"
    )


def test_new_rows_are_stored_as_received(warehouse: Warehouse) -> None:
    payload = {
        "name": 'Кирпич\t"\\ü"\n',
        "price": 10,
        "deep": {"a": [1, None, True]},
        "big": 2**70,
        "_links": {"self": 1},
    }
    summary = load(page(record(1, at(1), **payload), record("leads:2", at(2)), source_total=2))
    assert counts(summary) == {"received": 2, "inserted": 2}
    assert (summary.status, summary.pages, summary.source_total) == ("succeeded", 1, 2)
    ((stored, updated_at, load_id),) = warehouse.rows(
        "select payload, source_updated_at, load_id from raw.amocrm_leads where source_id = '1'"
    )
    assert stored == {"id": 1, **payload}
    assert updated_at == at(1)
    assert load_id == summary.load_id


def test_loading_again_writes_nothing(warehouse: Warehouse) -> None:
    pages = [page(record(1, at(1), v="a"), record(2, at(2), v="b")), page(record(3, at(3), v="c"))]
    load(*pages)
    before = warehouse.rows("select xmin, * from raw.amocrm_leads order by source_id")
    assert counts(load(*pages)) == {"received": 3, "unchanged": 3}
    assert warehouse.rows("select xmin, * from raw.amocrm_leads order by source_id") == before
    assert history(warehouse) == []


def test_links_alone_are_no_change(warehouse: Warehouse) -> None:
    load(page(record(1, at(1), v="a", _links={"self": "x"}, tags=[{"id": 1, "_links": {"self": "x"}}])))
    again = load(
        page(record(1, at(2), v="a", _links={"self": "y"}, tags=[{"id": 1, "_links": {"self": "y"}}]))
    )
    assert counts(again) == {"received": 1, "unchanged": 1}


def test_newer_version_sends_the_older_to_history(warehouse: Warehouse) -> None:
    first = load(page(record(1, at(1), v="a")))
    second = load(page(record(1, at(2), v="b")))
    assert counts(second) == {"received": 1, "updated": 1}
    assert current(warehouse) == {"1": "b"}
    rows = warehouse.rows(
        "select payload ->> 'v', load_id, replaced_by_load_id from raw.amocrm_leads_history"
    )
    assert rows == [("a", first.load_id, second.load_id)]


def test_older_version_never_overwrites(warehouse: Warehouse) -> None:
    load(page(record(1, at(5), v="new")))
    late = load(page(record(1, at(1), v="old")))
    assert counts(late) == {"received": 1, "stale": 1}
    assert current(warehouse) == {"1": "new"}
    assert history(warehouse) == [("1", "old")]
    load(page(record(1, at(1), v="old")))
    assert history(warehouse) == [("1", "old")]


def test_versions_within_one_batch(warehouse: Warehouse) -> None:
    several = [
        record(1, at(2), v="b"),
        record(1, at(1), v="a"),
        record(1, at(3), v="c"),
        record(1, at(3), v="c"),
    ]
    summary = load(page(*several[:2]), page(*several[2:]))
    assert counts(summary) == {"received": 4, "inserted": 1, "stale": 1, "updated": 1, "unchanged": 1}
    assert current(warehouse) == {"1": "c"}
    assert history(warehouse) == [("1", "a"), ("1", "b")]
    load(page(*several[:2]), page(*several[2:]))
    assert current(warehouse) == {"1": "c"}
    assert history(warehouse) == [("1", "a"), ("1", "b")]


def test_two_versions_of_one_second_end_alike_however_often_loaded(warehouse: Warehouse) -> None:
    pages = [page(record(1, at(1), v="a")), page(record(1, at(1), v="b"))]
    for _ in range(3):
        for single in pages:
            load(single)
        assert current(warehouse) == {"1": "b"}
        assert history(warehouse) == [("1", "a")]


def test_deletion_and_return(warehouse: Warehouse) -> None:
    load(page(record(1, at(1), v="a"), record(2, at(1), v="b")))
    gone = load(page(Deletion("1", at(3)), Deletion("unknown", at(3))))
    assert counts(gone) == {"deleted": 1}
    assert current(warehouse) == {"1": ("a", "bin"), "2": "b"}
    assert counts(load(page(Deletion("1", at(3))))) == {}
    back = load(page(record(1, at(4), v="back")))
    assert counts(back) == {"received": 1, "updated": 1}
    assert current(warehouse) == {"1": "back", "2": "b"}
    assert warehouse.rows("select deleted_at, deletion_kind from raw.amocrm_leads_history") == [
        (at(3), "bin")
    ]


def test_unchanged_row_that_is_listed_again_is_restored(warehouse: Warehouse) -> None:
    load(page(record(1, at(1), v="a")))
    load(page(Deletion("1", at(3))))
    assert counts(load(page(record(1, at(1), v="a")))) == {"received": 1, "updated": 1}
    assert current(warehouse) == {"1": "a"}
    assert history(warehouse) == []


def test_deletion_older_than_the_row_is_no_deletion(warehouse: Warehouse) -> None:
    load(page(record(1, at(5), v="restored")))
    assert counts(load(page(Deletion("1", at(3))))) == {}
    assert current(warehouse) == {"1": "restored"}


def test_deletion_closes_a_batch(warehouse: Warehouse) -> None:
    load(page(record(1, at(1), v="a")), page(Deletion("1", at(2))), page(record(1, at(3), v="b")))
    assert current(warehouse) == {"1": "b"}
    assert history(warehouse) == [("1", "a")]


def test_partitioned_table_keeps_one_row_per_moment(warehouse: Warehouse) -> None:
    last_of_october = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)
    load(page(record("e1", last_of_october, v="a"), record("e2", at(1), v="b")), entity=EVENTS)
    summary = load(page(record("e2", at(1), v="b2"), record("e1", last_of_october, v="a")), entity=EVENTS)
    assert counts(summary) == {"received": 2, "updated": 1, "unchanged": 1}
    parts = warehouse.rows(
        "select tableoid::regclass::text, payload ->> 'v' from raw.amocrm_events order by 1"
    )
    assert parts == [("raw.amocrm_events_2026_10", "a"), ("raw.amocrm_events_2026_11", "b2")]
    assert history(warehouse, "amocrm_events") == [("e2", "b")]


def test_full_list_marks_what_is_missing_and_brings_it_back(warehouse: Warehouse) -> None:
    everyone = [record(i, at(1), v="x") for i in range(10)]
    load(page(*everyone[:6]), page(*everyone[6:]), entity=USERS)
    assert counts(load(page(*everyone[1:]), entity=USERS)) == {"received": 9, "unchanged": 9, "deleted": 1}
    assert current(warehouse, "amocrm_users")["0"] == ("x", "missing")
    assert counts(load(page(*everyone), entity=USERS)) == {"received": 10, "unchanged": 9, "updated": 1}
    assert current(warehouse, "amocrm_users")["0"] == "x"


def test_mass_deletion_is_refused_and_can_be_accepted(warehouse: Warehouse) -> None:
    everyone = [record(i, at(1), v="x") for i in range(10)]
    load(page(*everyone), entity=USERS)
    reached = watermarks(warehouse.connect("loader"))[0]["high_water_at"]
    with pytest.raises(
        MassDeletion, match="6 of 11 rows are not in the complete list, which holds 5"
    ) as refused:
        load(page(*everyone[:4], record("new", at(1), v="y")), entity=USERS)
    assert "--accept-mass-deletion" in refused.value.remedy
    assert set(current(warehouse, "amocrm_users").values()) == {"x", "y"}
    (last,) = last_loads(warehouse.connect("loader"))
    assert last["status"] == "failed"
    assert last["rows_inserted"] == 1
    assert watermarks(warehouse.connect("loader"))[0]["high_water_at"] == reached
    summary = load(page(*everyone[:4], record("new", at(1), v="y")), entity=USERS, accept=True)
    assert counts(summary) == {"received": 5, "unchanged": 5, "deleted": 6}


@pytest.mark.parametrize(("missing", "refused"), [(5, False), (6, True)])
def test_mass_deletion_needs_more_than_five_rows(warehouse: Warehouse, missing: int, refused: bool) -> None:
    load(page(*(record(i, at(1)) for i in range(8))), entity=USERS)
    try:
        load(page(*(record(i, at(1)) for i in range(8 - missing))), entity=USERS)
    except MassDeletion:
        assert refused
    else:
        assert not refused


def test_rejected_record_of_a_full_list_is_not_missing(warehouse: Warehouse) -> None:
    load(page(record(1, at(1), v="a"), record(2, at(1), v="b")), entity=USERS)
    broken = Rejection("broken", "user 1: no name", "mend it", {"id": 1}, "1")
    assert counts(load(page(broken, record(2, at(1), v="b")), entity=USERS)) == {
        "received": 2,
        "unchanged": 1,
        "quarantined": 1,
    }
    nameless = Rejection("missing_id", "a user without id", "mend it", {"name": "x"})
    assert counts(load(page(nameless), entity=USERS)) == {"received": 1, "quarantined": 1}
    assert current(warehouse, "amocrm_users") == {"1": "a", "2": "b"}


def test_quarantine_counts_and_resolves(warehouse: Warehouse) -> None:
    broken = Rejection("missing_pipeline", "lead 7: no pipeline", "set one", {"id": 7}, "7")
    load(page(broken, record(8, at(1))))
    load(page(broken))
    with warehouse.connect("loader") as connection:
        (found,) = open_quarantine(connection, "sever")
        assert (found["code"], found["source_id"], found["seen_count"]) == ("missing_pipeline", "7", 2)
        assert open_quarantine(connection, "other") == []
        load(page(record(7, at(2))))
        assert open_quarantine(connection) == []
        load(page(broken))
        assert len(open_quarantine(connection)) == 1


def test_what_postgres_cannot_hold_is_set_apart(warehouse: Warehouse) -> None:
    deep: Any = "bottom"
    for _ in range(2000):
        deep = [deep]
    bad = [
        record(1, at(1), name="a\x00b"),
        record(2, at(1), name="\ud800"),
        record("3\x00", at(1)),
        record("4" * 3000, at(1)),
        record(5, at(1), deep=deep),
        record(6, at(1), huge=10**5000),
    ]
    good = [record(i, at(1), name="\\u0000 as text", path="c:\\new") for i in range(10, 30)]
    summary = load(page(*good[:9], *bad, *good[9:]))
    assert counts(summary) == {"received": 26, "inserted": 20, "quarantined": 6}
    assert len(current(warehouse)) == 20
    ((text,),) = warehouse.rows("select payload ->> 'name' from raw.amocrm_leads where source_id = '10'")
    assert text == "\\u0000 as text"
    with warehouse.connect("loader") as connection:
        assert {row["code"] for row in open_quarantine(connection)} == {"unstorable"}


def test_what_only_postgres_finds_is_set_apart(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_NUL", re.compile(b"never"))
    summary = load(page(*(record(i, at(1), name="\x00" if i in (3, 4, 17) else "fine") for i in range(20))))
    assert counts(summary) == {"received": 20, "inserted": 17, "quarantined": 3}
    monkeypatch.undo()
    with warehouse.connect("loader") as connection:
        assert {row["source_id"] for row in open_quarantine(connection)} == {"3", "4", "17"}


def test_watermark_moves_with_the_last_page_only(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_ROWS", 1)
    fault = SourceUnavailable("page 3: HTTP 502", account_id="sever", provider="amocrm", remedy="wait")
    with pytest.raises(SourceUnavailable):
        load(page(record(1, at(1))), page(record(2, at(1))), fault)
    with warehouse.connect("loader") as connection:
        assert oldest_watermark(connection, "sever", "amocrm") is None
        (failed,) = last_loads(connection)
        assert (failed["status"], failed["error"]) == ("failed", "page 3: HTTP 502 What to do: wait")
        assert failed["finished_at"] is not None
        load(page(record(1, at(1))), page(record(2, at(1))), page(record(3, at(1))))
        assert oldest_watermark(connection, "sever", "amocrm") == WINDOW.end
        earlier = Window(DAY - timedelta(days=9), DAY - timedelta(days=8))
        load(page(), window=earlier)
        assert oldest_watermark(connection, "sever", "amocrm") == WINDOW.end
    assert len(current(warehouse)) == 3


def test_skipped_entity_holds_nobody_back(warehouse: Warehouse) -> None:
    long_ago = Window(DAY - timedelta(days=300), DAY - timedelta(days=299))
    load(page(record(1, at(1))), entity=CUSTOMERS, window=long_ago)
    load(page(record(1, at(1))))
    lacking = FeatureUnavailable("customers are off", account_id="sever", provider="amocrm")
    summary = load(lacking, entity=CUSTOMERS)
    assert (summary.status, summary.error) == ("skipped", "customers are off")
    with warehouse.connect("loader") as connection:
        assert oldest_watermark(connection, "sever", "amocrm") == WINDOW.end
    with pytest.raises(FeatureUnavailable):
        load(lacking)


def test_sweep_marks_what_is_nowhere(warehouse: Warehouse) -> None:
    load(page(*(record(i, at(1), v="x") for i in range(10))))
    loader = Loader(partial(database.connect, "loader"))
    ids = [[str(i) for i in range(5)], [str(i) for i in range(4, 9)]]
    summary = loader.sweep(PageConnector({}, LEADS, swept=ids), "leads")
    assert counts(summary) == {"received": 10, "deleted": 1}
    assert current(warehouse)["9"] == ("x", "missing")
    with pytest.raises(MassDeletion) as refused:
        loader.sweep(PageConnector({}, LEADS, swept=[["1"]]), "leads")
    assert "voronka sweep sever again with --accept-mass-deletion" in refused.value.remedy
    assert len([v for v in current(warehouse).values() if v == "x"]) == 9


def test_window_is_widened_by_the_overlap(warehouse: Warehouse) -> None:
    connector = PageConnector({"leads": [page()]}, Entity("leads", "window", overlap_seconds=600))
    summary = Loader(partial(database.connect, "loader")).load(connector, "leads", WINDOW)
    assert connector.windows == [Window(DAY - timedelta(minutes=10), WINDOW.end)]
    assert summary.window == WINDOW
    assert warehouse.rows("select window_from, window_to from ops.loads") == [(WINDOW.start, WINDOW.end)]


def test_accounts_do_not_touch_each_other(warehouse: Warehouse) -> None:
    loader = Loader(partial(database.connect, "loader"))
    for account in ("sever", "yug"):
        connector = PageConnector({"users": [page(record(1, at(1), v=account))]}, USERS, account_id=account)
        loader.load(connector, "users", WINDOW)
    empty = PageConnector({"users": [page()]}, USERS, account_id="yug")
    loader.load(empty, "users", WINDOW)
    with warehouse.connect("loader") as connection:
        found = {(r["account_id"], r["entity"]): (r["live"], r["deleted"]) for r in raw_counts(connection)}
    assert found == {("sever", "users"): (1, 0), ("yug", "users"): (0, 1)}


def test_progress_and_unknown_entity(warehouse: Warehouse) -> None:
    told: list[int] = []
    loader = Loader(partial(database.connect, "loader"))
    pages: Iterable[Page] = [page(record(1, at(1))), page(record(2, at(1)), record(3, at(1)))]
    loader.load(PageConnector({"leads": pages}, LEADS), "leads", WINDOW, told.append)
    assert told == [1, 3]
    with pytest.raises(ConfigurationError, match="has no entity 'leeds'"):
        loader.load(PageConnector({}, LEADS), "leeds", WINDOW)


def test_warehouse_without_tables_says_what_to_do(postgres_server: PostgresServer) -> None:
    with environment({**postgres_server.secrets}), pytest.raises(ConfigurationError, match="voronka migrate"):
        Loader(partial(database.connect, "owner")).load(PageConnector({}, LEADS), "leads", WINDOW)


def test_process_that_died_is_noted_by_the_next_load(warehouse: Warehouse) -> None:
    insert = """
        insert into ops.loads (load_id, account_id, provider, entity, mode, status, started_at)
        values (%s, 'sever', 'amocrm', 'leads', 'window', 'running', now())
    """
    dead, alive = uuid4(), uuid4()
    for load_id in (dead, alive):
        warehouse.rows(insert, [load_id])
    with warehouse.connect("loader", autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtextextended(%s, 1))", (str(alive),))
        load(page())
    found = dict(warehouse.rows("select load_id, status from ops.loads"))
    assert (found[dead], found[alive]) == ("failed", "running")


def test_cut_connection_fails_the_load_and_the_next_one_mends_it(warehouse: Warehouse) -> None:
    def pages() -> Iterable[Page]:
        yield page(record(1, at(1), v="a"))
        warehouse.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = current_user and pid <> pg_backend_pid() and datname = current_database()",
            role="loader",
        )

    loader = Loader(partial(database.connect, "loader"))
    with pytest.raises(psycopg.OperationalError):
        loader.load(PageConnector({"leads": pages}, LEADS), "leads", WINDOW)
    assert load(page(record(1, at(1), v="a"))).rows_inserted == 1
    assert sorted(warehouse.rows("select status from ops.loads")) == [("failed",), ("succeeded",)]
