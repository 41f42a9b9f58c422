"""Formats of topologies, one module each; `provenet.ingest.network.topology_files` finds them."""
