"""Google Search Console: properties, and what Google showed of them for which queries."""

from voronka.connectors.positions.gsc.connector import GscConnector

__all__ = ["GscConnector"]
