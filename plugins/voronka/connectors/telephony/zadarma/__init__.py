"""Zadarma API v1 (and the services that speak the same)."""

from voronka.connectors.telephony.zadarma.connector import ZadarmaConnector

__all__ = ["ZadarmaConnector"]
