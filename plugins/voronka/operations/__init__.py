"""Rules that act: what is done because of what the warehouse knows."""
