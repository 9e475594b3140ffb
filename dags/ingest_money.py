"""Bank statements that every account keeps in a folder into raw, through Airflow once an hour.

**Re-run rule: now.** A folder has no past: a run reads all its files as they are, whatever its data interval says. A
payment stays when its file is moved away; documents that cannot be read go to the quarantine with file, line and key.
"""

from voronka.orchestration.ingest import ingest_dag

dag = ingest_dag("money", doc=__doc__)
