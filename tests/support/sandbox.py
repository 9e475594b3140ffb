"""Fixtures with the sandbox."""
