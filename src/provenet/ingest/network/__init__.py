"""A carrier's own network as others write it down: devices and their parts, links, topologies, demands."""
