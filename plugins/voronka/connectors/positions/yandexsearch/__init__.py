"""Own collection through the Yandex Search API: phrases from a file, the whole result page of each, what it costs."""

from voronka.connectors.positions.yandexsearch.connector import YandexSearchConnector

__all__ = ["YandexSearchConnector"]
