"""Fixtures with the embedded Postgres."""
