"""Smallest sets, by an optimiser."""
