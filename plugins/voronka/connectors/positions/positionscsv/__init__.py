"""Checks of any other tracker out of a folder of CSV files."""

from voronka.connectors.positions.positionscsv.connector import PositionsFolder

__all__ = ["PositionsFolder"]
