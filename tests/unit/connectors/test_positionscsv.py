"""Positions out of files: the three states, what is named and refused, what overlaps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.doubles import CountingLimiter, SleepBook
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.domain.errors import ConfigurationError, ShapeChanged
from voronka.domain.windows import Window

WINDOW = Window(datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
HEADER = "project;date;engine;region;device;keyword;position;url;depth\n"


def connector(folder: Path | str) -> Any:
    source = Source(provider="positionscsv", options={"folder": str(folder)} if folder else {})
    account = Account(id="north", name="North", crm=Source(provider="amocrm", base_url="http://127.0.0.1:9"))
    return build(account, "positions", source, CountingLimiter(), sleep=SleepBook())


def test_found_and_not_found_within_the_depth(tmp_path: Path) -> None:
    lines = "Site.example;2026-11-20;Yandex;213;;seo  аудит;7;https://site.example/a;100\n"
    lines += "site.example;2026-11-20;google;Москва;mobile;seo аудит;;;30\n"
    (tmp_path / "a.csv").write_bytes((HEADER + lines).encode("cp1251"))
    (page,) = connector(tmp_path).pages("checks", WINDOW)
    found, absent = page.records
    assert found.source_id == "site.example:yandex:213:desktop:2026-11-20:seo аудит"
    assert found.updated_at == datetime(2026, 11, 19, 21, tzinfo=UTC)
    assert (found.payload["position"], found.payload["url"]) == (7, "https://site.example/a")
    assert (absent.payload["position"], absent.payload["depth"]) == (None, 30)
    assert connector(tmp_path).entities["checks"].keeps_missing


def test_bad_lines_and_files_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    lines = (
        "s;20.11.2026;yandex;213;;k;1;;",
        "s;2026-11-20;yandex;213;;k;0;;",
        "s;2026-11-20;yandex;213;;k;;;",
    )
    more = (
        "s;2026-11-20;yandex;213;fridge;k;1;;",
        "s;2026-11-20;;213;;k;1;;",
        "s;2026-11-20;yandex;213;;good;1;;",
    )
    (tmp_path / "a.csv").write_text(HEADER + "\n".join(lines + more), encoding="utf-8")
    (tmp_path / "b.csv").write_text("date,keyword\n2026-11-20,k\n", encoding="utf-8")
    made = connector(tmp_path)
    (page,) = made.pages("checks", WINDOW)
    codes = ["bad_date", "bad_position", "missing_depth", "bad_device", "missing_cell", "missing_column"]
    assert [r.code for r in page.rejections] == codes
    assert page.rejections[1].reason.startswith("a.csv, line 3: position is '0'")
    assert page.rejections[-1].reason == "b.csv has no column project, engine, region, position."
    assert [r.payload["keyword"] for r in page.records] == ["good"]
    assert [f.ok for f in made.probe()] == [True, False]


def test_the_later_file_counts(tmp_path: Path) -> None:
    for name, place in (("2026-11-20.csv", 9), ("2026-11-21.csv", 4)):
        line = f"s;2026-11-20;yandex;213;;k;{place};;"
        (tmp_path / name).write_text(HEADER + line, encoding="utf-8")
    (page,) = connector(tmp_path).pages("checks", WINDOW)
    assert [r.payload["position"] for r in page.records] == [4]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="needs a folder"):
        connector("")
    with pytest.raises(ShapeChanged, match="there is no folder"):
        list(connector(tmp_path / "none").pages("checks", WINDOW))
    assert [f.ok for f in connector(tmp_path / "none").probe()] == [False]
