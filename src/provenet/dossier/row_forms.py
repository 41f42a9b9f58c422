"""The forms in which a page may write the figures of a row: its columns, and what its kind of row works out of them."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from math import fsum

from provenet.case.days_ahead import whole_days
from provenet.case.rows import AnyRow
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dossier.page_rows import DIGIT, PageRows, StoredRows
from provenet.dossier.text import measured, position, unit_of

_SPACE = re.compile(r"\s+")
_WIDE_SPACE = re.compile(r"[^\S ]|  ")
"""Space that is no single blank."""
_END = re.compile(r"^(.*?)(low|least)_(.*)$")
_OTHER = {"low": "high", "least": "greatest"}


class RowForms:
    """The forms in which one page may write the figures of its rows.

    `columns` keeps those that rest on the columns of a row alone, by its id, for every page of the same rows.
    """

    def __init__(self, rows: PageRows, columns: dict[str, tuple[str, ...]]) -> None:
        self.rows = rows
        self._columns = columns
        self._forms: dict[str, tuple[str, ...]] = {}

    def of(self, key: str) -> tuple[str, ...]:
        """Every form in which the page may write a figure of a row, the longest first."""
        if key not in self._forms:
            name, row = self.rows.table(key), self.rows.row(key)
            if key not in self._columns:
                self._columns[key] = tuple(_spaced(_forms_of_columns(name, row, self.rows.stored)))
            found = {*_spaced(_FORMS_OF.get(name, _no_forms)(row, self.rows)), *self._columns[key]}
            self._forms[key] = tuple(sorted(found, key=lambda one: (-len(one), one)))
        return self._forms[key]

    def of_table(self, name: str) -> Iterator[str]:
        """Every form of the rows of a table, on the page or not."""
        for row in self.rows.stored.finder.every(name):
            yield from _forms(name, row, self.rows)


def _spaced(forms: Iterable[str]) -> set[str]:
    """The forms that hold a digit, with single blanks."""
    found = set(filter(DIGIT.search, set(forms)))
    wide = set(filter(_WIDE_SPACE.search, found))
    return found - wide | {_SPACE.sub(" ", form) for form in wide}


@cache
def _kinds(name: str) -> dict[str, str]:
    return {column.name: column.type for column in table(name).columns}


def _forms(name: str, row: AnyRow, rows: PageRows) -> Iterator[str]:
    yield from _FORMS_OF.get(name, _no_forms)(row, rows)
    yield from _forms_of_columns(name, row, rows.stored)


def _forms_of_columns(name: str, row: AnyRow, stored: StoredRows) -> Iterator[str]:
    for column, kind in _kinds(name).items():
        value = row.get(column)
        if value is None:
            continue
        if kind == "text":
            yield value
            yield from stored.names(value)
        elif kind == "date":
            yield from _days(value)
        elif kind in ("int", "float"):
            yield from _numbers(column, value, row)
        elif kind == "list":
            yield from (str(item) for item in value if item)
            yield from (name for item in value for name in stored.names(str(item)))
            yield from _counts(len(value))


@cache
def _days(value: date) -> tuple[str, ...]:
    return wording.day(value), wording.quarter(value), value.isoformat()


def _numbers(column: str, value: float, row: AnyRow) -> Iterator[str]:
    """A number of a row, and with its other end as an interval."""
    end = _END.match(column)
    other = row.get(f"{end[1]}{_OTHER[end[2]]}_{end[3]}") if end else None
    if column.endswith("_share"):
        yield wording.percent(value)
        if other is not None:
            yield share_interval(value, other, row)
            yield wording.interval(value, other, whole="0 to 100 %")
    elif column.endswith("_amount"):
        yield from _amounts(value, other, row)
        if end and other is None:
            yield from (wording.amount_interval(value, None, money) for money in (row.get("currency"), None))
    elif column.endswith("_count"):
        yield from _counts(value)
        if other is not None:
            yield f"{value:,.0f} to {other:,.0f}"
    elif column.endswith("_years"):
        ends = (value,) if other is None else (value, other)
        short = [f"{one:.2f}".rstrip("0").rstrip(".") for one in ends]
        yield from (f"{value:.2f}", short[0], " to ".join(short))
    else:
        yield from _counts(value)


def _amounts(value: float, other: float | None, row: AnyRow) -> Iterator[str]:
    currency, unit = row.get("currency"), unit_of(row) if row.get("unit_says") else ""
    for money in dict.fromkeys((currency, None)):
        yield from (wording.amount(value, money), wording.amount(-value, money))
        yield from (wording.amount(value, money, exact=True),)
        if other is not None:
            yield wording.amount_interval(value, other, money)
            yield wording.amount_interval(-other, -value, money)
    ends = (value, value if other is None else other)
    yield from (measured(value, ends[1], unit, rounded=rounded) for rounded in (False, True))
    yield from (measured(value, ends[1], "", rounded=False), measured(value, value, ""))
    yield f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.3g}"


def _counts(value: float) -> tuple[str, ...]:
    return f"{value:,.0f}", f"{round(value):,}", f"{value:.0f}"


def _no_forms(_row: AnyRow, _rows: PageRows) -> Iterator[str]:
    return iter(())


def _of_exposure(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """The rungs of a ladder as parts of all pairs, by the route of today and by the luckiest one."""
    pairs = row["pair_count"]
    if not pairs:
        return
    ends = [_ends(row, rung, lucky) for rung, lucky in _RUNGS]
    for low, high in ends:
        yield wording.interval(low / pairs, high / pairs)
    for name in ("rung_1_alone", "rung_1_other", "no_route", "none_inside", "none_source_inside", "none_blocked"):
        yield wording.percent((row[f"{name}_count"] or 0) / pairs)


_RUNGS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("rung_0",), ("lucky_0",)),
    (("rung_1_alone", "rung_1_other"), ("lucky_1",)),
    (("rung_2",), ("lucky_2",)),
    (("rung_3",), ("lucky_3",)),
    (("rung_2", "rung_3"), ("lucky_2", "lucky_3")),
    (("rung_none",), ("lucky_none",)),
)


def _ends(row: AnyRow, *sides: tuple[str, ...]) -> tuple[float, float]:
    first, second = (sum(int(row[f"{name}_count"] or 0) for name in side) for side in sides)
    return min(first, second), max(first, second)


def _of_scenario(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """Lost and newly crossing pairs as parts of those with a route as the graph is."""
    for name in ("lost", "new") if row["routed_count"] else ():
        low, high = (row[f"{end}_{name}_count"] / row["routed_count"] for end in ("low", "high"))
        yield wording.interval(low, high)


def _spans(row: AnyRow, stem: str) -> Iterator[str]:
    """The first to the last of some days."""
    if row[f"{stem}_low_on"] is not None:
        yield wording.days(row[f"{stem}_low_on"], row[f"{stem}_high_on"])


def _of_measured(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """The parts of the routers that answered, that answered without a name, and that did not; and the days."""
    if whole := row["router_count"]:
        named, answered = row["identified_count"] / whole, row["answered_count"] / whole
        yield from (wording.percent(one) for one in (named, answered, answered - named, 1 - answered))
    yield from _spans(row, "seen")


def _of_paths(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """The tiers as parts of all paths, silent and identified hops as parts of all hops, and the days."""
    yield from (*_spans(row, "traced"), *_spans(row, "seen"))
    for name in ("on_hop", "in_network", "unknown", "clear") if row["trace_count"] else ():
        yield wording.percent(row[f"{name}_count"] / row["trace_count"])
    for name in ("silent", "identified") if row["hop_count"] else ():
        yield wording.percent(row[f"{name}_count"] / row["hop_count"])


def _of_share(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """The other parts of the same whole, and the coverage of the whole, are printed beside a part."""
    if row["part"] is not None:
        for one in rows.stored.like("vendor_share", WHOLE, row):
            yield share_interval(one["low_share"], one["high_share"], one)
            yield wording.percent(one["coverage_share"])


def _of_policy(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """The first and the last day of a rule are printed with the days until them, and those that its term names."""
    today = rows.day or date.max
    days = row["deadline_on"], row["effective_low_on"], row.get("ends_low_on")
    for day in (*days, *whole_days(row["deadline"] or "")):
        if day and day > today:
            yield f"in {wording.count((day - today).days, 'day')}"
            yield wording.day(day)


def _of_plan(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """The net cost of the lots of one vendor, class and carrier together, and its part of the width of the plan's."""
    groups = grouped(
        ((step["carrier_id"], step["asset_class"], step["from_vendor_id"]), step)
        for step in rows.stored.like("plan_step", ("plan_id", "run_id"), row)
        if step["action"] != "stays" and step["priced"]
    )
    ends = [
        tuple(fsum(one[f"{end}_cost_amount"] or 0.0 for one in lots) for end in ("low", "high"))
        for lots in groups.values()
    ]
    total = fsum(high - low for low, high in ends)
    for low, high in ends:
        yield wording.amount_interval(low, high, row["currency"])
        if total:
            yield wording.percent((high - low) / total)


def _of_site(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    yield position(row["lat_deg"], row["lon_deg"])


def _of_concentration(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    yield from index_forms(row)


_FORMS_OF = {
    "exposure": _of_exposure,
    "route_scenario": _of_scenario,
    "measured_share": _of_measured,
    "path_exposure": _of_paths,
    "plan": _of_plan,
    "policy": _of_policy,
    "policy_rule": _of_policy,
    "site": _of_site,
    "concentration": _of_concentration,
    "vendor_share": _of_share,
}


def index_forms(row: AnyRow) -> Iterator[str]:
    """An index by its ends."""
    yield wording.points(row["low_hhi_points"], row["high_hhi_points"])


def share_interval(low: float, high: float, row: AnyRow) -> str:
    """A share by its ends; an end that the row excludes says so."""
    return wording.interval(low, high, low_open=bool(row.get("low_open")), high_open=bool(row.get("high_open")))


SHARES = ("vendor_share", "common_failure", "site_dependence")
WHOLE = ("pack", "country", "carrier_id", "asset_class", "segment", "measure", "as_of", "layer", "method")
