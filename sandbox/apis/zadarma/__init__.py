"""Zadarma API v1: signed GET requests over one address."""
