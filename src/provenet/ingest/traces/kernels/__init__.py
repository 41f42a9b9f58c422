"""Compiled loops over the text and the arrays of measured paths."""
