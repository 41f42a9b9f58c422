"""Organisations read from a file, and the links between their networks made mutual transit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenet.core.progress import Progress
    from provenet.ingest.bgp.as_links import AsLinks


def with_siblings(links: AsLinks, organisations: Path, progress: Progress) -> AsLinks:
    """The graph with links between networks of one organisation as mutual transit, told in its counts and remarks.

    The file is CAIDA's as2org, as lines or JSON. Raises InputFault with every fault of the file, UsageFault where there
    is none. A network that stands in two organisations belongs to the one told last.
    """
    import numpy as np

    from provenet.ingest.line_formats import read_line_table
    from provenet.routing.siblings import join_siblings

    told = read_line_table(organisations, "as_organisation", progress)
    owner = {int(asn): org for asn, org in told.select("asn", "org_id").iter_rows() if org}
    known = {org: at for at, org in enumerate(sorted(set(owner.values())))}
    asn = np.array(sorted(owner), np.int64)
    number = np.array([known[owner[int(one)]] for one in asn], np.int64)
    made = join_siblings(
        links.provider, links.customer, links.peer_a, peer_b=links.peer_b, asn=asn, organisation=number
    )
    extra = len(made.provider) - len(links.transit_sources)
    count = made.from_peers + made.from_transit
    says = f"{count:,} links between networks of one organisation count as mutual transit ({organisations.name})."
    return replace(
        links,
        provider=made.provider,
        customer=made.customer,
        transit_sources=np.concatenate([links.transit_sources, np.zeros(extra, np.uint8)]),
        peer_a=made.peer_a,
        peer_b=made.peer_b,
        peer_sources=links.peer_sources[made.peer_kept],
        peer_mlp_only=links.peer_mlp_only[made.peer_kept],
        counts={**links.counts, "sibling_links": count},
        remarks=(*links.remarks, says),
    )
