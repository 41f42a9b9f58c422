"""Dependence on vendors: published shares over time and by carrier, vendors named, sharing, common failure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import fsum

from provenet.case.extract import Extract, Fields, weak_kinds
from provenet.case.rows import CommonFailureRow, VendorShareRow
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.wording import letters
from provenet.dependence import share_rows as shares
from provenet.dependence.contracts import into_which, mergers_of
from provenet.dossier.drawings.timelines import Mark

TITLE = "Which vendors the carriers depend on"


def collect(extract: Extract) -> Fields:
    """Panels of shares, one measure each; carriers and their vendors; sharing; what fails together; what is unknown."""
    rows = shares.vendor_rows(extract)
    now = [r for r in rows if not r["later_estimate"]]
    mergers = mergers_of(extract)
    into = into_which(mergers)
    panels = _Panels(extract, now, into)
    return {
        "panels": panels.of(r for r in now if _drawn(r) and not r["to_be_checked"]),
        "to_check": panels.of(r for r in now if _drawn(r) and r["to_be_checked"]),
        **bounds_by_weighting([r for r in now if r["method"] == "bounds"], extract),
        "implied": [_line(r, "", extract) for r in now if r["method"] == "implied" and not r["complement"]],
        "mergers": mergers,
        **_common(extract),
        "unseen": [
            {"segment": r["segment"], "label": r["label"], "id": r["share_id"]}
            for r in shares.unpublished_rows(extract)
        ],
        "weak": weak_kinds(),
    }


def later_panels(extract: Extract) -> list[Fields]:
    """Panels of estimates that were published after the day known about the time before it."""
    rows = [r for r in shares.vendor_rows(extract) if r["later_estimate"]]
    return _Panels(extract, rows, into_which(mergers_of(extract))).of(r for r in rows if _drawn(r))


_IN_TABLES = frozenset(("bounds", "implied"))
"""Methods whose rows a table lists; every other method is drawn over time."""


def _drawn(row: VendorShareRow) -> bool:
    return row["method"] not in _IN_TABLES


class _Panels:
    """Panels whose keys run through the section."""

    def __init__(self, extract: Extract, rows: Iterable[VendorShareRow], into: Mapping[object, str]) -> None:
        self._extract, self._into = extract, into
        drawn = [r for r in rows if _drawn(r)]
        self._days = [d for r in drawn for d in (r["as_of_low_on"], r["as_of_high_on"]) if d]
        self._number = 0

    def of(self, rows: Iterable[VendorShareRow]) -> list[Fields]:
        """One panel per measure, kind of measure, and country or carrier: unlike measures never share a chart."""
        groups: dict[tuple[str, str, str], list[VendorShareRow]] = {}
        for row in rows:
            carrier = "" if row["carrier_id"] is None else shares.whose(row, self._extract)
            groups.setdefault((carrier, row["measure_kind"], row["measure"]), []).append(row)
        panels: list[Fields] = []
        for (_, kind, measure), found in sorted(groups.items()):
            lines: list[Fields] = []
            marks: list[Mark] = []
            for row in found:
                key = letters(self._number)
                self._number += 1
                lines.append(_line(row, key, self._extract))
                low, high = row["as_of_low_on"] or row["as_of_high_on"], row["as_of_high_on"] or row["as_of_low_on"]
                if low and high and not shares.says_nothing(row):
                    marks.append(Mark(key, low, high, row["low_share"], row["high_share"]))
            name = shares.whose(found[0], self._extract)
            panels.append(
                {
                    "whose": name,
                    "kind": kind,
                    "measure": measure,
                    "into": self._into.get(name, ""),
                    "lines": lines,
                    "marks": marks,
                    "days": self._days,
                }
            )
        return panels


def bounds_by_weighting(rows: Sequence[VendorShareRow], extract: Extract) -> dict[str, list[Fields]]:
    """Bounds for the country from its carriers, by weighting: per segment the newest with the widest coverage, and
    the rest; those to be checked apart."""
    groups = grouped(((row["segment"], row["measure"], row["as_of"]), row) for row in rows)
    tables: dict[str, list[Fields]] = {"bounds": [], "bounds_more": [], "bounds_check": []}
    seen: set[str] = set()
    for (segment, measure, as_of), found in sorted(
        groups.items(), key=lambda g: (g[0][0], _newest_and_widest(g[1]), g[0])
    ):
        found.sort(key=lambda r: (-r["low_share"], r["high_share"], extract.vendors(r["vendor_ids"]).casefold()))
        lines = [{**_line(r, "", extract), "low": r["low_share"], "high": r["high_share"]} for r in found]
        known = [line for line, r in zip(lines, found, strict=True) if not shares.says_nothing(r)]
        silent = [line for line, r in zip(lines, found, strict=True) if shares.says_nothing(r)]
        group: Fields = {"segment": segment, "measure": measure, "as_of": as_of, "lines": known, "silent": silent}
        if any(r["to_be_checked"] for r in found):
            tables["bounds_check"].append(group)
        else:
            tables["bounds_more" if segment in seen else "bounds"].append(group)
            seen.add(segment)
    return tables


def _newest_and_widest(rows: Sequence[VendorShareRow]) -> tuple[int, float]:
    """An order of weightings: the newest figure first, then the widest coverage."""
    return -max((r["as_of_high_on"] or date.min).toordinal() for r in rows), -max(r["coverage_share"] for r in rows)


def _line(row: VendorShareRow, key: str, extract: Extract) -> Fields:
    return {
        "key": key,
        "whose": shares.whose(row, extract),
        "segment": row["segment"],
        "measure": row["measure"],
        "as_of": row["as_of"],
        "vendors": extract.vendors(row["vendor_ids"], row["complement"]),
        "words": shares.interval(row),
        "coverage": shares.coverage(row["coverage_share"]),
        "method": shares.how(row),
        "checked": not row["to_be_checked"],
        "cites": extract.cite_refs(row["inputs"]),
        "id": row["share_id"],
    }


def _common(extract: Extract) -> dict[str, list[Fields]]:
    """What fails together, by asset class and measure: per class the narrowest weighting, and the rest; those
    to be checked apart. A vendor that nobody names and nothing bounds is left out."""
    groups = grouped(
        ((row["asset_class"], row["measure"]), row)
        for row in extract.results(CommonFailureRow)
        if row["carrier_ids"] or row["low_share"] > 0
    )
    tables: dict[str, list[Fields]] = {"common": [], "common_more": [], "common_check": []}
    seen: set[str] = set()
    for (asset_class, measure), rows in sorted(groups.items(), key=lambda g: (g[0][0], _narrowest(g[1]), g[0])):
        rows.sort(key=lambda r: (-r["low_share"], r["high_share"], extract.name(r["vendor_id"]).casefold()))
        for weak in (False, True):
            held = [r for r in rows if bool(r["to_be_checked"]) == weak]
            group: Fields = {
                "class": wording.asset_class(asset_class),
                "measure": measure,
                "lines": [_failure(r, extract) for r in held if not shares.says_nothing(r)],
                "silent": [_failure(r, extract) for r in held if shares.says_nothing(r)],
            }
            if weak and held:
                tables["common_check"].append(group)
            elif held:
                tables["common_more" if asset_class in seen else "common"].append(group)
                seen.add(asset_class)
    return tables


def _narrowest(rows: Sequence[CommonFailureRow]) -> float:
    """How wide the intervals of a weighting are on the whole; the narrowest stands first."""
    return float(fsum(r["high_share"] - r["low_share"] for r in rows)) / len(rows)


def _failure(row: CommonFailureRow, extract: Extract) -> Fields:
    return {
        "vendor": extract.name(row["vendor_id"]),
        "low": row["low_share"],
        "high": row["high_share"],
        "words": wording.interval(row["low_share"], row["high_share"]),
        "carriers": wording.series([extract.name(c) for c in row["carrier_ids"]]) or "none named",
        "id": row["failure_id"],
    }
