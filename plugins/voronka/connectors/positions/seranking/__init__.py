"""SE Ranking: sites, engines, keywords, positions."""

from voronka.connectors.positions.seranking.connector import SeRankingConnector

__all__ = ["SeRankingConnector"]
