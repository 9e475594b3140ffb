"""Voronka: the warehouse of a digital agency."""

__version__ = "0.1.0"
