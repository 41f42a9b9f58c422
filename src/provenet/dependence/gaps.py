"""Gaps: each thing that is not known and widens a figure, with how much of its width an answer can take off.

A weighted sum is as wide as its parts: each carrier adds its weight times the width of its share, and weight that is
not published adds itself. The parts under a policy add the mass that is unknown for each reason. What a core loses
with one part, and which carrier serves a site, do not add up: there a gap is the most that an answer can take off.

Laws: no gap exceeds the width of its figure; where widths add up, the gaps of a figure sum to its width; renaming
parties changes nothing. Says nothing of how likely an answer is. Source: own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

from provenet.case.rows import CommonFailureRow, GapRow, SiteDependenceRow, VendorShareRow
from provenet.core.ids import row_id
from provenet.dependence.intervals import ZERO, exact, number_text, share_value
from provenet.dependence.question import DependenceQuestion

FigureRow = VendorShareRow | CommonFailureRow | SiteDependenceRow
Row = TypeVar("Row", bound=FigureRow)

WHOLE_CARRIER, EQUIPMENT, WEIGHT = "whole carrier", "equipment", "weight"
RANGE, SPLIT, UNITS, SERVES = "range", "split", "units", "serves"
KINDS: Mapping[str, tuple[str, str]] = {
    EQUIPMENT: ("carrier", "vendors of the equipment"),
    WHOLE_CARRIER: ("carrier", "whether the rest carries on when a part fails"),
    WEIGHT: ("regulator", "the size of carriers that no figure names"),
    "verdict": ("issuer", "facts that leave an answer of the policy undetermined"),
    "condition": ("issuer", "whether the condition of the policy is met"),
    RANGE: ("publisher", "the figure behind the published range"),
    SPLIT: ("publisher", "how a published share splits among its vendors"),
    UNITS: ("carrier", "the vendor of units listed without one"),
    SERVES: ("site owner", "which carrier serves the site"),
}
"""By kind of gap, who can say, and what is not known: the kinds are those of the list gap_kind."""
_OF_METHOD: Mapping[str, str] = {"published": RANGE, "implied": SPLIT, "counted": UNITS, "not published": EQUIPMENT}
"""The one gap of a share that no sum makes, by method."""


@dataclass(frozen=True)
class Gap:
    """One thing not known: its kind, the carrier it is of (None: all), and the width that it adds to a figure."""

    kind: str
    width: Fraction
    carrier: str | None = None


@dataclass(frozen=True)
class Figure(Generic[Row]):
    """A row with the gaps of its figure."""

    row: Row
    gaps: tuple[Gap, ...] = ()


def plain_figure(row: VendorShareRow) -> Figure[VendorShareRow]:
    """A share that is no sum: its width, if any, is one gap."""
    width = exact(row["high_share"]) - exact(row["low_share"])
    kind = _OF_METHOD.get(row["method"])
    return Figure(row, (Gap(kind, width, row["carrier_id"]),) if kind else ())


def gap_rows(question: DependenceQuestion, column: str, figures: Iterable[Figure[Row]]) -> list[GapRow]:
    """A row for each gap of each figure of the day; `column` holds the ids of the figures. Alike gaps are one."""
    made = []
    for figure in figures:
        row: Mapping[str, Any] = figure.row
        if not row.get("later_estimate"):
            for (kind, carrier), width in sorted(_summed(figure.gaps).items(), key=str):
                made.append(_gap_row(question, row, str(row[column]), kind=kind, carrier=carrier, width=width))
    return made


def _summed(gaps: Sequence[Gap]) -> dict[tuple[str, str | None], Fraction]:
    found: dict[tuple[str, str | None], Fraction] = {}
    for gap in gaps:
        if gap.width > ZERO:
            key = gap.kind, gap.carrier
            found[key] = found.get(key, ZERO) + gap.width
    return found


def _gap_row(
    question: DependenceQuestion,
    row: Mapping[str, Any],
    figure: str,
    *,
    kind: str,
    carrier: str | None,
    width: Fraction,
) -> GapRow:
    whole = exact(row["high_share"]) - exact(row["low_share"])
    ask, unknown = KINDS[kind]
    by = {"carrier": carrier, "issuer": row.get("issuer")}.get(ask)
    key = {"figure_id": figure, "kind": kind, "carrier_id": carrier}
    whose = f" at {question.name(carrier)}" if carrier else ""
    return {
        "gap_id": row_id("gap", key),
        **key,  # type: ignore[typeddict-item]
        "country": question.country,
        "asset_class": row["asset_class"],
        "segment": str(row.get("segment") or ""),
        "pack": row.get("pack"),
        "ask": ask,
        "ask_id": by,
        "width_share": share_value(width),
        "left_share": share_value(whole - width),
        "measure": row["measure"],
        "as_of_on": question.as_of,
        "known_on": question.known,
        "to_be_checked": bool(row.get("to_be_checked")),
        "label": f"{unknown}{whose}; {row['label']}",
        "formula": f"{number_text(width)} of the width {number_text(whole)} of {figure}",
        "inputs": list(row["inputs"]),
    }
