"""What changed, in words that follow from values and from nothing else."""

from __future__ import annotations

from voronka.reports.common import Figure, Sentence
from voronka.reports.language import Language
from voronka.reports.positions.context import PositionsReport, Section

FEW_KEYWORDS = 10
NAMED = 3


def sentences(report: PositionsReport, section: Section, language: Language) -> list[Sentence]:
    """Three to seven sentences about a section; differences only where there is a day to compare with."""
    told: list[Sentence] = []
    if section.compared_on is None:
        told.append(Sentence(language.text("pos_nothing_to_compare"), "", 0))
    else:
        for metric_id in ("visibility_topvisor", "top10_share"):
            told += _share(report, section.figure(metric_id), language)
        told += _movement(section, language)
        told += _range(section, language)
    told += _unchecked(section, language)
    if section.checked < FEW_KEYWORDS:
        told.append(
            Sentence(
                language.count("pos_few", section.checked), "checked", 0, (language.number(section.checked),)
            )
        )
    return told


def _share(report: PositionsReport, figure: Figure, language: Language) -> list[Sentence]:
    if figure.value is None or figure.change is None:
        return []
    name = report.metric(figure.metric_id).name(language)
    value, change = language.percent(figure.value), language.change(abs(figure.change), "share").lstrip("+")
    if figure.verdict == "same":
        return [Sentence(language.text("share_same", name=name, value=value), figure.metric_id, 0, (value,))]
    key = "share_up" if figure.change > 0 else "share_down"
    text = language.text(key, name=name, value=value, change=change)
    return [Sentence(text, figure.metric_id, figure.change, (value, change))]


def _movement(section: Section, language: Language) -> list[Sentence]:
    up, down, same = len(section.up), len(section.down), len(section.same_set)
    if not same:
        return [Sentence(language.text("pos_no_same_set"), "", 0)]
    if not up and not down:
        return [Sentence(language.count("pos_no_movement", same), "movement", 0, (language.number(same),))]
    pieces = [language.count("pos_up", up), language.count("pos_down", down)]
    text = language.text(
        "pos_movement", up=pieces[0], down=pieces[1], same=language.count("pos_of_same", same)
    )
    told = [
        Sentence(_capital(text), "movement", up - down, tuple(language.number(n) for n in (up, down, same)))
    ]
    for leader, key in ((section.up[:1], "pos_leader_up"), (section.down[:1], "pos_leader_down")):
        for k in leader:
            places = language.number(k.previous_position), language.number(k.position)
            text = language.text(key, keyword=k.keyword, before=places[0], now=places[1])
            told.append(Sentence(text, "movement", k.movement or 0, places))
    return told


def _range(section: Section, language: Language) -> list[Sentence]:
    told = []
    for keywords, key, sign in ((section.entered, "pos_entered", 1), (section.left, "pos_left", -1)):
        if keywords:
            text = language.count(
                key, len(keywords), depth=section.depth, names=_names([k.keyword for k in keywords], language)
            )
            told.append(Sentence(text, "range", sign * len(keywords), (language.number(len(keywords)),)))
    return told


def _unchecked(section: Section, language: Language) -> list[Sentence]:
    told = []
    missing = section.unchecked
    if missing:
        text = language.count(
            "pos_unchecked",
            len(missing),
            day=language.day(section.checked_on, "words"),
            names=_names([k.keyword for k in missing], language),
        )
        told.append(Sentence(text, "checked", 0, (language.number(len(missing)),)))
    if section.unchecked_days:
        days = [language.day(d, "words") for d in section.unchecked_days]
        text = language.count(
            "pos_unchecked_days", len(days), days=_names(days, language, quote=False, most=7)
        )
        told.append(Sentence(text, "checked", 0, (language.number(len(days)),)))
    return told


def _names(names: list[str], language: Language, *, quote: bool = True, most: int = NAMED) -> str:
    shown = [language.text("quoted", text=n) if quote else n for n in names[:most]]
    rest = len(names) - most
    return ", ".join(shown) + (" " + language.count("and_more", rest) if rest > 0 else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
