"""UIS / CoMagic Data API v2.0."""

from voronka.connectors.telephony.uis.connector import UisConnector

__all__ = ["UisConnector"]
