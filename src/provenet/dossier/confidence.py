"""Confidence in a finding, as the IPCC words it: how much evidence there is, and how far it agrees.

Both are kept apart from likelihood: an interval says how far a figure may lie off, these words say what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provenet.case.rows import VendorShareRow
from provenet.dossier.extract import Citation, Extract
from provenet.dossier.shares import says_nothing, share_sources, vendor_rows

ROBUST, MEDIUM = 3, 2
"""Sources that can carry a figure alone: so many make the evidence robust, or medium."""


@dataclass(frozen=True)
class Confidence:
    """Evidence (robust, medium, limited, none) and agreement (high, low, or that it cannot be judged)."""

    evidence: str
    agreement: str

    @property
    def words(self) -> str:
        """Both in words.

        >>> Confidence("limited", "").words, Confidence("none", "").words
        ('limited evidence; agreement cannot be judged', 'no evidence')
        """
        if self.evidence == "none":
            return "no evidence"
        return f"{self.evidence} evidence; " + (
            f"{self.agreement} agreement" if self.agreement else "agreement cannot be judged"
        )


def of_sources(cites: Iterable[Citation], agreement: str = "") -> Confidence:
    """The confidence in what some sources state; a source that cannot carry a figure alone does not count as one.

    Agreement cannot be judged where a single source speaks.
    """
    found = {cite.number: cite for cite in cites if cite.number}
    strong = [cite for cite in found.values() if not cite.weak]
    evidence = "robust" if len(strong) >= ROBUST else "medium" if len(strong) >= MEDIUM else "limited"
    return Confidence(evidence if found else "none", agreement if len(found) > 1 else "")


def of_share(row: VendorShareRow, extract: Extract) -> Confidence:
    """The confidence in a published share: its sources, and whether others give the same figure of the same thing."""
    alike = [one for one in vendor_rows(extract) if _same_thing(one, row) and not says_nothing(one)]
    cites = [cite for one in alike or [row] for cite in share_sources(one, extract)]
    apart = any(one["high_share"] < row["low_share"] or one["low_share"] > row["high_share"] for one in alike)
    return of_sources(cites, "low" if apart else "high")


def _same_thing(one: VendorShareRow, row: VendorShareRow) -> bool:
    columns: Sequence[str] = ("carrier_id", "segment", "measure_kind", "vendor_ids", "complement", "as_of")
    return all(one[name] == row[name] for name in columns) and not one["later_estimate"]  # type: ignore[literal-required]


def of_inputs(assumed: int | None, total: int | None) -> Confidence:
    """The confidence in a figure worked out from inputs of which some are assumed; they are of one model."""
    if not total:
        return Confidence("none", "")
    share = (assumed or 0) / total
    return Confidence("robust" if share == 0 else "medium" if share < 1 / 3 else "limited", "")
