"""Laws of the rows that a dossier shows: ends in order, parts that fit their whole, sums of their lines, days known.

They run on the rows themselves before a page is written, whatever the templates make of them.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from itertools import pairwise
from math import fsum

from provenet.case.extract import READS, RowFinder, Tables
from provenet.case.rows import AnyRow
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.errors import Fault
from provenet.core.grouping import grouped

SHARES = ("vendor_share", "common_failure", "site_dependence")
_WHOLE = ("pack", "country", "carrier_id", "asset_class", "segment", "measure", "as_of", "layer", "method", "run_id")
_UNDATED = frozenset(("source", "party"))
"""Tables whose rows say which text and who is meant."""
_SLACK = 1e-6

Contradiction = tuple[str, str, str, str]
"""The id of the row, what is wrong, what was found, and what was expected."""


class RowLaws:
    """The laws over the tables of a dossier. Cost O(rows).

    Parameters
    ----------
    tables
        The rows that the pages are made from, by table.
    reads
        The tables whose rows the pages may show.
    """

    def __init__(self, tables: Tables, reads: Sequence[str] = READS) -> None:
        self._finder = RowFinder(tables)
        self._held = [name for name in reads if name in tables]

    def sum_faults(self, place: str) -> Iterator[Fault]:
        """Ends out of order, parts that exceed their whole, and sums that their lines do not give."""
        way_out = (
            "Make the results anew: provenet run CASE. If it stays, the rows contradict each other, and the page is "
            "not written."
        )
        for law in (self._ends_in_order, self._parts_of_wholes, self._awards_of_answers, self._lots_of_plans):
            for key, text, found, expected in law():
                yield Fault(place, text, column=key, found=found, expected=expected, way_out=way_out)

    def later_faults(self, keys: Iterable[str], known: date, place: str) -> Iterator[Fault]:
        """Rows shown that were not known on a day, and results shown that rest on such rows."""
        later = self._later(known)
        for key, name, row in self._shown(keys):
            # A verdict names the criteria of its rule in words; the rule has days of its own, finer than theirs.
            below = [ref for ref in row.get("inputs") or () if not ref.startswith("policy:")]
            for ref in dict.fromkeys([f"{name}:{key}", *below]):
                if ref in later:
                    yield Fault(
                        place,
                        f"the page, as known on {known}, shows a row that was not known then, or what rests on it",
                        column=key,
                        found=ref,
                        expected=f"rows whose source or own day is {known} or before",
                        way_out="Correct the day of the row, or make the results anew as known on that day; "
                        "then run brief again.",
                    )

    def known_inputs(self, keys: Iterable[str], known: date) -> frozenset[str]:
        """Those of some ids that are of input rows known on a day, or assumed on any."""
        later = self._later(known)
        return frozenset(
            key for key, name, _ in self._shown(keys) if table(name).kind == "input" and f"{name}:{key}" not in later
        )

    def _shown(self, keys: Iterable[str]) -> Iterator[tuple[str, str, AnyRow]]:
        """Each id that is of a row, with its table and the row; the id of a result is never hidden by an input."""
        wanted, found = set(keys), dict[str, tuple[str, AnyRow]]()
        for name in sorted(self._held, key=lambda one: table(one).kind == "result"):
            for row in self._finder.rows(name, wanted):
                found.update((row[column], (name, row)) for column in _ids(name) if row.get(column) in wanted)
        yield from ((key, *found[key]) for key in sorted(found))

    def _later(self, known: date) -> Set[str]:
        """The input rows, as `table:id`, that were not known on a day."""
        inputs = (name for name in self._held if table(name).kind == "input" and name not in _UNDATED)
        return {f"{name}:{key}" for name in inputs for key in self._finder.later_ids(name, known)}

    def _ends_in_order(self) -> Iterator[Contradiction]:
        for name in SHARES:
            text = "the ends of a share are out of order or outside 0 to 100 %"
            expected = "a lower end at or below the upper end, both from 0 to 100 %"
            for row in self._finder.every(name):
                low, high = row["low_share"], row["high_share"]
                if not -_SLACK <= low <= high + _SLACK <= 1 + 2 * _SLACK:
                    found = f"{wording.percent(low)} to {wording.percent(high)}"
                    yield row[table(name).id_column], text, found, expected
        text = "the ends of an index are out of order or outside 0 to 10,000"
        for row in self._finder.every("concentration"):
            low, high = row["low_hhi_points"], row["high_hhi_points"]
            if not -_SLACK <= low <= high + _SLACK <= 10_000 + 2 * _SLACK:
                expected = "a lower end at or below the upper end, both from 0 to 10,000"
                yield row["concentration_id"], text, f"{low:,.2f} to {high:,.2f}", expected

    def _parts_of_wholes(self) -> Iterator[Contradiction]:
        """Restricted, unknown and clear parts of one whole: at least they give no more than it."""
        rows = (row for row in self._finder.every("vendor_share") if row["part"] is not None)
        for parts in grouped((tuple(row[name] for name in _WHOLE), row) for row in rows).values():
            least = fsum(row["low_share"] for row in parts)
            first = max(parts, key=lambda row: (row["low_share"], row["share_id"]))
            text = f"the parts of one whole do not fit it ({', '.join(sorted(row['share_id'] for row in parts))})"
            if least > 1 + _SLACK:
                yield first["share_id"], text, f"at least {wording.percent(least)} together", "at most 100 %"

    def _awards_of_answers(self) -> Iterator[Contradiction]:
        """What an answer commits is the sum of its awards, within its budget; no more clears than is concerned."""
        for fund in self._finder.every("fund"):
            key, money, budget = fund["fund_id"], fund["currency"], fund["budget_amount"]
            awards = self._lines_of("award", "fund_id", fund)
            given, committed = fsum(row["award_amount"] for row in awards), fund["committed_amount"] or 0.0
            found = wording.amount(committed, money)
            if awards and abs(given - committed) > 1 + _SLACK * committed:
                yield key, "the awards do not add up to what is committed", found, wording.amount(given, money)
            if budget is not None and committed > budget * (1 + _SLACK):
                yield key, "more is committed than the budget holds", found, f"at most {wording.amount(budget, money)}"
            after, most = fund["high_after_share"], fund["high_exposed_share"]
            text = "more can become clear than the purchases concern"
            if after is not None and most is not None and after > most + _SLACK:
                yield key, text, wording.percent(after), f"at most {wording.percent(most)}"
            yield from _falling_ends(self._lines_of("fund_curve", "fund_id", fund))

    def _lots_of_plans(self) -> Iterator[Contradiction]:
        """The lots and quarters of a plan give its counts and costs; no more is exposed at the end than before."""
        for plan in self._finder.every("plan"):
            key, lots, swaps = plan["plan_id"], plan["lot_count"], plan["swapped_count"]
            steps = self._lines_of("plan_step", "plan_id", plan)
            if steps and len(steps) != lots:
                yield key, "the lots listed are not as many as the plan counts", str(lots), str(len(steps))
            swapped = sum(bool(step["action"] != "stays") for step in steps)
            if steps and swapped != swaps:
                yield key, "the lots that go are not as many as the plan counts", str(swaps), str(swapped)
            before, after = plan["high_before_share"], plan["high_after_share"]
            text = "more is exposed at the end of the plan than before it"
            if before is not None and after is not None and after > before + _SLACK:
                yield key, text, wording.percent(after), f"at most {wording.percent(before)}"
            spent = [row["sum_spent_amount"] for row in self._lines_of("plan_period", "plan_id", plan)]
            cost, most, money = plan["mid_cost_amount"], max(spent, key=abs, default=0.0), plan["currency"]
            text = "the quarters do not add up to the cost of the plan"
            if spent and cost is not None and abs(most - cost) > 1 + _SLACK * abs(cost):
                yield key, text, wording.amount(cost, money), wording.amount(most, money)

    def _lines_of(self, name: str, column: str, whole: AnyRow) -> list[AnyRow]:
        """The lines of a plan or an answer: of its run, with its id."""
        return [row for row in self._finder.every(name) if all(row[one] == whole[one] for one in (column, "run_id"))]


def _falling_ends(points: Iterable[AnyRow]) -> Iterator[Contradiction]:
    """More money is never worth less: the low end of the curve over budgets of the whole country."""
    text = "a larger budget shows a lower low end"
    known = [row for row in points if (row["kind"], row["purchase_id"]) == ("budget", None)]
    known = [row for row in known if row["low_share"] is not None]
    for before, row in pairwise(sorted(known, key=lambda row: row["number_count"])):
        least = before["low_share"]
        if row["low_share"] < least - _SLACK:
            yield row["point_id"], text, wording.percent(row["low_share"]), f"at least {wording.percent(least)}"


def _ids(name: str) -> Set[str]:
    """The columns in which pages name rows of a table."""
    return {"row_id", table(name).id_column}
