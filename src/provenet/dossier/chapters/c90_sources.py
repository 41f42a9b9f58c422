"""Sources by weight: how much of these pages rests on each, and which of them pass on what others said."""

from dataclasses import dataclass

from provenet.dossier.extract import CitedSource, Extract, Fields
from provenet.dossier.sections import s90_sources
from provenet.dossier.weights import Weight, relaying, weights

TITLE = "Sources by weight"
HEAVIEST = 5
"""Sources that stand first, with what rests on them."""
READ = "read in the source"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source as the pages list it: `line` is that of the list in the annex, `readings` where it is not read whole."""

    number: int
    line: Fields
    weight: Weight
    readings: tuple[str, ...]
    third_hand: bool


def collect(extract: Extract) -> Fields:
    """Every source that an earlier chapter cited, by number, and before them those on which most rests."""
    listed = s90_sources.collect(extract)
    weighed = weights(extract, [*extract.collected.values()])
    passed_on = relaying(extract)
    lines = {cited.number: line for cited, line in zip(_by_number(extract), listed["rows"], strict=True)}  # type: ignore[call-overload]
    rows = [
        Source(
            number=cited.number,
            line=lines[cited.number],
            weight=weighed.get(cited.row["source_id"], Weight()),
            readings=tuple(sorted(cited.readings - {READ})),
            third_hand=cited.row["source_id"] in passed_on,
        )
        for cited in _by_number(extract)
    ]
    heaviest = sorted(rows, key=lambda row: (-row.weight.findings, -row.weight.figures, row.number))
    return {
        **listed,
        "rows": rows,
        "heaviest": [row for row in heaviest if row.weight.figures][:HEAVIEST],
        "is_measured": "c47_measured" in extract.collected,
        "behind": len(weighed.keys() - extract.cited.keys()),
    }


def _by_number(extract: Extract) -> list[CitedSource]:
    return sorted(extract.cited.values(), key=lambda cited: cited.number)
