"""Compares every CRM id with ours once a week, through Airflow, and keeps the integrations' tokens alive.

**Re-run rule: now.** A sweep looks at what the CRM lists now; run it again at any time. Leads, contacts, companies and
tasks that the CRM no longer lists were purged or merged away: they are marked, never removed. When over a fifth would be
marked the sweep stops and names the command to look and to accept. Tokens that nothing has renewed for six days are.
"""

from voronka.orchestration.sweep import sweep_dag

dag = sweep_dag(doc=__doc__)
