"""Rows on routes between networks: what they cross, over whom the country is reached, who could choose otherwise."""

from collections.abc import Sequence

from provenet.case.extract import Extract
from provenet.case.rows import ExposureRow, InfluenceRow, RemedyRow, RouteComparisonRow
from provenet.core.disclosure import LEAST_SHOWN_WORD, is_enough
from provenet.core.grouping import grouped
from provenet.core.ids import names_in
from provenet.dossier.row_tables import RowKind
from provenet.evidence.verdict_rows import pack_words

TITLE = "Routes between networks"
SAYS = (
    "A restricted network is not a restricted vendor: the question named these networks, and nothing here says whose "
    "equipment they use. Vendors count only under a policy, through stated shares of a network's own equipment. "
    "Carrying traffic is not reading it, and being named as who could choose another route implies no fault. "
    f"Sums over fewer than {LEAST_SHOWN_WORD} networks stand on no public page."
)


def _exposures(extract: Extract) -> list[ExposureRow]:
    """The sums of roles and tags by set and destination; for an internal audience also sensitive networks and those of
    carriers on file, one by one."""
    rows = extract.results(ExposureRow)
    sums = [row for row in rows if row["level"] != "network" and row["network_count"]]
    if extract.audience == "internal":
        sums += [row for row in rows if row["level"] == "network" and (row["role"] == "sensitive" or row["party_id"])]
    else:
        sets = grouped(((row["restricted_says"], row["pack"], row["destination"], row["role"]), row) for row in sums)
        sums = [row for group in sets.values() for row in _public(group)]
    return sorted(sums, key=lambda r: (r["pack"] or "", r["restricted_says"], r["role"], r["destination"] or "all"))


def _public(rows: Sequence[ExposureRow]) -> list[ExposureRow]:
    """The sums of one role that are over five networks or more, and whose difference is not over fewer."""
    roles = [row for row in rows if row["level"] == "role" and is_enough(row["network_count"])]
    whole = max((row["network_count"] for row in rows if row["level"] == "role"), default=0)
    tags = [row for row in rows if row["level"] == "tag" and is_enough(row["network_count"])]
    tags = [row for row in tags if whole <= row["network_count"] or is_enough(whole - row["network_count"])]
    return tags if len(tags) > 1 else roles + tags


def _reached(extract: Extract) -> list[InfluenceRow]:
    """Over which networks the country is reached; those of governments and defence for an internal audience."""
    rows = sorted(extract.results(InfluenceRow), key=lambda row: (-row["hegemony_share"], int(row["asn"])))
    if extract.audience == "internal":
        return rows
    governments = {row["asn"] for row in extract.results(ExposureRow) if row["role"] != "carrier"}
    return [row for row in rows if row["asn"] not in governments]


def _remedies(extract: Extract) -> list[RemedyRow]:
    rows = [row for row in extract.results(RemedyRow) if extract.audience in ("internal", row["audience"])]
    return sorted(rows, key=lambda row: (row["kind"] != "mover", -(row["pair_count"] or 0), row["remedy_id"]))


def _comparisons(extract: Extract) -> list[RouteComparisonRow]:
    """Every sum that a page may show: public ones, and those of routes that there are."""
    found = (row for row in extract.results(RouteComparisonRow) if row["path_count"])
    return [row for row in found if extract.audience in ("internal", row["audience"])]


LISTINGS = (
    RowKind(
        title="What routes cross, and how few networks would have to choose another route",
        name="exposure",
        rows=_exposures,
        says="A pair is one of these networks and any other network of the graph. A rung counts the fewest networks "
        "that must take another of the routes offered to them, while all others choose as today.",
        by=("pack", "restricted_says", "role", "tags"),
        hidden={
            "the destination says it": ("measure",),
            "parts of the counts that are shown": names_in("""
                customer_count peer_count provider_count none_inside_count none_source_inside_count none_blocked_count
                lucky_0_count lucky_1_count lucky_2_count lucky_3_count lucky_none_count
            """),
        },
        words={"pack": lambda row, e: pack_words(row["pack"], e)},
    ),
    RowKind(title="Over which networks the country is reached", name="influence", rows=_reached),
    RowKind(
        title="Who could choose another route",
        name="remedy",
        rows=_remedies,
        by=("kind", "restricted_says", "tag"),
        hidden={"a cut is parted by its ends": ("network_count",)},
    ),
    RowKind(title="Modelled routes beside others", name="route_comparison", rows=_comparisons),
)
