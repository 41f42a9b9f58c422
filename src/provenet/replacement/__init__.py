"""Replacement: what is swapped when, within budget, crews and service, and how far that is from the best."""
