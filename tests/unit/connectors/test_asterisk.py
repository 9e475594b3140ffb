"""Call detail records: FreePBX's table in a real Postgres, files as cdr_csv writes them, rows that cannot be taken."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.connectors.base import NoLimit, Record, Rejection
from voronka.connectors.telephony.asterisk import AsteriskConnector
from voronka.domain.errors import ConfigurationError, NotAuthorised, ShapeChanged, SourceUnavailable
from voronka.domain.windows import Window

DAY = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
LINE = (
    '"","79161234567","s","from-trunk","""Ivan"" <79161234567>","PJSIP/trunk-00000a1f","PJSIP/101-00000a20","Dial",'
    '"PJSIP/101,20","2026-01-01 11:30:00","2026-01-01 11:30:12","2026-01-01 11:32:10",130,118,"ANSWERED",'
    '"DOCUMENTATION","1767261000.2591",""\n'
)
URL = "VORONKA_SEVER_ASTERISK_DATABASE_URL"
FREEPBX = """
    create table public.cdr (
        calldate timestamp not null, clid varchar(80) not null default '', src varchar(80) not null default '',
        dst varchar(80) not null default '', dcontext varchar(80) not null default '',
        channel varchar(80) not null default '', dstchannel varchar(80) not null default '',
        lastapp varchar(80) not null default '', lastdata varchar(80) not null default '',
        duration int not null default 0, billsec int not null default 0, disposition varchar(45) not null default '',
        amaflags int not null default 0, accountcode varchar(20) not null default '',
        uniqueid varchar(32) not null default '', userfield varchar(255) not null default '',
        did varchar(50) not null default '', recordingfile varchar(255) not null default '',
        cnum varchar(80) not null default '', cnam varchar(80) not null default '',
        outbound_cnum varchar(80) not null default '', outbound_cnam varchar(80) not null default '',
        dst_cnam varchar(80) not null default '', linkedid varchar(32) not null default '',
        peeraccount varchar(80) not null default '', sequence int not null default 0
    )
"""


def exchange(**options: Any) -> AsteriskConnector:
    account = Account(
        id="sever",
        name="Sever",
        time_zone="Europe/Moscow",
        currency="RUB",
        country="RU",
        crm=Source(provider="amocrm"),
    )
    made = build(account, "telephony", Source(provider="asterisk", options=options), NoLimit())
    assert isinstance(made, AsteriskConnector)
    return made


def read(connector: AsteriskConnector, window: Window = DAY) -> tuple[list[Record], list[Rejection]]:
    pages = list(connector.pages("calls", window))
    return [r for page in pages for r in page.records], [r for page in pages for r in page.rejections]


# -- the table


