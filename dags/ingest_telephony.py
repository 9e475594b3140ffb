"""Calls of every account into raw, through Airflow once an hour.

**Re-run rule: interval.** Each run reads its data interval and the three days before it, because recordings, tags
and durations arrive late. Any interval can be run again with the same result.
"""

from voronka.orchestration.ingest import ingest_dag

dag = ingest_dag("telephony", doc=__doc__)
