"""How the demo ends: the warehouse's figures beside the sandbox's own truth, and where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from voronka import database
from voronka.config import load_settings, state_folder
from voronka.connectors.sheets.layouts import LAYOUTS
from voronka.database import Role


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that the sandbox states and the warehouse must equal: where it is in the truth, and our query."""

    label: str
    truth: str
    query: str
    role: Role = "app"


def _raw(entity: str) -> str:
    return f"select count(*) from raw.{entity} where account_id = %(account)s and deleted_at is null"  # noqa: S608 -- names of ours


def _rows_of(entities: Sequence[str]) -> str:
    return "select " + " + ".join(f"({_raw(entity)})" for entity in entities)


OTHER_SHEETS = tuple(
    f"sheets_{layout}" for layout in LAYOUTS if layout not in ("contracts", "plans", "roster", "spend")
)
COUNTED = (
    "not is_deleted and merged_into_lead_id is null and not is_spam and not is_test and not is_duplicate"
)
LEADS = f"from marts.fct_leads where account_id = %(account)s and {COUNTED}"
CALLS = "from marts.fct_calls where account_id = %(account)s"
RECONCILED = "from marts.call_reconciliation_daily where account_id = %(account)s"
POSITIONS = "from marts.fct_positions where account_id = %(account)s and provider = 'topvisor'"
SECOND = "from marts.fct_positions where account_id = %(account)s and provider = 'seranking'"
SHOWN = "from marts.fct_query_averages where account_id = %(account)s and provider"

FIGURES: tuple[Figure, ...] = (
    Figure("leads in the CRM", "rows.leads", _raw("amocrm_leads"), "transformer"),
    Figure("contacts", "rows.contacts", _raw("amocrm_contacts"), "transformer"),
    Figure("companies", "rows.companies", _raw("amocrm_companies"), "transformer"),
    Figure("tasks", "rows.tasks", _raw("amocrm_tasks"), "transformer"),
    Figure("notes", "rows.notes", _raw("amocrm_notes"), "transformer"),
    Figure("events", "rows.events", _raw("amocrm_events"), "transformer"),
    Figure("incoming requests", "rows.unsorted", _raw("amocrm_unsorted"), "transformer"),
    Figure("segments of buyers", "rows.segments", _raw("amocrm_segments"), "transformer"),
    Figure("elements of lists", "rows.catalog_elements", _raw("amocrm_catalog_elements"), "transformer"),
    Figure("owners of links", "rows.links", _raw("amocrm_links"), "transformer"),
    Figure(
        "links",
        "linked",
        "select count(*) from staging.stg_amocrm__links where account_id = %(account)s",
        "transformer",
    ),
    Figure(
        "invoices paid, amount",
        "invoices.paid_amount",
        "select coalesce(sum(price) filter (where is_paid), 0) from staging.stg_amocrm__invoices"
        " where account_id = %(account)s",
        "transformer",
    ),
    Figure("leads counted", "leads.counted", f"select count(*) {LEADS}"),
    Figure("  won", "leads.won", f"select count(*) filter (where status = 'won') {LEADS}"),
    Figure("  lost", "leads.lost", f"select count(*) filter (where status = 'lost') {LEADS}"),
    Figure(
        "  won amount",
        "leads.won_amount",
        f"select coalesce(sum(amount) filter (where status = 'won'), 0) {LEADS}",
    ),
    Figure(
        "stage entries",
        "flow.entries",
        "select sum(entries) from marts.funnel_flow_daily where account_id = %(account)s",
    ),
    Figure("calls", "calls.total", f"select count(*) {CALLS}"),
    Figure("  missed", "calls.missed", f"select count(*) filter (where is_missed) {CALLS}"),
    Figure(
        "  recovered by us",
        "calls.recovered_by_us",
        f"select count(*) filter (where is_missed and recovered_by = 'us' and not is_spam) {CALLS}",
    ),
    Figure(
        "  recovered by the client",
        "calls.recovered_by_client",
        f"select count(*) filter (where is_missed and recovered_by = 'client' and not is_spam) {CALLS}",
    ),
    Figure("  noted in the CRM", "call_notes.matched", f"select sum(matched) {RECONCILED}"),
    Figure("  notes the CRM lacks", "call_notes.missing_in_crm", f"select sum(missing_in_crm) {RECONCILED}"),
    Figure(
        "payments", "payments.count", "select count(*) from marts.fct_payments where account_id = %(account)s"
    ),
    Figure(
        "  amount",
        "payments.amount",
        "select coalesce(sum(amount), 0) from marts.fct_payments where account_id = %(account)s",
    ),
    Figure(
        "payments by the bank",
        "bank.count",
        "select sum(bank_payments) from marts.payment_reconciliation_monthly where account_id = %(account)s",
    ),
    Figure(
        "  amount",
        "bank.amount",
        "select sum(bank_amount) from marts.payment_reconciliation_monthly where account_id = %(account)s",
    ),
    Figure(
        "  without a client",
        "bank.unmatched",
        "select count(*) from marts.unmatched_payments where account_id = %(account)s",
    ),
    Figure("contracts in the sheet", "rows.sheet_contracts", _raw("sheets_contracts"), "transformer"),
    Figure("plans in the sheet", "rows.sheet_plans", _raw("sheets_plans"), "transformer"),
    Figure("rows in the other sheets", "rows.sheets_other", _rows_of(OTHER_SHEETS), "transformer"),
    *(
        Figure(
            label,
            f"people.{truth}",
            f"select coalesce(sum({measure}), 0) from marts.{mart} where account_id = %(account)s",  # noqa: S608 -- names of ours
        )
        for label, truth, measure, mart in (
            ("items scored", "scored_items", "items", "call_scores"),
            (
                "  weight met in calls",
                "call_points",
                "case subject_type when 'call' then counted_weight end",
                "call_scores",
            ),
            ("candidates", "candidates", "responses", "recruiting_monthly"),
            ("  hired", "candidates_hired", "hired", "recruiting_monthly"),
            ("hours spent", "hours_spent", "actual_hours", "load_by_client_monthly"),
            ("leads of partners", "partner_leads", "leads", "partners"),
        )
    ),
    Figure(
        "positions checked", "positions.checked", f"select count(*) {POSITIONS} and state <> 'not_checked'"
    ),
    Figure("  found", "positions.found", f"select count(*) {POSITIONS} and state = 'found'"),
    Figure("  in the top 10", "positions.top10", f"select count(*) {POSITIONS} and position <= 10"),
    Figure("  by SE Ranking", "seranking.checked", f"select count(*) {SECOND} and state <> 'not_checked'"),
    Figure("    found", "seranking.found", f"select count(*) {SECOND} and state = 'found'"),
    *(
        Figure(
            f"{measure} in {label}",
            f"{provider}.{measure}",
            f"select coalesce(sum({measure}), 0) {SHOWN} = '{provider}'",
        )
        for provider, label in (("webmaster", "Yandex Webmaster"), ("gsc", "Search Console"))
        for measure in ("impressions", "clicks")
    ),
)

