"""Money: bank statements kept in a folder, as files of 1C's bank exchange or as CSV."""
