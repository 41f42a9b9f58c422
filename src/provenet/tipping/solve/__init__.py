"""Levels of awards, by an optimiser."""