@pytest.fixture
def table(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """FreePBX's table with a call of two legs, and calls at the edges of the day in Moscow."""
    warehouse.rows(FREEPBX)
    warehouse.rows(
        "insert into public.cdr (calldate, src, dst, did, channel, dstchannel, duration, billsec, disposition,"
        " uniqueid, linkedid, sequence, recordingfile) values"
        " ('2026-01-01 11:30:00', '79161234567', '600', '74951230001', 'PJSIP/trunk-1', 'Local/101@q-1;1', 130, 118,"
        "  'ANSWERED', '1767.1', '1767.1', 7, 'q-600-1767.1.wav'),"
        " ('2026-01-01 11:30:05', '79161234567', '101', '', 'Local/101@q-1;2', 'PJSIP/101-2', 125, 118,"
        "  'ANSWERED', '1767.1', '1767.1', 8, ''),"
        " ('2026-01-01 02:59:59', '101', '102', '', 'PJSIP/101-3', '', 1, 0, 'NO ANSWER', 'before', '', 1, ''),"
        " ('2026-01-01 03:00:00', '101', '102', '', 'PJSIP/101-4', '', 1, 0, 'NO ANSWER', 'first', '', 1, ''),"
        " ('2026-01-02 03:00:00', '101', '102', '', 'PJSIP/101-5', '', 1, 0, 'NO ANSWER', 'after', '', 1, ''),"
        " ('2026-01-01 12:00:00', '101', '102', '', 'PJSIP/101-6', '', -1, 0, 'FAILED', 'bad', '', 1, '')"
    )
    database = warehouse.environment["VORONKA_DATABASE_URL"]
    monkeypatch.setenv(URL, database.replace("postgresql://", "postgresql+psycopg://"))
    return warehouse


def test_rows_of_the_table_are_read_by_the_day_in_its_zone(table: Warehouse) -> None:
    records, (rejection,) = read(exchange())

    assert [(r.source_id, r.updated_at) for r in records] == [
        ("first:1", datetime(2026, 1, 1, 0, 0, tzinfo=UTC)),
        ("1767.1:7", datetime(2026, 1, 1, 8, 30, tzinfo=UTC)),
        ("1767.1:8", datetime(2026, 1, 1, 8, 30, 5, tzinfo=UTC)),
    ]
    payload = records[1].payload
    assert payload["calldate"] == "2026-01-01 11:30:00"
    assert payload["recording_path"] == "/var/spool/asterisk/monitor/2026/01/01/q-600-1767.1.wav"
    assert "recording_path" not in records[2].payload
    assert (rejection.code, rejection.source_id) == ("negative_duration", "bad:1")
    assert "duration is -1" in rejection.reason


def test_a_zone_of_its_own_moves_the_day(table: Warehouse) -> None:
    records, _ = read(exchange(time_zone="UTC"))

    assert [r.source_id for r in records] == ["before:1", "first:1", "1767.1:7", "1767.1:8"]


def test_an_older_table_without_later_columns_is_read(table: Warehouse) -> None:
    table.rows("alter table public.cdr drop linkedid, drop sequence, drop did, drop recordingfile")
    records, _ = read(exchange(table="public.cdr"))

    names = [r.source_id for r in records]
    assert len(set(names)) == 3
    assert all(name.startswith("1767.1:") for name in names[1:])


def test_nothing_can_be_written(table: Warehouse) -> None:
    table.rows(
        "create function public.meddle() returns text language plpgsql as"
        " 'begin delete from public.cdr; return 1; end'"
    )
    table.rows("create view public.trap as select *, public.meddle() as meddled from public.cdr")
    with pytest.raises(SourceUnavailable):
        read(exchange(table="public.trap"))
    assert table.rows("select count(*) from public.cdr") == [(6,)]


def test_errors_of_the_database_name_their_remedy_and_no_password(
    table: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ShapeChanged, match="no usable table cdr2") as absent:
        read(exchange(table="cdr2"))
    assert "options.table" in absent.value.remedy

    with table.connect("bi") as bi:
        password = bi.info.password
    address = table.environment["VORONKA_DATABASE_URL"].rpartition("@")[2]
    monkeypatch.setenv(URL, f"postgresql+psycopg://voronka_bi:{password}@{address}")
    with pytest.raises(NotAuthorised) as refused:
        read(exchange(table="public.cdr"))
    assert password not in str(refused.value)

    monkeypatch.setenv(URL, "postgresql+psycopg://u:secret-word@127.0.0.1:9/x")
    (finding,) = exchange().probe()
    assert (finding.ok, "does not answer" in finding.message) == (False, True)
    assert "secret-word" not in f"{finding}"


# -- files


def test_files_are_read_with_the_rotated_ones_and_each_row_once(tmp_path: Path) -> None:
    tail = '"","101","102","x","","PJSIP/101-1","","Dial","","2026-01-01 12:00:00",,"2026-01-01 12:00:09",9,0,"NO AN'
    (tmp_path / "Master.csv").write_text(LINE + tail)
    older = LINE.replace("1767261000.2591", "1767.9").replace("11:30:00", "10:30:00")
    (tmp_path / "Master.csv.1").write_text(LINE + older)
    other_day = LINE.replace("2026-01-01 11:30:00", "2026-01-03 11:30:00")
    (tmp_path / "Master.csv.2.gz").write_bytes(gzip.compress((other_day + older).encode()))
    (tmp_path / "Simple.csv").write_text("not ours\n")

    records, rejections = read(exchange(**{"from": "folder", "folder": str(tmp_path)}))

    assert rejections == []
    assert [(r.source_id.partition(":")[0], r.updated_at.hour) for r in records] == [
        ("1767261000.2591", 8),
        ("1767.9", 7),
    ]
    payload = records[0].payload
    assert (payload["clid"], payload["duration"], payload["billsec"]) == ('"Ivan" <79161234567>', 130, 118)


def test_rows_without_unique_ids_and_of_another_order(tmp_path: Path) -> None:
    bare = LINE.removesuffix(',"1767261000.2591",""\n') + "\n"
    (tmp_path / "Master.csv").write_text(
        bare + bare.replace("PJSIP/101-00000a20", "PJSIP/102-00000a21") + "1,2\n"
    )
    records, (rejection,) = read(exchange(**{"from": "folder", "folder": str(tmp_path)}))

    assert len({r.source_id for r in records}) == 2
    assert (rejection.code, rejection.payload) == ("wrong_width", ["1", "2"])

    (tmp_path / "own.csv").write_text('"2026-01-01 11:30:00","101","102",9,0,"BUSY","7.1"\n')
    options = {
        "folder": str(tmp_path),
        "pattern": "own.csv",
        "columns": "start, src, dst, duration, billsec, disposition, uniqueid",
    }
    (record,), _ = read(exchange(**{"from": "folder"}, **options))
    assert (record.payload["disposition"], record.source_id[:4]) == ("BUSY", "7.1:")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShapeChanged, match="no file"):
        read(exchange(**{"from": "folder", "folder": str(tmp_path)}))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"from": "folder"}, "needs a folder"),
        ({"from": "http"}, "from of asterisk"),
        ({"table": "cdr; drop table cdr"}, "has the table"),
        ({"time_zone": "Mars"}, "has the zone"),
        ({"from": "folder", "folder": "x", "columns": "src, dst"}, "lacks billsec"),
        ({"people": "x"}, "does not know people"),
        ({}, "cannot be used"),
    ],
)
def test_wrong_settings_are_refused(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], problem: str
) -> None:
    monkeypatch.setenv(URL, "oracle://u:p@h/x")
    with pytest.raises(ConfigurationError, match=problem):
        exchange(**options)
