"""Raw to published marts, started by Airflow when sources were loaded.

**Re-run rule: now.** A run builds from all that raw holds at that moment: gate, fit, dbt, gate, publish. A failed
critical expectation stops it; reports then go on reading nothing newer than the last published run.
"""

from voronka.orchestration.transform import transform_dag

dag = transform_dag(doc=__doc__)
