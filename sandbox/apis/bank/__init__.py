"""The bank's files, to be put into a folder: banks have no common API."""
