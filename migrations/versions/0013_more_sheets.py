"""Raw tables of more sheets: rates, payroll, services, scores, hours, candidates, goals, work and the rest."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LAYOUTS = (
    "rates",
    "payroll",
    "services",
    "partner_terms",
    "salary_index",
    "hours",
    "call_scores",
    "candidates",
    "certificates",
    "posts_talks",
    "links",
    "competitors",
    "work_log",
    "goals",
    "pulse_phone",
    "contact_results",
)


def upgrade() -> None:
    """Make a table and its history for every layout."""
    bind = op.get_bind()
    for layout in LAYOUTS:
        run(bind, *raw_table("sheets", layout))
