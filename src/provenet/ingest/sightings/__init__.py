"""Measured evidence of who made the devices behind addresses: scans, captures, lists of addresses and of aliases."""
