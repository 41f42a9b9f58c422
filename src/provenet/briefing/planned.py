"""A stored plan laid out for a page: its figures in words, its lots, quarters, limits, curves and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from provenet.briefing.schedules import Bar, Span, Spot, Track
from provenet.briefing.stored import Row, Stored
from provenet.briefing.words import class_words, day_words, letters, number_words, percent, share_words
from provenet.model.tables import table

SHOWN_LOTS = 60
"""Lots that the table of a page lists; the rest are counted, drawn, and stand in the case."""
CITED = (
    *("element_count", "swap_option", "plan_limit", "price_index", "exchange_rate"),
    *("carrier_share", "market_share", "deployment", "cost", "interop_rule", "interop"),
)
"""Input tables whose rows a plan may rest on; a page numbers their sources."""
PROOFS = {
    "certified": "limits, objective and bound were checked again by sums alone, without a solver",
    "solver": "the solver's word; nobody checked it again",
    "bound": "a bound is stated, which nobody checked again",
    "none": "no proof",
}
BASES = {"assumed": "assumed", "derived": "our arithmetic on sources", "sourced": "a source gives it"}
OBJECTIVES = {
    "exposure": "least exposure over time",
    "cost": "least cost by the deadline",
    "frontier": "least exposure over time, and the curves between exposure and cost",
}


def amount(value: float, currency: str | None) -> str:
    """An amount rounded to three digits, in millions or billions.

    >>> amount(1_234_000_000, "EUR"), amount(39_609_375, "EUR"), amount(0, "EUR")
    ('1.23 billion EUR', '39.6 million EUR', '0 EUR')
    """
    return f"{_rounded(value)} {currency or ''}".strip()


def _rounded(value: float) -> str:
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= unit * 0.9995:
            return f"{_digits(value / unit)} {word}"
    return f"{value:,.0f}"


def _digits(value: float) -> str:
    places = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amounts(low: float | None, high: float | None, currency: str | None) -> str:
    """An interval of amounts; the unit stands once where both ends share it.

    >>> amounts(12_000_000, 73_125_000, "EUR"), amounts(0, 73_125_000, "EUR"), amounts(5, 5, "EUR")
    ('12 to 73.1 million EUR', '0 to 73.1 million EUR', '5 EUR')
    """
    if low is None or high is None:
        return "not known"
    one, two = _rounded(low), _rounded(high)
    if one == two:
        return amount(high, currency)
    first, _, unit = one.partition(" ")
    return f"{first if unit and two.endswith(unit) else one} to {amount(high, currency)}"


def gap_words(gap: float | None) -> str:
    """How far a plan is at most from the best of its form."""
    if gap is None:
        return "how far it is from the best plan is not known"
    if gap <= 1e-6:
        return "no plan of this form is better"
    return f"at most {percent(gap)} from the best plan of this form" if gap > 5e-4 else "within 0.05% of the best plan"


def ends(row: Row, name: str) -> str:
    """The interval of a share that a row stores by its ends."""
    low, high = row[f"low_{name}"], row[f"high_{name}"]
    if low is None or high is None:
        return "not known"
    return percent(low) if percent(low) == percent(high) else share_words(low, high)


def is_late(step: Row) -> bool:
    """Whether a lot is in service only after the last day that a rule gives."""
    if step["latest_on"] is None or step["done_on"] is None:
        return False
    return bool((step["done_on"] - step["latest_on"]).days > 1)


def quarter_words(day: date) -> str:
    """2027 Q4."""
    return f"{day.year} Q{(day.month - 1) // 3 + 1}"


def runs_of_quarters(days: Iterable[date]) -> str:
    """Quarters by their first days, neighbours joined.

    >>> runs_of_quarters([date(2027, 10, 1), date(2028, 1, 1), date(2028, 7, 1)])
    '2027 Q4 to 2028 Q1, 2028 Q3'
    """
    numbers = sorted({day.year * 4 + (day.month - 1) // 3 for day in days})
    said = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        held = [f"{number // 4} Q{number % 4 + 1}" for _, number in run]
        said.append(held[0] if len(held) == 1 else f"{held[0]} to {held[-1]}")
    return ", ".join(said)


def _of_block(step: Row, stored: Stored) -> tuple[str, str]:
    """The carrier and what the lots of a block are, in words."""
    who = " ".join(part for part in (stored.name(step["carrier_id"]), step["region"]) if part)
    extra = f" {step['generation']}" if step["generation"] else ""
    layer = f" ({step['layer']})" if step["layer"] not in ("any", "hardware") else ""
    what = class_words(step["asset_class"])
    layer = "" if step["layer"] in step["asset_class"] else layer
    return who, f"{stored.name(step['from_vendor_id'])}, {what}{extra}{layer}"


def tracks(steps: Sequence[Row], stored: Stored) -> list[Track]:
    """The rows of the schedule: a track for each carrier, class and vendor, in order of carrier and first start."""
    blocks: dict[tuple[str, str], list[Row]] = {}
    for step in steps:
        blocks.setdefault(_of_block(step, stored), []).append(step)
    made = []
    for (who, what), held in blocks.items():
        timed = [step for step in held if step["start_on"] and step["done_on"]]
        bars = tuple(Bar(step["start_on"], step["done_on"], 1, step["fixed"]) for step in timed)
        latest = min((step["latest_on"] for step in held if step["latest_on"]), default=None)
        staying = sum(step["action"] == "stays" for step in held)
        made.append(Track(who, what, bars, latest, staying))
    first = {id(track): min((bar.start_on for bar in track.bars), default=date.max) for track in made}
    return sorted(made, key=lambda track: (track.group.casefold(), first[id(track)], track.label))


def lots(steps: Sequence[Row], stored: Stored) -> list[Row]:
    """The lots as a table shows them: by carrier, then as they start; those that stay come last."""
    ordered = sorted(
        steps,
        key=lambda s: (
            stored.name(s["carrier_id"]).casefold(),
            s["start_on"] or date.max,
            s["asset_class"],
            s["lot_number_count"],
            s["unit_id"],
        ),
    )
    return [_lot(step, stored) for step in ordered[:SHOWN_LOTS]]


def _lot(step: Row, stored: Stored) -> Row:
    low, high = step["low_element_count"], step["high_element_count"]
    when = "stays"
    if step["start_on"] and step["done_on"]:
        when = f"{quarter_words(step['start_on'])}, in service {day_words(step['done_on'])}"
    elif step["start_on"]:
        when = f"begun {day_words(step['start_on'])}, before the plan"
    to = {"stays": "", "shut down": "shut down"}.get(step["action"], stored.name(step["to_vendor_id"]))
    cost = amounts(step["low_cost_amount"], step["high_cost_amount"], step["currency"])
    return {
        "who": _of_block(step, stored)[0],
        "what": step["lot_says"],
        "elements": "" if low == high else f"{low:,.0f} to {high:,.0f}",
        "to": to or ("any other vendor" if step["action"] == "swap" else ""),
        "when": when,
        "given": step["fixed"],
        "late": day_words(step["latest_on"]) if is_late(step) else "",
        "cost": cost if step["priced"] and step["low_cost_amount"] is not None else "",
        "mid": _rounded(step["mid_cost_amount"]) if step["mid_cost_amount"] is not None and cost[0] != "0" else "",
        "priced": step["priced"],
        "because": step["because"],
        "id": step["step_id"],
    }


def periods(rows: Sequence[Row]) -> list[Row]:
    """The quarters as a table shows them."""
    return [
        {
            "says": row["period_says"],
            "exposed": ends(row, "exposed_share"),
            "mid": percent(row["mid_exposed_share"]) if row["mid_exposed_share"] is not None else "",
            "spent": amounts(row["low_spent_amount"], row["high_spent_amount"], None),
            "so_far": amount(row["sum_spent_amount"], None) if row["sum_spent_amount"] is not None else "not known",
            "started": row["started_count"],
            "done": row["done_count"],
            "left": row["left_count"],
            "id": row["period_id"],
        }
        for row in rows
    ]


def spans(rows: Sequence[Row], name: str) -> list[Span]:
    """Quarters as an interval each; none where an end is not known."""
    made = []
    for row in rows:
        low, mid, high = (row[f"{end}_{name}"] for end in ("low", "mid", "high"))
        if low is None or mid is None or high is None:
            return []
        made.append(Span(row["from_on"], row["to_on"], low, mid, high))
    return made


def limits(uses: Sequence[Row]) -> list[Row]:
    """One line a limit: the quarter that uses most of it, and the quarters in which it is used up while lots wait."""
    held: dict[str, list[Row]] = {}
    for use in sorted(uses, key=lambda use: (use["resource"], use["number_count"])):
        held.setdefault(use["resource"], []).append(use)
    made = []
    for rows in held.values():
        most = max(rows, key=lambda use: (use["used_amount"], -use["number_count"]))
        bound = [use for use in rows if use["binding"]]
        shown = bound[0] if bound else most
        made.append(
            {
                "says": shown["limit_says"],
                "unit": shown["unit_says"],
                "brings": _digits_of(most["capacity_amount"]),
                "most": _digits_of(most["used_amount"]),
                "when": quarter_words(most["from_on"]),
                "used_up": runs_of_quarters(use["from_on"] for use in bound),
                "bound": len(bound),
                "carry": shown["carry_over"],
                "basis": BASES.get(shown["basis"], shown["basis"]),
                "id": shown["use_id"],
            }
        )
    return sorted(made, key=lambda line: (-line["bound"], line["says"]))


def _digits_of(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.3g}"


def points(rows: Sequence[Row], kind: str) -> tuple[list[Row], list[Spot]]:
    """The points of one curve as a table shows them, and those that have a plan as spots."""
    made, spots = [], []
    for at, row in enumerate(sorted((r for r in rows if r["kind"] == kind), key=lambda r: r["number_count"])):
        key, planned = letters(at), row["mid_cost_amount"] is not None
        budget = row["budget_amount"]
        price = row["price_amount"]
        made.append(
            {
                "key": key,
                "asked": day_words(row["by_on"]) if kind == "date" else _budget(budget, row["currency"]),
                "cost": amount(row["mid_cost_amount"], row["currency"]) if planned else "no plan keeps every limit",
                "years": f"{row['mid_exposed_years']:.2f}" if planned else "",
                "clear": day_words(row["clear_on"]) if row["clear_on"] else ("some stay" if planned else ""),
                "proof": f"{row['proof']}; {gap_words(row['gap_share'])}" if planned else row["status"],
                "price": "" if price is None else amount(price, row["currency"]),
                "id": row["point_id"],
            }
        )
        if planned and kind == "date":
            spots.append(Spot(key, float(row["by_on"].toordinal()), row["mid_cost_amount"]))
        elif planned and budget is not None:
            spots.append(Spot(key, budget, row["mid_exposed_years"]))
    return made, spots


def _budget(budget: float | None, currency: str | None) -> str:
    return "no budget" if budget is None else amount(budget, currency)


class Rests:
    """What a plan rests on, with the sources of the rows behind each figure numbered."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._rows: dict[str, Mapping[str, Row]] = {}

    def row(self, ref: str) -> Row | None:
        """An input row by `table:id`, whenever it was published; None for other refs."""
        name, _, key = ref.partition(":")
        if name not in CITED:
            return None
        if name not in self._rows:
            column = table(name).id_column
            held = self._stored.whole(name)
            self._rows[name] = {**{row["row_id"]: row for row in held}, **{row[column]: row for row in held}}
        return self._rows[name].get(key)

    def cites(self, figure: Row) -> list[Row]:
        """The numbered sources of the rows behind a figure; none where no row has one."""
        found = [self.row(ref) for ref in figure["inputs"]]
        sourced = [row for row in found if row is not None and row.get("source_id")]
        return [cite for cite in self._stored.cite_all(sourced) if cite["number"]]

    def figures(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Figures the plan uses, those that no source gives first; and those that stand beside them, not used."""
        order = {word: at for at, word in enumerate(("assumed", "derived", "sourced"))}
        ordered = sorted(rows, key=lambda row: (order.get(row["basis"], 9), row["kind"], row["name"], row["input_id"]))
        told = [(row["used"], self._figure(row)) for row in ordered if row["kind"] != "rule"]
        return [line for used, line in told if used], [line for used, line in told if not used]

    def _figure(self, row: Row) -> Row:
        low, mid, high = row["low_amount"], row["mid_amount"], row["high_amount"]
        money = row["kind"] == "price"
        return {
            "name": row["name"],
            "value": _value(low, high, row["unit_says"], money),
            "mid": "" if mid is None or low == high else _one(mid, money),
            "basis": BASES.get(row["basis"], row["basis"]),
            "who": row["estimator"] or "",
            "sponsor": row["sponsor"] or "",
            "scope": row["scope"] or row["says"],
            "cites": [] if row["basis"] == "assumed" else self.cites(row),
            "id": row["input_id"],
        }

    def rules(self, rows: Sequence[Row]) -> list[Row]:
        """Rules of order with who says so and who disagrees."""
        made = []
        for row in sorted((r for r in rows if r["kind"] == "rule"), key=lambda r: (r["name"], r["input_id"])):
            ref = next((one for one in row["inputs"] if one.startswith("interop_rule:")), "")
            rule = self.row(ref) or {}
            made.append(
                {
                    "says": row["says"],
                    "basis": BASES.get(row["basis"], row["basis"]),
                    "kept": row["used"],
                    "speaks_for": self._facts(rule.get("for_fact_ids") or ()),
                    "against": self._facts(rule.get("against_fact_ids") or ()),
                    "cites": self.cites({"inputs": [ref]}),
                    "id": row["input_id"],
                }
            )
        return made

    def _facts(self, ids: Iterable[str]) -> list[Row]:
        found = [self.row(f"interop:{one}") for one in ids]
        return [
            {"who": row["who"] or "not stated", "says": row["fact_says"], "cite": self._stored.cite(row)}
            for row in found
            if row is not None
        ]


def _one(value: float, money: bool) -> str:
    return _rounded(value) if money else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _value(low: float | None, high: float | None, unit: str, money: bool) -> str:
    if low is None and high is None:
        return "not known"
    said = [_one(end, money) for end in (low, high) if end is not None]
    return f"{said[0]} {unit}" if said[0] == said[-1] else f"{said[0]} to {said[-1]} {unit}"


def swapped_words(row: Row, steps: Sequence[Row]) -> str:
    """How many lots go, as the beginning of a sentence."""
    swapped, whole = row["swapped_count"], row["lot_count"]
    done = {step["action"] for step in steps} - {"stays"}
    how = "shut down" if done == {"shut down"} else "swapped or shut down" if "shut down" in done else "swapped"
    if swapped == whole:
        many = "The one lot is" if whole == 1 else f"All {number_words(whole)} lots are"
    else:
        many = f"{number_words(swapped).capitalize()} of {number_words(whole)} lots {'is' if swapped == 1 else 'are'}"
    return f"{many} {how}"


def facts_of(row: Row, steps: Sequence[Row]) -> dict[str, Any]:
    """The figures of the row of a plan in words; `steps` are its lots."""
    currency = row["currency"]
    planned = row["mid_cost_amount"] is not None
    cost = amounts(row["low_cost_amount"], row["high_cost_amount"], currency)
    asked = OBJECTIVES.get(row["objective"], str(row["objective"]))
    if row["budget_amount"] is not None:
        asked += f", within {amount(row['budget_amount'], currency)} over all quarters"
    return {
        "planned": planned,
        "swapped": swapped_words(row, steps),
        "late": sum(is_late(step) for step in steps),
        "cost": cost,
        "mid_cost": amount(row["mid_cost_amount"], currency) if planned else "",
        "present": amount(row["present_cost_amount"], currency) if row["present_cost_amount"] is not None else "",
        "gross": amount(row["gross_cost_amount"], currency) if row["gross_cost_amount"] is not None else "",
        "discount": percent(row["discount_share"]),
        "year": row["price_year"] or "not stated",
        "currency": currency or "",
        "before": ends(row, "before_share"),
        "after": ends(row, "after_share"),
        "years": _years(row),
        "clear_day": day_words(row["clear_on"]) if row["clear_on"] else "",
        "by": day_words(row["by_on"]),
        "asked": asked,
        "proof": PROOFS.get(row["proof"], row["proof"]),
        "gap": gap_words(row["gap_share"]),
        "assumed_share": percent(row["assumed_share"]) if row["assumed_share"] is not None else "",
    }


def _years(row: Row) -> str:
    low, high = row["low_exposed_years"], row["high_exposed_years"]
    if low is None or high is None:
        return "not known"
    said = [f"{value:.2f}".rstrip("0").rstrip(".") for value in (low, high)]
    return said[0] if said[0] == said[1] else f"{said[0]} to {said[1]}"
