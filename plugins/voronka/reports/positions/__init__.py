"""Positions of a project."""