LISTS: tuple[Figure, ...] = (
    Figure(
        "funnel cells by cohort (three modes)",
        "cohorts",
        """
        select
            to_char(c.cohort_month, 'YYYY-MM-DD') as cohort_month,
            split_part(c.pipeline_id, ':', 3) as pipeline_id,
            split_part(c.stage_id, ':', 4) as stage_id,
            c.leads_any, c.leads_strict, c.leads_filled
        from marts.funnel_cohorts as c
        where c.account_id = %(account)s
        """,
    ),
    Figure(
        "movements of recurring revenue by month",
        "mrr",
        """
        select
            to_char(m.month_start, 'YYYY-MM-DD') as month_start,
            m.mrr_start::float8, m.new::float8, m.expansion::float8, m.contraction::float8, m.churn::float8,
            m.reactivation::float8, m.mrr_end::float8
        from marts.mrr_monthly as m
        where
            m.account_id = %(account)s
            and m.month_start < (select max(r.month_start) from marts.mrr_monthly as r where r.account_id = m.account_id)
        """,
    ),
)


def _pick(truth: Mapping[str, Any], path: str) -> Any:
    value: Any = truth
    for key in path.split("."):
        value = value[key]
    return value


def _plain(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value)).normalize()


def compare(truth: Mapping[str, Any], account_id: str) -> list[tuple[str, Any, Any, bool]]:
    """(label, warehouse, truth, equal) for every figure of an account."""
    rows: list[tuple[str, Any, Any, bool]] = []
    with database.connect("app") as app, database.connect("transformer") as transformer:
        connections = {"app": app, "transformer": transformer}
        for figure in FIGURES:
            found = connections[figure.role].execute(figure.query, {"account": account_id}).fetchone()
            ours, theirs = found[0] if found else None, _pick(truth, figure.truth)
            rows.append((figure.label, ours, theirs, _plain(ours) == _plain(theirs)))
        for figure in LISTS:
            cursor = app.execute(figure.query, {"account": account_id})
            names = [c.name for c in cursor.description or ()]
            ours_set = {tuple(str(v) for v in row) for row in cursor}
            theirs_set = {tuple(str(cell[n]) for n in names) for cell in _pick(truth, figure.truth)}
            rows.append((figure.label, len(ours_set & theirs_set), len(theirs_set), ours_set == theirs_set))
    return rows


