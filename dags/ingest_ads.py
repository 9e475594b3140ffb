"""What every account's advertisements cost into raw, through Airflow once a day.

**Re-run rule: interval.** A run reads the days in its data interval and the seven before them, whose costs are still
corrected; any interval can be run again and then shows the costs as the provider tells them now.
"""

from voronka.orchestration.ingest import ingest_dag

dag = ingest_dag("ads", doc=__doc__)
