"""amoCRM (Kommo), HTTP API v4."""

from voronka.connectors.crm.amocrm.connector import AmoCrmConnector
from voronka.connectors.crm.amocrm.tokens import TokenEndpoint

__all__ = ["AmoCrmConnector", "TokenEndpoint"]
