"""Google Sheets API v4: properties and values of one spreadsheet per account."""
