"""Yandex Direct: what each campaign cost on each day."""

from voronka.connectors.ads.direct.connector import DirectConnector

__all__ = ["DirectConnector"]
