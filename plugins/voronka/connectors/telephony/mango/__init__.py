"""Mango Office, the VPBX API."""

from voronka.connectors.telephony.mango.connector import MangoConnector

__all__ = ["MangoConnector"]
