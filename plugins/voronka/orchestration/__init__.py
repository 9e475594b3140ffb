"""The only package that imports Airflow: Dag factories, the retry policy, what happens on failure.

Every task parses its Dag file first, so a Dag imports its own factory and no more, and factories import what their
tasks do inside the tasks.
"""