def versions() -> int:
    """How many record versions raw holds, current and replaced: a second run over the same world must add none."""
    with database.connect("transformer") as connection:
        tables = connection.execute(
            """
            select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname = 'raw' and c.relkind in ('r', 'p') and not c.relispartition
            """
        ).fetchall()
        total = 0
        for (name,) in tables:
            row = connection.execute(f'select count(*) from raw."{name}"').fetchone()  # noqa: S608 -- catalogue names
            total += row[0] if row else 0
    return total


def tell(
    console: Console,
    *,
    sandbox: str,
    airflow_address: str,
    airflow_user: str,
    before: int,
    transform_run: str,
    seconds: float,
) -> bool:
    """Print the closing tables; whether every figure agreed."""
    agreed = True
    accounts = [a.id for a in load_settings().accounts]
    grid = Table(
        title="Warehouse beside the sandbox's truth", title_justify="left", box=None, header_style="dim"
    )
    grid.add_column("", no_wrap=True)
    compared: list[list[tuple[str, Any, Any, bool]]] = []
    for account_id in accounts:
        truth = requests.get(f"{sandbox}/sandbox/truth", params={"account": account_id}, timeout=120).json()
        compared.append(compare(truth, account_id))
        for heading in (account_id, "truth", ""):
            grid.add_column(heading, justify="right")
    for lines in zip(*compared, strict=True):
        cells = [lines[0][0]]
        for _, ours, theirs, equal in lines:
            cells += [_number(ours), _number(theirs), "[green]=[/green]" if equal else "[red]≠[/red]"]
            agreed &= equal
        grid.add_row(*cells)
    console.print(grid)
    _tell_checks(console, transform_run)
    _tell_letters(console, sandbox)
    console.print(f"New record versions in raw: {_number(versions() - before)}")
    console.print(
        f"\n[bold]Look at[/bold]\n  mailbox   {sandbox}/mailbox/\n  Airflow   {airflow_address}  ({airflow_user})"
    )
    for label, page in (("letters", "reports/index.html"), ("checks", "data_docs/index.html")):
        console.print(f"  {label:<9} {(state_folder() / page).as_uri()}", soft_wrap=True)
    console.print(f"  warehouse {_bi_address()}", soft_wrap=True)
    console.print(
        f"\n{'All figures agree.' if agreed else '[red]Some figures differ.[/red]'} It took {seconds:.0f} s."
    )
    console.print("Stop it with [bold]make down[/bold].")
    return agreed


def _tell_checks(console: Console, transform_run: str) -> None:
    with database.connect("app") as connection:
        rows: Sequence[Any] = connection.execute(
            """
            select gate, count(*), count(*) filter (where success), count(*) filter (where not success)
            from ops.check_results where run_id = %s group by gate order by gate desc
            """,
            (transform_run,),
        ).fetchall()
    for gate, total, held, warned in rows:
        console.print(f"Gate {gate}: {total} expectations, {held} held, {warned} warnings")


def _tell_letters(console: Console, sandbox: str) -> None:
    messages = requests.get(f"{sandbox}/mailbox/api/messages", timeout=30).json()
    listed = messages if isinstance(messages, list) else messages["messages"]
    with database.connect("app") as connection:
        row = connection.execute("select count(*) from ops.deliveries where status = 'sent'").fetchone()
    console.print(f"Letters sent: {row[0] if row else 0}, in the mailbox: {len(listed)}")


def _bi_address() -> str:
    parts = database.parts("bi")
    return f"postgresql://{parts['user']}:…@{parts['host']}:{parts['port']}/{parts['database']} (password in {state_folder() / 'secrets.env'})"


def _number(value: Any) -> str:
    if value is None:
        return "–"
    number = Decimal(str(value))
    text = f"{number:,.2f}" if number != number.to_integral_value() else f"{int(number):,}"
    return text.replace(",", " ")
