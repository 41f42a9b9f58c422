"""Bounds and reference models, by an optimiser."""
