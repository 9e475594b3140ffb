"""Spreadsheets that people keep: Google Sheets, or a folder of CSV files."""

from voronka.connectors.sheets.connector import SheetsConnector

__all__ = ["SheetsConnector"]
