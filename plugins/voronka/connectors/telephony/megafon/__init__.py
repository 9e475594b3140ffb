"""MegaFon VATS, the CRM API."""

from voronka.connectors.telephony.megafon.connector import MegafonConnector

__all__ = ["MegafonConnector"]
