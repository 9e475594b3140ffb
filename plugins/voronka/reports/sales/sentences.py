"""What changed in the week, in words that follow from values and from nothing else."""

from __future__ import annotations

from voronka.reports.common import Figure, Sentence
from voronka.reports.language import Language
from voronka.reports.sales.context import SalesReport

FEW_CLOSED = 30
NAMED = 3
COUNTED = ("leads_created", "leads_won", "won_amount")


def sentences(report: SalesReport, language: Language) -> list[Sentence]:
    """Company figures against the week before, missed calls, the best manager, the stock."""
    told: list[Sentence] = []
    for metric_id in COUNTED:
        figure = report.figure(metric_id)
        if figure is not None:
            told += _counted(report, figure, language)
    told += _win_rate(report, language)
    told += _missed(report, language)
    told += _best(report, language)
    if report.stock:
        total = sum(row.stock for row in report.stock)
        told.append(
            Sentence(
                language.count("sales_stock_sentence", total), "open_leads", 0, (language.number(total),)
            )
        )
    return told


def _counted(report: SalesReport, figure: Figure, language: Language) -> list[Sentence]:
    if figure.value is None or figure.change is None:
        return []
    name = report.metric(figure.metric_id).name(language)
    value = language.value(figure.value, figure.unit, report.currency)
    if not figure.is_visible:
        return [
            Sentence(language.text("sales_count_same", name=name, value=value), figure.metric_id, 0, (value,))
        ]
    change = language.value(abs(figure.change), figure.unit, report.currency)
    key = "sales_count_up" if figure.change > 0 else "sales_count_down"
    text = language.text(key, name=name, value=value, change=change)
    return [Sentence(text, figure.metric_id, figure.change, (value, change))]


def _win_rate(report: SalesReport, language: Language) -> list[Sentence]:
    figure = report.figure("win_rate_narrow")
    told: list[Sentence] = []
    if figure is None or figure.value is None:
        return told
    if figure.change is not None:
        name, value = report.metric(figure.metric_id).name(language), language.percent(figure.value)
        change = language.change(abs(figure.change), "share").lstrip("+")
        key = "share_same" if not figure.is_visible else "share_up" if figure.change > 0 else "share_down"
        text = language.text(key, name=name, value=value, change=change)
        printed = (value, change) if figure.is_visible else (value,)
        told.append(Sentence(text, figure.metric_id, figure.change if figure.is_visible else 0, printed))
    if report.closed is not None and report.closed < FEW_CLOSED:
        text = language.count("sales_win_basis", report.closed)
        told.append(Sentence(text, figure.metric_id, 0, (language.number(report.closed),)))
    return told


def _missed(report: SalesReport, language: Language) -> list[Sentence]:
    missed = report.missed
    if not missed.attempts:
        return [Sentence(language.text("sales_missed_none"), "calls_missed", 0)]
    back, lost = missed.by_us + missed.by_client, missed.not_recovered
    text = language.count(
        "sales_missed",
        missed.attempts,
        back=language.count("sales_recovered", back),
        none=language.count("sales_not_recovered", lost),
    )
    return [
        Sentence(text, "calls_missed", 0, tuple(language.number(n) for n in (missed.attempts, back, lost)))
    ]


def _best(report: SalesReport, language: Language) -> list[Sentence]:
    won = {
        m.name: figure.value for m in report.managers if (figure := m.figure("leads_won")) and figure.value
    }
    if not won:
        return []
    most = max(won.values())
    names = [name for name, value in won.items() if value == most]
    if len(names) > NAMED:
        return []
    if len(names) > 1:
        text = language.text("sales_best_shared", names=", ".join(names), won=language.number(most))
    else:
        text = language.text("sales_best", name=names[0], won=language.count("sales_won", int(most)))
    return [Sentence(text, "leads_won", 0, (language.number(most),))]
