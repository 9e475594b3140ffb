"""The reports out of real marts: the sandbox's small world, loaded and built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.built_warehouse import BuiltWarehouse
from voronka.delivery import assert_only, foreign_names
from voronka.domain.errors import ConfigurationError, NotPublished
from voronka.domain.letters import Letter
from voronka.reports import available, render, subjects

PERIOD = "2026-W43"


@pytest.fixture(scope="module")
def marts(built_warehouse: BuiltWarehouse) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the role that reports use."""
    environment = built_warehouse.environment
    url = psycopg.conninfo.conninfo_to_dict(built_warehouse.owner_url)
    with psycopg.connect(
        **{**url, "user": "voronka_app", "password": environment["VORONKA_APP_PASSWORD"]}, autocommit=True
    ) as connection:
        yield connection


def _letter(
    built: BuiltWarehouse, marts: psycopg.Connection[Any], report: str, account: str = "sever", **more: Any
) -> Letter:
    return render(
        marts,
        report,
        built.settings.account(account),
        as_of=built.as_of,
        run_id="test",
        **{"period": PERIOD, **more},
    )


def test_every_project_of_the_account_is_a_subject(built_warehouse: BuiltWarehouse, marts: Any) -> None:
    account = built_warehouse.settings.account("sever")
    found = subjects(marts, "positions", account)
    sources = [
        row["source_project_id"]
        for row in built_warehouse.rows(
            "select source_project_id from marts.dim_projects"
            " where account_id = 'sever' and kind = 'tracker' and not is_deleted order by site, project_id"
        )
    ]
    assert len(found) == len(sources) == 3
    assert subjects(marts, "positions", account, only=sources[1:]) == found[1:]
    assert subjects(marts, "sales_weekly", account) == ["sever"]
    assert available() == ("positions", "sales_weekly")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_position_report_shows_the_marts_figures(
    built_warehouse: BuiltWarehouse, marts: Any, language: str
) -> None:
    project = subjects(marts, "positions", built_warehouse.settings.account("sever"))[0]
    letter = _letter(built_warehouse, marts, "positions", subject_id=project, language=language)
    sections: Any = letter.facts["sections"]
    for section in sections:
        (row,) = built_warehouse.rows(
            """
            select * from marts.position_summary_daily
            where project_id = %(project)s and engine = %(engine)s and region = %(region)s and device = %(device)s
                and checked_on = %(checked_on)s
            """,
            {**section, "project": project},
        )
        assert section["checked_on"] <= "2026-10-25"
        assert (section["checked"], section["tracked"]) == (row["checked"], row["keywords"])
        for figure in section["figures"]:
            expected = row[figure["metric_id"]]
            assert figure["value"] == (None if expected is None else pytest.approx(float(expected)))
        assert len(section["keywords"]) == row["keywords"]
        assert sum(k["state"] != "not_checked" for k in section["keywords"]) == row["checked"]
        _same_comparison(built_warehouse, project, section)
    assert len(letter.images) == 2 * len(sections)
    assert "nan" not in letter.mail_text.lower()


def _same_comparison(built: BuiltWarehouse, project: str, section: dict[str, Any]) -> None:
    place = {**section, "project": project}
    days = [
        str(row["checked_on"])
        for row in built.rows(
            """
            select checked_on from marts.position_summary_daily
            where project_id = %(project)s and engine = %(engine)s and region = %(region)s and device = %(device)s
                and checked > 0 and checked_on <= '2026-10-25'
            """,
            place,
        )
    ]
    week = [f"2026-10-{day}" for day in range(19, 26)]
    assert section["compared_on"] == max(day for day in days if day < week[0])
    assert section["unchecked_days"] == [day for day in week if day not in days]
    before = {
        row["keyword"]: (row["state"], row["position"])
        for row in built.rows(
            """
            select keyword, state, position from marts.fct_positions
            where project_id = %(project)s and engine = %(engine)s and region = %(region)s and device = %(device)s
                and checked_on = %(compared_on)s
            """,
            place,
        )
    }
    for keyword in section["keywords"]:
        shown = (keyword["previous_state"], keyword["previous_position"])
        assert shown == before.get(keyword["keyword"], ("not_checked", None))


