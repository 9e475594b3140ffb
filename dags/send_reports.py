"""Reports to their recipients, by Airflow on schedule, from published data only.

**Re-run rule: interval.** A letter goes out once for a report, subject, period and recipient; running the Dag again
sends what is missing and nothing twice.
"""

from voronka.orchestration.send import send_reports_dag

dag = send_reports_dag(doc=__doc__)
