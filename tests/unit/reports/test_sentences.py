"""Every sentence agrees with the values it was made of, for many made-up values."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from voronka.reports import gallery
from voronka.reports.common import Figure, Sentence
from voronka.reports.language import LANGUAGES, Language
from voronka.reports.positions.context import Keyword, PositionsReport, Section
from voronka.reports.positions.sentences import sentences as position_sentences
from voronka.reports.sales.context import Manager, MissedCalls, SalesReport
from voronka.reports.sales.sentences import sentences as sales_sentences

POSITIONS = PositionsReport.model_validate_json(gallery._sample("positions"))
SALES = SalesReport.model_validate_json(gallery._sample("sales_weekly"))
UP = re.compile(r"рост|вырос|больше|[Вв]ош[её]?л|up by|more than|rise|entered")
DOWN = re.compile(r"снижен|упал|меньше|[Вв]ыш[её]?л|down by|less than|fall|left")
SEEDS = range(60)


def _position(draw: random.Random) -> tuple[str, int | None]:
    state = draw.choice(["found", "found", "found", "not_found", "not_checked"])
    return state, draw.randint(1, 100) if state == "found" else None


def _section(draw: random.Random) -> Section:
    keywords = []
    for number in range(draw.choice([0, 1, 2, 5, 11, 21, 22, 40])):
        (state, position), (before, place) = _position(draw), _position(draw)
        if draw.random() < 0.2:
            before, place = state, position
        keywords.append(
            Keyword(
                keyword=f"запрос {number}",
                volume=1,
                url="",
                state=state,
                position=position,
                previous_state=before,
                previous_position=place,
                best=position,
                history=(),
            )
        )
    figures = tuple(
        Figure(
            metric_id=metric_id,
            unit="share",
            direction="up",
            value=draw.random(),
            change=draw.choice([None, 0.0, 0.0004, -0.0004, draw.uniform(-0.5, 0.5)]),
        )
        for metric_id in ("visibility_topvisor", "top10_share")
    )
    return Section(
        engine="yandex",
        region="Москва",
        device="desktop",
        depth=100,
        checked_on=date(2026, 11, 22),
        compared_on=draw.choice([None, date(2026, 11, 15), date(2026, 11, 15)]),
        tracked=len(keywords),
        checked=sum(k.state != "not_checked" for k in keywords),
        is_unweighted=False,
        figures=figures,
        history=(),
        keywords=tuple(keywords),
        unchecked_days=tuple(date(2026, 11, 16) + timedelta(days=n) for n in range(draw.randint(0, 6))),
    )


def _agrees(sentence: Sentence) -> None:
    for printed in sentence.printed:
        assert printed in sentence.text, sentence
    assert "None" not in sentence.text
    assert "{" not in sentence.text
    assert sentence.text[0] == sentence.text[0].upper()
    assert sentence.text.endswith(".")
    assert not sentence.text.endswith("..")


def _points_the_right_way(sentence: Sentence) -> None:
    if (sentence.metric_id == "movement" and "out of" in sentence.text) or (
        "из" in sentence.text.split("топ")[0] and "проверенн" in sentence.text
    ):
        return  # counts of both directions
    says_up, says_down = bool(UP.search(sentence.text)), bool(DOWN.search(sentence.text))
    if sentence.change > 0:
        assert says_up, sentence
        assert not says_down, sentence
    elif sentence.change < 0:
        assert says_down, sentence
        assert not says_up, sentence


@pytest.mark.parametrize(("seed", "code"), list(product(SEEDS, LANGUAGES)))
def test_position_sentences_agree_with_their_values(seed: int, code: str) -> None:
    language = Language(code)
    section = _section(random.Random(seed))
    told = position_sentences(POSITIONS, section, language)
    for sentence in told:
        _agrees(sentence)
        _points_the_right_way(sentence)
    text = " ".join(sentence.text for sentence in told)
    up = [
        k for k in section.keywords if k.position and k.previous_position and k.position < k.previous_position
    ]
    entered = [k for k in section.keywords if k.state == "found" and k.previous_state == "not_found"]
    if section.compared_on is None:
        assert len([s for s in told if s.metric_id in ("movement", "range", "top10_share")]) == 0
    else:
        assert (language.count("pos_up", len(up)).lower() in text.lower()) == bool(
            section.same_set and (up or section.down)
        )
        assert any(s.metric_id == "range" and s.change > 0 for s in told) == bool(entered)
    unchecked = [k for k in section.keywords if k.state == "not_checked"]
    if unchecked:
        assert language.number(len(unchecked)) in text
        assert unchecked[0].keyword in text


@pytest.mark.parametrize(
    ("change", "word"),
    [(0.0004, "без изменений"), (-0.0004, "без изменений"), (0.0006, "рост"), (-0.0006, "снижение")],
)
def test_what_nobody_can_see_is_no_change(change: float, word: str) -> None:
    section = POSITIONS.sections[0]
    figures = tuple(f.model_copy(update={"change": change}) for f in section.figures)
    told = position_sentences(POSITIONS, section.model_copy(update={"figures": figures}), Language("ru"))
    assert word in told[0].text


def _week(draw: random.Random) -> SalesReport:
    attempts = draw.choice([0, 1, 2, 5, 11, 21, 104])
    us = draw.randint(0, attempts)
    client = draw.randint(0, attempts - us)
    changes: list[Any] = [None, 0, draw.randint(-30, 30)]
    figures = tuple(
        f.model_copy(
            update={
                "value": draw.choice([None, float(draw.randint(0, 200))])
                if f.unit != "share"
                else draw.random(),
                "change": draw.choice(changes) if f.unit != "share" else draw.uniform(-0.2, 0.2),
            }
        )
        for f in SALES.figures
    )
    managers = tuple(
        Manager(
            name=f"М{n}",
            team=None,
            figures=tuple(
                f.model_copy(update={"value": float(draw.randint(0, 3))}) for f in SALES.managers[0].figures
            ),
        )
        for n in range(draw.randint(0, 4))
    )
    missed = MissedCalls(
        attempts=attempts, repeats=0, by_us=us, by_client=client, in_working_time=0, withheld=0, hours=()
    )
    closed = draw.choice([None, 1, 2, 5, 21, 29, 30, 400])
    return SALES.model_copy(
        update={"figures": figures, "managers": managers, "missed": missed, "closed": closed}
    )


@pytest.mark.parametrize(("seed", "code"), list(product(SEEDS, LANGUAGES)))
def test_sales_sentences_agree_with_their_values(seed: int, code: str) -> None:
    language = Language(code)
    report = _week(random.Random(seed))
    told = sales_sentences(report, language)
    for sentence in told:
        _agrees(sentence)
        _points_the_right_way(sentence)
    by_metric = {s.metric_id: s for s in told if s.change}
    for figure in report.figures:
        if figure.metric_id in by_metric:
            assert figure.change is not None
            assert (by_metric[figure.metric_id].change > 0) == (figure.change > 0)
    text = " ".join(s.text for s in told)
    few = report.closed is not None and report.closed < 30
    assert (language.count("sales_win_basis", report.closed or 0) in text) == (
        few and report.closed is not None
    )
    if report.missed.attempts:
        lost = report.missed.attempts - report.missed.by_us - report.missed.by_client
        assert language.count("sales_not_recovered", lost) in text


def test_equal_winners_are_all_named_unless_they_are_many() -> None:
    def told(winners: int) -> str:
        managers = tuple(SALES.managers[0].model_copy(update={"name": f"М{n}"}) for n in range(winners))
        return " ".join(
            s.text for s in sales_sentences(SALES.model_copy(update={"managers": managers}), Language("ru"))
        )

    assert "Больше всего побед: М0, 4 победы." in told(1)
    assert "Больше всего побед: М0, М1, у каждого по 4." in told(2)
    assert "Больше всего побед" not in told(4)
