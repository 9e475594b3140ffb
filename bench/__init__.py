"""Measurements; each prints absolute numbers and ratios of one run."""
