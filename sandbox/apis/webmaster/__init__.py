"""Yandex Webmaster API v4: user, hosts, search queries."""
