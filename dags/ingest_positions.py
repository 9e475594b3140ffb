"""Search positions of every account's projects into raw, through Airflow once a day.

**Re-run rule: interval.** A run reads the checks of the days in its data interval; any interval can be run again
with the same result.
"""

from voronka.orchestration.ingest import ingest_dag

dag = ingest_dag("positions", doc=__doc__)