def test_the_client_of_a_project_is_found_and_no_other_is_named(
    built_warehouse: BuiltWarehouse, marts: Any
) -> None:
    for account in ("sever", "altai"):
        for project in subjects(marts, "positions", built_warehouse.settings.account(account)):
            letter = _letter(built_warehouse, marts, "positions", account, subject_id=project)
            assert len(letter.client_ids) == 1
            foreign = foreign_names(marts, letter)
            assert len(foreign) > 3
            assert_only(letter, foreign)


def test_the_sales_week_shows_the_marts_figures(built_warehouse: BuiltWarehouse, marts: Any) -> None:
    letter = _letter(built_warehouse, marts, "sales_weekly")
    facts: Any = letter.facts
    week = "account_id = 'sever' and not is_deleted and not is_spam and not is_duplicate and not is_test"
    created = built_warehouse.value(
        f"""
        select count(*) from marts.fct_leads
        where {week} and merged_into_lead_id is null
            and (created_at at time zone 'Europe/Moscow')::date between '2026-10-19' and '2026-10-25'
        """
    )
    shown = {figure["metric_id"]: figure["value"] for figure in facts["figures"]}
    assert shown["leads_created"] == created
    missed = built_warehouse.value(
        """
        select count(*) from marts.fct_calls
        where account_id = 'sever' and is_missed and not is_repeat and not is_spam
            and (started_at at time zone 'Europe/Moscow')::date between '2026-10-19' and '2026-10-25'
        """
    )
    assert facts["missed"]["attempts"] == missed > 0
    assert sum(sum(row[1:]) for row in facts["missed"]["hours"]) == missed
    assert facts["managers"]
    assert facts["stock"]
    current = [funnel["cohorts"][-1] for funnel in facts["funnels"]]
    assert {cohort["month"] for cohort in current} == {"2026-10-01"}
    assert letter.client_ids == ()


def test_the_same_figures_are_the_same_letter(built_warehouse: BuiltWarehouse, marts: Any) -> None:
    first = _letter(built_warehouse, marts, "sales_weekly")
    again = render(
        marts,
        "sales_weekly",
        built_warehouse.settings.account("sever"),
        as_of=built_warehouse.as_of,
        run_id="another run",
        period=PERIOD,
    )
    assert first.content_hash == again.content_hash
    assert (
        first.content_hash != _letter(built_warehouse, marts, "sales_weekly", period="2026-W42").content_hash
    )


def test_the_last_complete_week_is_the_default(built_warehouse: BuiltWarehouse, marts: Any) -> None:
    # As of Sunday 2026-11-01 03:00 in Moscow: the week that began on 26 October is not over.
    assert _letter(built_warehouse, marts, "sales_weekly", period=None).period == "2026-W43"


@pytest.mark.parametrize(
    ("report", "more", "error"),
    [
        ("nothing", {}, (ConfigurationError, "choose one of positions")),
        ("positions", {"subject_id": "sever:topvisor:0"}, (ConfigurationError, "choose from")),
        ("positions", {}, (ConfigurationError, "name one")),
        ("sales_weekly", {"period": "2026-10"}, (ConfigurationError, "choose a week")),
        ("sales_weekly", {"period": "2019-W10"}, (NotPublished, "no figures of the week 2019-W10")),
        ("sales_weekly", {"language": "de"}, (ConfigurationError, "ru, en")),
    ],
)
def test_what_cannot_be_rendered_is_said(
    built_warehouse: BuiltWarehouse,
    marts: Any,
    report: str,
    more: dict[str, Any],
    error: tuple[type[Exception], str],
) -> None:
    kind, words = error
    with pytest.raises(kind, match=words):
        _letter(built_warehouse, marts, report, **more)


def test_a_period_without_checks_is_said(built_warehouse: BuiltWarehouse, marts: Any) -> None:
    project = subjects(marts, "positions", built_warehouse.settings.account("sever"))[0]
    with pytest.raises(NotPublished, match="was checked in 2019-W10"):
        _letter(built_warehouse, marts, "positions", subject_id=project, period="2019-W10")
