"""The only package that imports Airflow: Dag factories, the retry policy, what happens on failure."""

from voronka.orchestration.ingest import ingest_dag
from voronka.orchestration.send import send_reports_dag
from voronka.orchestration.transform import transform_dag

__all__ = ["ingest_dag", "send_reports_dag", "transform_dag"]
