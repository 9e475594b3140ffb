"""Topvisor API v2: projects, keywords, history of positions."""
