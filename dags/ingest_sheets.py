"""Contracts, plans, roster and spend that every account keeps in spreadsheets into raw, through Airflow once a day.

**Re-run rule: now.** A sheet has no past: a run reads it as it is, whatever its data interval says. Rows that break the
rules go to the quarantine, cell by cell, and their last sound version stays in force.
"""

from voronka.orchestration.ingest import ingest_dag

dag = ingest_dag("sheets", doc=__doc__)
