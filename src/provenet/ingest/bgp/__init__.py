"""Routing data: AS relationships, MRT tables, prefixes, lists of networks."""
