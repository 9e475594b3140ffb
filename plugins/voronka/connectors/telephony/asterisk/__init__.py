"""Asterisk and FreePBX: call detail records out of a database table or CSV files."""

from voronka.connectors.telephony.asterisk.connector import AsteriskConnector

__all__ = ["AsteriskConnector"]
