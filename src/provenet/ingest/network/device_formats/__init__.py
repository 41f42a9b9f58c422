"""Formats of inventories: each module here declares some as `FORMATS`, and the registry finds it."""
