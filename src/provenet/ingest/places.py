"""Where a file of measurements is given beside `add`, for a file that was given at another place.

A reader that refuses a file asks here whether another place takes its format, so that whoever mixed up two files hears
what the file is and where it belongs.
"""

from provenet.core.errors import Fault, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Format, Head, Place, formats

ADD, FILE = "add", "FILE"
SCANS = Place("vendors", FILE)
PROBED = Place("vendors", "--probed")
ALIASES = Place("vendors", "--aliases")
RECOG = Place("vendors", "--recog")
SIGNATURES = Place("vendors", "--signatures")
ORIGINS = Place("vendors", "--origins")
COUNTRIES = Place("vendors", "--countries")
TRACES = Place("paths", FILE)
PATH_VENDORS = Place("paths", "--vendors")
PATH_ORIGINS = Place("paths", "--origins")
EXCHANGES = Place("paths", "--exchanges")
_ORIGINS = "which network announces which addresses: pfx2as, pyasn, or ranges first,last,asn"
WANTED = {
    SCANS: "scans: SNMPv3 replies (ZMap CSV, pcap), decoded tables, banners, features of replies",
    PROBED: "the addresses that were probed, one a line",
    ALIASES: "alias sets (SAGE .aliases, ITDK .nodes, or the addresses of a router on one line)",
    RECOG: "patterns of Recog, XML",
    SIGNATURES: "signatures of features of replies (LFP), CSV",
    ORIGINS: _ORIGINS,
    COUNTRIES: "the country of addresses: ranges first,last,CC",
    TRACES: "traceroutes of RIPE Atlas or scamper, JSON",
    PATH_VENDORS: "a table in Parquet, as `provenet vendors --out` writes it",
    PATH_ORIGINS: _ORIGINS,
    EXCHANGES: "tables of PeeringDB, JSON: ixpfx, with ix and ixlan for the names",
}
"""What each place takes, in words."""


def kind_of(upload: Upload) -> Format | None:
    """The format of a file by its first bytes, of those that `add`, `vendors` and `paths` read.

    None where it is none of them, as of a table of a user's own. Raises InputFault where it cannot be unpacked.
    """
    head = Head(upload)
    known = [one for one in formats() if not (one.cells or one.opens_devices or one.opens_network)]
    found = next((one for one in known if one.recognises(head)), None)
    return found or next((one for one in known if one.resembles is not None and one.resembles(head)), None)


def way_out(kind: Format, command: str) -> str:
    """Where a file of a format is given, for whoever gave it to a command."""
    own = [place for place in kind.places if place.command == command]
    if own:
        return f"Give it {' or '.join(_as_option(place.option) for place in own)}."
    if kind.way_out is not None and (command == ADD or not kind.places):
        return kind.way_out
    if kind.places:
        first = kind.places[0]
        return f"Give it to `provenet {first.command}`, {_as_option(first.option)}."
    return "Add it to a case, with `provenet add`."


def _as_option(option: str) -> str:
    return "as FILE" if option == FILE else f"with {option}"


def at_another_place(upload: Upload, place: Place, err: InputFault) -> InputFault:
    """The refusal of a file, or what the file is and where it is given, where another place takes its format."""
    try:
        kind = kind_of(upload)
    except InputFault:
        return err
    return err if kind is None or place in kind.places else misplaced(upload.name, kind, place)


def misplaced(name: str, kind: Format, place: Place) -> InputFault:
    """The refusal of a file whose format is known, at a place that takes others."""
    text = f"the file is of another format: {kind.says}"
    return InputFault([Fault(name, text, expected=WANTED[place], way_out=way_out(kind, place.command))])


def no_file_of_a_case(upload: Upload, err: InputFault) -> InputFault:
    """The refusal of a file by `add`, or what the file is and which command takes it."""
    kind = kind_of(upload)
    if kind is None or kind.opens_rows is not None or kind.resembles is not None:
        return err
    text = f"the file fills no table of a case: {kind.says}"
    return InputFault([Fault(upload.name, text, way_out=way_out(kind, ADD))])
