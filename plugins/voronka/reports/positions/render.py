"""The position report as a letter. Pure: the same report gives the same letter."""

from __future__ import annotations

from voronka.domain.letters import Letter
from voronka.reports import charts
from voronka.reports.common import Sentence
from voronka.reports.language import Language
from voronka.reports.positions.context import PositionsReport, Section
from voronka.reports.positions.sentences import sentences
from voronka.reports.sparklines import spark_svg, spark_text
from voronka.reports.templates import letter

OVERVIEW = ("top10_share", "visibility_topvisor", "top3_share", "mean_position")


def render_positions(report: PositionsReport, language: Language) -> Letter:
    """The letter of a project's positions in a language."""
    drawn = [_charts(report, section, number, language) for number, section in enumerate(report.sections)]
    told = [sentences(report, section, language) for section in report.sections]

    def word(state: str, position: int | None, depth: int) -> str:
        if state == "found":
            return language.number(position)
        return language.text(f"state_{state}", depth=depth)

    return letter(
        report,
        language,
        name="positions",
        subject_id=report.project_id,
        subject=language.text(
            "pos_subject", site=report.site or report.project_name, period=language.period(report.span)
        ),
        preheader=_preheader(told),
        charts=[chart for pair in drawn for chart in pair],
        client_ids=(report.client_id,) if report.client_id else (),
        values={
            "titles": [title(section, language) for section in report.sections],
            "overview": OVERVIEW,
            "drawn": drawn,
            "told": told,
            "word": word,
            "spark_svg": spark_svg,
            "spark_text": spark_text,
        },
    )


def title(section: Section, language: Language) -> str:
    """``Яндекс, Москва, компьютер``; a name the catalogue does not know stands as it is."""
    names = []
    for kind, name in (("engine", section.engine), ("device", section.device)):
        try:
            names.append(language.text(f"{kind}_{name.lower()}"))
        except KeyError:
            names.append(name)
    return language.text("pos_section", engine=names[0], region=section.region, device=names[1])


def _charts(report: PositionsReport, section: Section, number: int, language: Language) -> list[charts.Chart]:
    days = [point.day for point in section.history]
    tops = [
        charts.Line(language.text("pos_top", n=3), [p.top3 for p in section.history]),
        charts.Line(language.text("pos_top", n=10), [p.top10 for p in section.history]),
        charts.Line(language.text("pos_top", n=30), [p.top30 for p in section.history]),
    ]
    visibility_name = report.metric("visibility_topvisor").name(language)
    seen = [charts.Line("", [p.visibility for p in section.history])]
    drawn = []
    for name, heading, series in (
        ("tops", language.text("pos_chart_tops"), tops),
        ("visibility", language.text("pos_chart_visibility", name=visibility_name), seen),
    ):
        values = ", ".join(
            f"{line.label} {language.percent(line.values[-1])}".strip()
            for line in series
            if line.values and line.values[-1] is not None
        )
        alternative = (
            language.text("pos_alternative", title=heading, day=language.day(days[-1]), values=values)
            if values
            else f"{heading}. {language.text('no_data')}."
        )
        drawn.append(
            charts.lines(charts.Caption(f"{name}-{number}", heading, alternative), days, series, language)
        )
    return drawn


def _preheader(told: list[list[Sentence]]) -> str:
    return " ".join(sentence.text for sentence in (told[0] if told else [])[:2])
