"""Measured paths: traceroutes of RIPE Atlas and scamper, as arrays of traces and hops."""
