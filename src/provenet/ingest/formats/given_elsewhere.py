"""Files that no case takes: what each is, where it is given, or what to do with it."""

import io

from provenet.ingest.registry import EXCHANGES, PATH_VENDORS, RECOG, SIGNATURES, Format, Head
from provenet.ingest.sightings.signature_files import is_signature_file
from provenet.ingest.traces.exchanges import is_exchange_name_table, is_probe_table

_VENDOR_COLUMNS = {"address", "vendor_id", "p_correct"}


def _has_vendors(head: Head) -> bool:
    """Whether a file is a table in Parquet with the columns of `provenet vendors --out`."""
    if not head.data.startswith(b"PAR1"):
        return False
    from provenet.case.parquet_files import BROKEN, columns_of

    place = head.upload.place
    try:
        return columns_of(io.BytesIO(place) if isinstance(place, bytes) else place) >= _VENDOR_COLUMNS
    except BROKEN:
        return False


FORMATS = (
    Format(
        "vendors-of-addresses",
        "vendors of addresses, in Parquet",
        _has_vendors,
        order=5,
        places=(PATH_VENDORS,),
        way_out="Add the scans behind it; `provenet depend` then says whose routers they show.",
    ),
    Format(
        "warts",
        "traces of scamper in its binary form (warts)",
        lambda head: head.data.startswith(b"\x12\x05"),
        order=5,
        way_out="Turn it into JSON with scamper's own sc_warts2json, and give that file.",
    ),
    Format("recog", "patterns of Recog, XML", lambda head: b"<fingerprints" in head.data, order=70, places=(RECOG,)),
    Format(
        "lfp-signatures",
        "signatures of features of replies (LFP)",
        lambda head: is_signature_file(head.lines),
        order=71,
        places=(SIGNATURES,),
    ),
    Format(
        "exchange-names",
        "exchange points of PeeringDB without their prefixes (ix, ixlan)",
        lambda head: is_exchange_name_table(head.data),
        order=72,
        places=(EXCHANGES,),
        way_out="Add the table ixpfx, or one JSON object with all three: ix, ixlan and ixpfx.",
    ),
    Format(
        "atlas-probes",
        "list of probes or anchors of RIPE Atlas",
        lambda head: is_probe_table(head.data),
        order=73,
        way_out="Name the country and the network of the probes in a mapping beside the traceroutes.",
    ),
)
