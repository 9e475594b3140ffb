"""The command ``voronka``."""

from voronka.cli.app import main

__all__ = ["main"]
