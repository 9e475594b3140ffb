"""Topvisor API v2."""

from voronka.connectors.positions.topvisor.connector import TopvisorConnector

__all__ = ["TopvisorConnector"]
