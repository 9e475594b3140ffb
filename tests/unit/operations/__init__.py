"""Rules that act."""
