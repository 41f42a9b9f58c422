"""Formats of topologies and of demands: each module here declares some as `FORMATS`, and the registry finds it."""
