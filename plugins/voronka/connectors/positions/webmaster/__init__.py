"""Yandex Webmaster: hosts, and what Yandex showed of them for which queries."""

from voronka.connectors.positions.webmaster.connector import WebmasterConnector

__all__ = ["WebmasterConnector"]
