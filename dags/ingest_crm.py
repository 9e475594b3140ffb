"""CRM of every account into raw, through Airflow once an hour.

**Re-run rule: interval.** A run reads what changed in its data interval; any interval can be run again, alone or
by `airflow backfill create`, with the same result. By hand: trigger with `from` and `to`.
"""

from voronka.orchestration.ingest import ingest_dag

dag = ingest_dag("crm", doc=__doc__)
