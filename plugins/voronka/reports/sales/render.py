"""The head-of-sales weekly as a letter. Pure: the same report gives the same letter."""

from __future__ import annotations

from itertools import groupby

from voronka.domain.letters import Letter
from voronka.reports import charts
from voronka.reports.language import Language
from voronka.reports.sales.context import MissedCalls, SalesReport
from voronka.reports.sales.sentences import sentences
from voronka.reports.templates import letter

HOURS = range(8, 21)


def render_sales(report: SalesReport, language: Language) -> Letter:
    """The letter of an account's week in a language."""
    told = sentences(report, language)
    trend, hours = _trend(report, language), _hours(report.missed, language)
    stock = [
        (name, list(rows), sum(r.stock for r in report.stock if r.pipeline_name == name))
        for name, rows in groupby(report.stock, key=lambda row: row.pipeline_name)
    ]
    return letter(
        report,
        language,
        name="sales_weekly",
        subject_id=report.account_id,
        subject=language.text(
            "sales_subject", account=report.account_name, period=language.period(report.span)
        ),
        preheader=" ".join(sentence.text for sentence in told[:2]),
        charts=[trend, hours],
        client_ids=(),
        values={
            "told": told,
            "trend": trend,
            "hours": hours,
            "stock": stock,
            "previous": str(report.span.previous),
            "missed_rows": _missed_rows(report.missed, language),
        },
    )


def _trend(report: SalesReport, language: Language) -> charts.Chart:
    names = {i: report.metric(i).name(language) for i in ("leads_created", "leads_won")}
    created, won = [p.created for p in report.trend], [p.won for p in report.trend]
    last = [
        f"{names[i]} {language.number(values[-1])}"
        for i, values in (("leads_created", created), ("leads_won", won))
        if values and values[-1] is not None
    ]
    title = language.text("sales_trend")
    alternative = (
        language.text("sales_trend_alternative", values=", ".join(last))
        if last
        else f"{title}. {language.text('no_data')}."
    )
    return charts.count_lines(
        charts.Caption("trend", title, alternative),
        [language.day(p.monday, "short") for p in report.trend],
        [
            charts.Line(language.text("sales_trend_created"), created),
            charts.Line(language.text("sales_trend_won"), won),
        ],
        language,
    )


def _hours(missed: MissedCalls, language: Language) -> charts.Chart:
    by_hour = {hour: (us, client, none) for hour, us, client, none in missed.hours}
    shown = range(min([*HOURS, *by_hour]), max([*HOURS, *by_hour]) + 1)
    rows = [by_hour.get(hour, (0, 0, 0)) for hour in shown]
    title = language.text("sales_missed_chart")
    if missed.attempts:
        hour, most = max(((h, sum(by_hour.get(h, (0,)))) for h in shown), key=lambda pair: pair[1])
        alternative = language.text(
            "sales_missed_alternative",
            hour=f"{hour:02d}:00",
            n=language.number(most),
            total=language.number(missed.attempts),
        )
    else:
        alternative = language.text("sales_missed_alternative_none")
    keys = ("sales_missed_us", "sales_missed_client", "sales_missed_lost")
    series = [(language.text(key), [row[n] for row in rows]) for n, key in enumerate(keys)]
    return charts.stacked_bars(
        charts.Caption("hours", title, alternative), [str(hour) for hour in shown], series, language
    )


def _missed_rows(missed: MissedCalls, language: Language) -> list[tuple[str, int, float | None]]:
    """Label, count, share of all attempts (None for what is no part of them)."""
    parts = [
        ("sales_missed_all", missed.attempts, False),
        ("sales_missed_us", missed.by_us, True),
        ("sales_missed_client", missed.by_client, True),
        ("sales_missed_lost", missed.not_recovered, True),
        ("sales_missed_working", missed.in_working_time, True),
        ("sales_missed_withheld", missed.withheld, True),
        ("sales_missed_repeats", missed.repeats, False),
    ]
    return [
        (language.text(key), count, count / missed.attempts if is_part and missed.attempts else None)
        for key, count, is_part in parts
    ]
