"""The position report's values out of the marts. Nothing is computed here that a mart holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from psycopg import Connection

from voronka.config import Account
from voronka.domain.errors import ConfigurationError, NotPublished
from voronka.domain.periods import Period
from voronka.reports.common import Figure, Metric, as_float, metrics, read
from voronka.reports.positions.context import DayPoint, Keyword, PositionsReport, Section, State

HISTORY_DAYS = 90
SPARK_CHECKS = 30
METRICS = ("top3_share", "top10_share", "top30_share", "visibility_topvisor", "mean_position", "checked")
_ENGINES = ("yandex", "google")
_DEVICES = ("desktop", "mobile")


class _Place(NamedTuple):
    engine: str
    region: str
    device: str


def projects(connection: Connection[Any], account: Account, only: Sequence[str] = ()) -> list[str]:
    """Our ids of the account's projects that are still tracked, by site.

    Args:
        only: our or the tracker's ids; all when empty.

    Raises:
        ConfigurationError: when one of ``only`` is no project of the account.
    """
    rows = read(
        connection,
        """
        select project_id, source_project_id
        from marts.dim_projects
        where account_id = %(account)s and kind = 'tracker' and not is_deleted
        order by site, project_id
        """,
        {"account": account.id},
    )
    if not only:
        return [row["project_id"] for row in rows]
    known = {
        name: row["project_id"] for row in rows for name in (row["source_project_id"], row["project_id"])
    }
    unknown = [name for name in only if name not in known]
    if unknown:
        raise ConfigurationError(
            f"Account {account.id} has no project {', '.join(unknown)}.",
            remedy="choose from " + (", ".join(sorted(known)[:20]) or "none: load its positions first") + ".",
        )
    return list(dict.fromkeys(known[name] for name in only))


def positions_report(
    connection: Connection[Any],
    account: Account,
    project_id: str,
    period: Period,
    *,
    as_of: datetime,
    run_id: str,
) -> PositionsReport:
    """A project's positions over a period.

    Raises:
        ConfigurationError: when the account has no such project.
        NotPublished: when nothing was checked in the period.
    """
    (project_id,) = projects(connection, account, [project_id])
    parameters = {"account": account.id, "project": project_id}
    (project,) = read(
        connection,
        """
        select projects.*, clients.client_name
        from marts.dim_projects as projects
        left join marts.dim_clients as clients
            on projects.account_id = clients.account_id and projects.client_id = clients.client_id
        where projects.account_id = %(account)s and projects.project_id = %(project)s
        """,
        parameters,
    )
    known = metrics(connection, account.id, METRICS)
    sections = _sections(connection, parameters, period, known)
    if not sections:
        raise NotPublished(
            f"No position of project {project_id} ({project['site']}) was checked in {period}.",
            remedy="choose a period with checks, or load positions of that period and run voronka transform.",
        )
    return PositionsReport(
        account_id=account.id,
        account_name=account.name,
        time_zone=account.time_zone,
        currency=account.currency,
        period=str(period),
        as_of=as_of,
        run_id=run_id,
        metrics=known,
        client_id=project["client_id"] or "",
        client_name=project["client_name"] or "",
        project_id=project_id,
        project_name=project["project_name"] or project["source_project_id"],
        site=project["site"] or "",
        sections=tuple(sections),
    )


def _sections(
    connection: Connection[Any], parameters: dict[str, Any], period: Period, known: Iterable[Metric]
) -> list[Section]:
    since = min(period.end - timedelta(days=HISTORY_DAYS - 1), period.previous.start)
    window = {**parameters, "since": since, "until": period.end}
    days: dict[_Place, dict[date, dict[str, Any]]] = defaultdict(dict)
    for row in read(
        connection,
        """
        select engine, region, device, checked_on, depth, keywords, checked, is_unweighted, top3_share, top10_share,
            top30_share, visibility_topvisor, mean_position
        from marts.position_summary_daily
        where account_id = %(account)s and project_id = %(project)s and checked_on between %(since)s and %(until)s
            and checked > 0
        order by checked_on, depth
        """,
        window,
    ):
        days[_Place(row["engine"], row["region"], row["device"])][row["checked_on"]] = row
    checks: dict[_Place, dict[str, dict[date, dict[str, Any]]]] = defaultdict(lambda: defaultdict(dict))
    for row in read(
        connection,
        """
        select engine, region, device, keyword, checked_on, state, position, depth, volume, url
        from marts.fct_positions
        where account_id = %(account)s and project_id = %(project)s and checked_on between %(since)s and %(until)s
        order by checked_on
        """,
        window,
    ):
        place = _Place(row["engine"], row["region"], row["device"])
        checks[place][row["keyword"]][row["checked_on"]] = row
    made = (
        _section(place, by_day, checks[place], period, known)
        for place, by_day in days.items()
        if max(by_day) >= period.start
    )
    return sorted(made, key=_order)


def _section(
    place: _Place,
    by_day: dict[date, dict[str, Any]],
    by_keyword: dict[str, dict[date, dict[str, Any]]],
    period: Period,
    known: Iterable[Metric],
) -> Section:
    day = max(by_day)
    before = max((d for d in by_day if d < period.start), default=None)
    now, then = by_day[day], by_day[before] if before else None
    depth = int(now["depth"])
    checked_days = sorted(by_day)[-SPARK_CHECKS:]
    first_day = min(by_day)
    return Section(
        engine=place.engine,
        region=place.region,
        device=place.device,
        depth=depth,
        checked_on=day,
        compared_on=before,
        tracked=now["keywords"],
        checked=now["checked"],
        is_unweighted=bool(now["is_unweighted"]),
        figures=tuple(_figure(metric, now, then) for metric in known),
        history=tuple(
            DayPoint(
                day=d,
                top3=as_float(row["top3_share"]),
                top10=as_float(row["top10_share"]),
                top30=as_float(row["top30_share"]),
                visibility=as_float(row["visibility_topvisor"]),
            )
            for d, row in sorted(by_day.items())
            if d > period.end - timedelta(days=HISTORY_DAYS)
        ),
        keywords=tuple(
            sorted(
                (
                    _keyword(keyword, rows, (day, before), checked_days, depth)
                    for keyword, rows in by_keyword.items()
                    if day in rows
                ),
                key=lambda k: (-(k.volume or 0), k.keyword),
            )
        ),
        unchecked_days=tuple(
            d for d in period.days if d not in by_day and d > first_day and _is_daily(by_day)
        ),
    )


def _figure(metric: Metric, now: dict[str, Any], then: dict[str, Any] | None) -> Figure:
    if metric.metric_id == "checked":
        return Figure(
            metric_id="checked",
            unit="count",
            direction="none",
            value=now["checked"],
            whole=float(now["keywords"]),
        )
    value = as_float(now[metric.metric_id])
    earlier = as_float(then[metric.metric_id]) if then else None
    change = None if value is None or earlier is None else value - earlier
    return Figure(
        metric_id=metric.metric_id, unit=metric.unit, direction=metric.direction, value=value, change=change
    )


def _keyword(
    keyword: str,
    rows: dict[date, dict[str, Any]],
    compared: tuple[date, date | None],
    checked_days: Sequence[date],
    depth: int,
) -> Keyword:
    day, before = compared
    now, then = rows[day], rows.get(before) if before else None
    state: State = now["state"]
    earlier: State = then["state"] if then else "not_checked"
    places = [row["position"] for row in rows.values() if row["position"] is not None]
    return Keyword(
        keyword=keyword,
        volume=now["volume"],
        url=now["url"] or "",
        state=state,
        position=now["position"],
        previous_state=earlier,
        previous_position=then["position"] if then else None,
        best=min(places) if places else None,
        history=tuple(_place(rows.get(d), depth) for d in checked_days),
    )


def _place(row: dict[str, Any] | None, depth: int) -> int | None:
    if row is None or row["state"] == "not_checked":
        return None
    return int(row["position"]) if row["position"] is not None else depth + 1


def _is_daily(by_day: dict[date, dict[str, Any]]) -> bool:
    """Whether checks are meant to be daily: over the last thirty days, more days have checks than have none."""
    last = max(by_day)
    span = min(30, (last - min(by_day)).days + 1)
    return sum(1 for d in by_day if (last - d).days < span) * 2 > span


def _order(section: Section) -> tuple[int, str, str, int]:
    """Yandex before Google before others, then region, desktop before mobile."""
    engine = _ENGINES.index(section.engine) if section.engine in _ENGINES else len(_ENGINES)
    device = _DEVICES.index(section.device) if section.device in _DEVICES else len(_DEVICES)
    return engine, section.engine, section.region, device
