"""A second plain reader of page one: its finished words against tables as lists of rows, by code of its own.

Each sentence is told apart by its words, and holds where rows of the case make it true. A sentence that no rule here
reads is a fault: `UNREAD` with its words.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from math import ceil, floor
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
UNREAD = "no rule of the second reader reads: "
NOBODY = "a carrier that is not named"
SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
PARTS = ("ran", "core", "transport", "mgmt")
CLASSES = {"ran": "RAN", "mgmt": "management", "cpe": "customer equipment (CPE)", "access_fixed": "fixed access"}
DAY = r"\d{1,2} [A-Z][a-z]+ \d{4}"
END = r"(?:over |under )?[\d.]+"
SHARE = rf"(?:not known \(0 to 100 %\)|{END}(?: to {END})? %(?: \((?:as published|worked out)\))?)"
SUM = r"[\d.,]+(?: (?:million|billion))?"
MONEY = rf"(?:not known|(?:at (?:least|most) )?[A-Z]{{3}} {SUM}(?: to {SUM})?)"


def day_of(text: str) -> date:
    day, month, year = text.split()
    return date(int(year), MONTHS.index(month) + 1, int(day))


def number_of(text: str) -> int:
    return SMALL.index(text) if text in SMALL else int(text.replace(",", ""))


def listed(text: str, last: str = "and") -> list[str]:
    """The items of a list; names that hold commas or the last word are not told apart."""
    head, _, tail = text.rpartition(f" {last} ")
    return [one for one in (*head.split(", "), tail) if one]


def is_share(text: str, low: float, high: float, row: Row | None = None) -> bool:
    """Whether a printed share is an interval: never narrower than it, and wider by at most a tenth of a point."""
    if text.startswith("not known"):
        return low <= 0 and high >= 1
    found = re.fullmatch(r"(over |under )?([\d.]+)(?: to (over |under )?([\d.]+))? %(?: \((.*)\))?", text)
    assert found is not None, text
    first, last = float(found[2]) / 100, float(found[4] or found[2]) / 100
    how = found[5]
    if how and row is not None and (how == "as published") != (row.get("method") == "published"):
        return False
    if found[4] is None:
        if found[1] == "under ":
            return low <= 0 and high <= last + 1e-9 and high >= last - 0.0011 if low <= 0 < high else low < last
        return (abs(low - first) <= 0.00051 and abs(high - last) <= 0.00051) or (found[1] == "over " and low > first)
    is_low = (first - 1e-9 <= low + 2e-9 and low - first < 0.0011) or (found[1] == "under " and 0 < low < first)
    is_high = (last + 1e-9 >= high - 2e-9 and last - high < 0.0011) or (found[3] == "over " and last < high < 1)
    return is_low and is_high


def is_money(text: str, low: float | None, high: float | None, currency: str | None) -> bool:
    """Whether a printed amount holds both ends, and is wider by at most one in a hundred."""
    if low is None and high is None:
        return text == "not known"
    values = [
        (number.replace(",", ""), unit) for number, unit in re.findall(r"([\d.,]*\d)(?: (million|billion))?", text)
    ]
    unit = values[-1][1]
    ends = [
        float(number) * {"million": 1e6, "billion": 1e9, "": 1}[one or (unit if len(values) > 1 else "")]
        for number, one in values
    ]
    if ends[0] > ends[-1]:
        ends[0] = float(values[0][0])
    if (currency or "") not in text or ("at least" in text) != (high is None) or ("at most" in text) != (low is None):
        return False
    known = [one for one in (low, high) if one is not None]
    near = all(
        abs(shown - held) <= 0.01 * abs(held) + 1
        for shown, held in zip((ends[0], ends[-1]), (known[0], known[-1]), strict=True)
    )
    return near and (len(known) < 2 or len(ends) < 2 or (ends[0] <= known[0] + 1 and ends[-1] >= known[-1] - 1))


def class_words(name: str) -> str:
    first, _, rest = name.partition(".")
    words = CLASSES.get(first, first.replace("_", " "))
    return f"{words}: {rest.replace('_', ' ').replace('.', ': ').replace('oss', 'OSS')}" if rest else words


class PageOne:
    """The rows of a case for one country and day, and what its first page may say of them."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], here: Sequence[str], day: date, known: date | None) -> None:
        self.tables, self.day, self.known = tables, day, known
        self.here, self.jurisdictions = here[:2], here
        self.names = {row["party_id"]: row["name"] for row in tables.get("party", ())}
        self.sources = {row["source_id"]: row for row in tables.get("source", ())}
        self.said: dict[str, list[str]] = {}
        self.lead: list[Row] = []

    def name(self, party: str | None) -> str:
        seat = (party or "").removeprefix("country:")
        return (
            ""
            if party is None
            else f"vendors seated in {SEATS.get(seat, seat)}"
            if seat != party
            else self.names.get(party, party)
        )

    def vendors(self, ids: Iterable[str], complement: bool = False) -> str:
        words = [self.name(one) for one in ids]
        text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
        return f"all vendors but {text}" if complement else text

    def results(self, table: str) -> list[Row]:
        rows = [
            row
            for row in self.tables.get(table, ())
            if row.get("as_of_on", self.day) == self.day and row.get("known_on", self.known) == self.known
        ]
        return [row for row in rows if row["country"] in self.here] or [row for row in rows if row["country"] is None]

    def inputs(self, table: str) -> list[Row]:
        return [
            row for row in self.tables.get(table, ()) if row.get("reading") != "not read" and self.was_known(table, row)
        ]

    def was_known(self, table: str, row: Row) -> bool:
        """Whether a row was public on the day known; as far as a plain reader can tell, so unsure is known."""
        if self.known is None or table in ("site", "party"):
            return True
        own = {"claim": "said_high_on", "policy": "effective_high_on", "site_answer": "answered_on"}.get(table)
        source = self.sources.get(row["source_id"] or "", {})
        day = (own and row.get(own)) or row.get("sourced_high_on") or source.get("published_high_on")
        return day is None or day <= self.known

    # How dependent, and on whom.

    def shares(self) -> list[Row]:
        rows = [
            row
            for row in self.results("vendor_share")
            if row["part"] is None and row["method"] not in ("not published", "forecast")
        ]
        return [
            row
            for row in rows
            if not (row["complement"] or row["later_estimate"] or (row["low_share"] <= 0 and row["high_share"] >= 1))
        ]

    def whole(self) -> list[Row]:
        """The shares of whole countries, each as narrow as any row of the same count within it."""
        rows = [row for row in self.shares() if row["carrier_id"] is None and row["asset_class"].split(".")[0] in PARTS]
        ends: dict[object, list[tuple[float, float]]] = {}
        for row in rows:
            ends.setdefault(same_count(row), []).append((row["low_share"], row["high_share"]))
        return [
            row
            for row in rows
            if not any(
                row["low_share"] <= low <= high <= row["high_share"]
                and (low, high) != (row["low_share"], row["high_share"])
                for low, high in ends[same_count(row)]
            )
        ]

    def of(self, vendor: str, share: str, rows: Iterable[Row]) -> list[Row]:
        return [
            row
            for row in rows
            if self.vendors(row["vendor_ids"]) == vendor and is_share(share, row["low_share"], row["high_share"], row)
        ]

    def group(self, row: Row) -> list[Row]:
        alike = ("segment", "measure", "as_of")
        return [one for one in self.whole() if all(one[name] == row[name] for name in alike)]

    def leads(self, vendor: str, share: str, part: str, *, holds: Callable[[Row, list[Row]], bool]) -> bool:
        rows = self.of_part(self.of(vendor, share, self.whole()), part)
        self.lead = [row for row in rows if holds(row, self.group(row))]
        return bool(self.lead)

    def of_part(self, rows: Iterable[Row], part: str) -> list[Row]:
        return [row for row in rows if row["segment"] == part.removesuffix(" (radio network)")]

    def is_most(self, row: Row, rows: list[Row]) -> bool:
        low = min(one["low_share"] for one in rows if one["vendor_ids"] == row["vendor_ids"])
        return low > 0.5 and all(one["high_share"] < low for one in self.single(rows, row))

    def leads_most(self, *said: str) -> bool:
        return self.leads(*said, holds=self.is_most)

    def leads_alone(self, *said: str) -> bool:
        return self.leads(*said, holds=lambda row, _: not self.others(row))

    def leads_known(self, *said: str) -> bool:
        return self.leads(*said, holds=lambda row, rows: bool(self.others(row)) and not self.is_most(row, rows))

    def others(self, row: Row) -> set[str]:
        """The other vendors of shares of the same part of the network."""
        rows = [one for one in self.whole() if one["segment"] == row["segment"]]
        return {vendor for one in rows for vendor in one["vendor_ids"]} - {*row["vendor_ids"]}

    def leads_together(self, *said: str) -> bool:
        return self.leads(
            *said, holds=lambda row, rows: not any(one["low_share"] > 0 for one in self.single(rows, row))
        )

    def lists(self, part: str, vendors: str, *, holds: Callable[[Row, list[Row]], bool]) -> bool:
        """Whether each vendor of a list has its share of a network, of which something holds."""
        named = re.findall(rf"(?:^|, | and )(.+?) ({SHARE})(?: \(to be checked\))?(?=, | and |$)", vendors)
        rows = [self.of_part(self.of(vendor, share, self.whole()), part) for vendor, share in named]
        self.lead = rows[0] if rows else []
        return all(rows) and any(holds(row, self.group(row)) for row in self.lead)

    def none_certain(self, *said: str) -> bool:
        return self.lists(*said, holds=lambda _, rows: all(low <= 0 for low in least(rows).values()))

    def not_certain(self, *said: str) -> bool:
        return self.lists(*said, holds=lambda row, rows: row["low_share"] > 0 and not self.is_most(row, rows))

    def gone(self, part: str, vendor: str) -> bool:
        rows = [row for row in self.results("vendor_share") if row["part"] is None and row["carrier_id"] is None]
        rows = [row for row in self.of_part(rows, part) if self.vendors(row["vendor_ids"]) == vendor]
        self.lead = [row for row in rows if row["low_share"] <= 0 and row["high_share"] >= 1]
        return not self.whole() and any(self.contracts_of(row) for row in self.lead)

    def contracts_of(self, row: Row) -> list[Row]:
        keys = {ref.partition(":")[2] for ref in row["inputs"] if ref.startswith("procurement:")}
        return [one for one in self.tables.get("procurement", ()) if one["row_id"] in keys]

    def since(self, contracts: str, without: str | None) -> bool:
        shares = [one for lead in self.lead for one in self.group(lead) or [lead]]
        index = [one for one in self.results("concentration") if one["segment"] in {row["segment"] for row in shares}]
        rows = [row for one in (*shares, *index) for row in self.contracts_of(one)]
        shown = {vendor for one in self.shares() for vendor in one["vendor_ids"]}
        taken = {self.name(one) for row in rows for one in row["vendor_ids"] or () if one not in shown}
        told = {
            f"{self.name(row['carrier_id']) or 'all carriers'} takes "
            f"{self.vendors(row['vendor_ids']) or 'another vendor'} in place of "
            f"{self.vendors(row['replaces_vendor_ids'] or ())} ({row['day'] or 'no date'}"
            + (", planned)" if row["event"].startswith("planned") else ")")
            for row in rows
        }
        return {*contracts.split("; ")} <= told and {*listed(without or "")} <= taken

    def evidence(self, word: str, count: str, disagree: str | None) -> bool:
        """Whether the word may follow from the number of sources and the coverage."""
        fewest, least_of = {"high": (3, 0.8), "medium": (2, 0.5), "low": (0, 0.0)}[word]
        rows = [row for row in self.lead if word == "low" or not row["to_be_checked"]]
        is_covered = any(row["coverage_share"] >= least_of for row in rows)
        return is_covered and number_of(count) >= fewest and (not disagree or word == "low")

    def reported(self, reports: str) -> bool:
        """Whether each report names every vendor of rows on some parts of a carrier's network, and their years."""
        rows = [row for row in self.inputs("deployment") if row["country"] in self.here and row["presence"] == "named"]
        for one in reports.split("; "):
            who, _, rest = one.partition(": ")
            vendors, _, under = rest.removesuffix(")").partition(" (")
            segments, _, years = under.rpartition(", ")
            own = [row for row in rows if (self.name(row["carrier_id"]) or "all carriers") == who]
            own = [row for row in own if segments in (row["segment"], class_words(stem_of(row)))]
            own = [row for row in own if row["extent"] != "trial"]
            if vendors != (vendors := vendors.removesuffix(" alone")) and {row["extent"] for row in own} != {"sole"}:
                return False
            sets = [(row["complement"], one) for row in own for one in ids_of(row)]
            named = {self.vendors(one, complement) for complement, one in sets}
            if not named or (vendors not in named and {*listed(vendors)} != named):
                return False
            days = [day for row in own for day in (row["day_low_on"], row["day_high_on"]) if day]
            ends = set(re.findall(r"\d{4}", years))
            if (years == "no date") != (not days) or not ends <= {f"{day:%Y}" for day in days}:
                return False
        return not any(self.is_most(row, self.group(row)) for row in self.lead)

    def counted(self, what: str, vendor: str, coverage: str) -> bool:
        rows = [row for row in self.lead if is_share(coverage, row["coverage_share"], row["coverage_share"])]
        rows = [row for row in rows if self.vendors(row["vendor_ids"]) == vendor]
        return any(what in (self.measure(row), f"{self.measure(row)}, {row['as_of']}") for row in rows)

    def world(self, vendors: str, measure: str, day: str) -> bool:
        named = re.findall(rf"(?:^|, | and )(.+?) ({SHARE})(?=, | and |$)", vendors)
        rows = [row for row in self.inputs("market_share") if row["geo"] == "World" and not row["forecast"]]
        rows = [row for row in rows if row["measure"].removeprefix("share of ") == measure and row["as_of"] == day]
        return not self.whole() and all(self.of(vendor, share, rows) for vendor, share in named)

    def measured(self, count: str, _: str, vendor: str, share: str) -> bool:
        rows = [row for row in self.results("measured_share") if self.vendors(row["vendor_ids"]) == vendor]
        rows = [row for row in rows if f"{row['answered_count']:,}" == count]
        return any(share == "not known" or is_share(share, row["low_share"], row["high_share"]) for row in rows)

    def single(self, rows: Iterable[Row], row: Row) -> list[Row]:
        return [one for one in rows if len(one["vendor_ids"]) == 1 and one["vendor_ids"] != row["vendor_ids"]]

    def beside(self, vendors: str) -> bool:
        named = re.findall(rf"(?:^|, | and )(.+?) ({SHARE})( \(to be checked\))?(?=, | and |$)", vendors)
        group = [one for row in self.lead for one in self.group(row)]
        rows = [(self.of(vendor, share, group), bool(mark)) for vendor, share, mark in named]
        return bool(rows) and all(any(one["to_be_checked"] == mark for one in found) for found, mark in rows)

    def measure(self, row: Row) -> str:
        return str(row["measure_short"] or row["measure"]).removeprefix("share of ")

    def index(self, points: str, mark: str) -> bool:
        ends = [int(one.replace(",", "")) for one in points.split(" to ")]
        rows = [
            row
            for row in self.results("concentration")
            if row["carrier_id"] is None and bool(row["to_be_checked"]) == bool(mark)
        ]
        rows = [
            row
            for row in rows
            if any(all(row[name] == one[name] for name in ("segment", "measure", "as_of")) for one in self.lead)
        ]
        return any(
            floor(row["low_hhi_points"] + 0.01) == ends[0]
            and max(ceil(row["high_hhi_points"] - 0.01), ends[0]) == ends[-1]
            for row in rows
        )

    def parts(self, text: str) -> set[str]:
        return {*text.split("; ")}

    def noted(self, notes: str) -> bool:
        """Whether they are the notes of the published shares behind one row that may lead."""
        of_row = []
        for row in self.lead:
            keys = {ref.partition(":")[2] for ref in row["inputs"]}
            shares = (one for one in self.tables.get("market_share", ()) if one["row_id"] in keys)
            of_row.append({one["note"].rstrip(".") for one in shares if one["note"]})
        return any(held and all(one in notes for one in held) for held in of_row)

    # What the rules ask.

    def policies(self) -> list[tuple[str, str, str, list[date]]]:
        """Of each rule that is no proposal: what it asks, of which part, under which law, and its days ahead."""
        rows = [row for row in self.inputs("policy") if row["jurisdiction"] in self.jurisdictions]
        gone = {
            row["policy_id"]
            for row in rows
            for later in rows
            if later["policy_id"] in row["superseded_by"]
            and (later["effective_high_on"] or later["effective_low_on"] or date.max) <= self.day
        }
        rows = [
            row
            for row in rows
            if row["policy_id"] not in gone
            and not row["lifecycle"].startswith("proposed")
            and not row["binding"].startswith(("regulation (proposal)", "proposal"))
        ]
        made = [
            (
                row["criterion"],
                row["asset_scope"],
                row["instrument"] or row["title"],
                [row["deadline_on"], row["effective_low_on"], *iso_days(row["deadline"])],
            )
            for row in rows
        ]
        rules = [
            row
            for row in self.results("policy_rule")
            if row["force"] != "proposal" and (row["ends_high_on"] or date.max) >= self.day
        ]
        for row in rules:
            parts = [class_words(one) for one in row["asset_classes"]]
            scope = self.vendors(parts) if parts else "any part of a network"
            last = row["ends_low_on"] if row["ends_low_on"] == row["ends_high_on"] else None
            made.append(
                (
                    row["says"],
                    scope,
                    row["pack_title"],
                    [row["deadline_on"], row["effective_low_on"], last, *iso_days(row["deadline"])],
                )
            )
        return [
            (what, part or "", law, [day for day in days if day and day > self.day]) for what, part, law, days in made
        ]

    def bound(self, vendors: str, states: str) -> bool:
        """Whether the vendors are those that rules name, and others those that contracts of the addressee name."""
        named = {self.vendors([one]) for row in self.results("policy_rule") for one in row["vendor_ids"] or ()}
        for who, contracts in re.findall(r"(?:^|; )([^;]+) \(no figure; chosen there: ([^;]+)\)(?=;|$)", states):
            rows = [row for row in self.inputs("procurement") if self.name(row["carrier_id"]) == who]
            chosen = {
                f"{self.vendors(row['vendor_ids'])} ({row['segment']}, {row['day']})"
                for row in rows
                if not row["event"].startswith("planned") and row["vendor_ids"] and row["day_high_on"] <= self.day
            }
            if not {*re.split(r"(?<=\)), | and (?=[^()]+ \([^()]+\)$)", contracts)} <= chosen:
                return False
        return {*listed(vendors)} <= named

    def left_of(self, day: str, who: str, vendors: str) -> bool:
        """Whether the next day is that of a rule on just these vendors; whom it binds, the chapter has."""
        named = {frozenset(row["vendor_ids"] or ()) for row in self.results("policy_rule")}
        of_rule = {self.vendors([one]) for ids in named for one in ids}
        return self.next_day(day) and bool(who) and {*listed(vendors)} <= of_rule

    def due(self) -> dict[date, set[str]]:
        """The days of terms, effects and removals on record, each with the rules that set it."""
        found: dict[date, set[str]] = {day: set() for *_, days in self.policies() for day in days}
        for row in self.results("policy_rule"):
            for day in filter(None, (row["deadline_on"], row["effective_low_on"])):
                found.setdefault(day, set()).add(row["rule_id"])
        for row in (row for rows in self.in_force() for row in rows if row["remove_by_on"]):
            found.setdefault(row["remove_by_on"], set()).add(row["rule_id"])
        return found

    def swapped(self) -> set[tuple[str, date]]:
        """The rules and days by which a lot of the plan in force is swapped at a price."""
        plan = self.plan()
        rows = [row for row in self.results("plan_step") if plan and row["plan_id"] == plan["plan_id"]]
        is_in_force = plan is not None and not plan["scenario"]
        return {
            (row["rule_id"], row["latest_on"])
            for row in rows
            if is_in_force and row["priced"] and row["action"] != "stays"
        }

    def costed(self, in_part: str | None, days: str) -> bool:
        due, swapped = self.due(), self.swapped()
        return bool(in_part) == bool(self.uncounted()) and all(
            any((rule, day_of(day)) in swapped for rule in due.get(day_of(day), ())) for day in listed(days)
        )

    def uncosted(self, days: str, why: str) -> bool:
        due, plan = self.due(), self.plan()
        is_why = (why == "no plan of replacement on record") == (plan is None or plan["scenario"])
        return is_why and all(day_of(day) in due for day in listed(days))

    def open_titles(self, text: str) -> bool:
        return self.titles(text, is_open=True)

    def titles(self, text: str, *, is_open: bool = False) -> bool:
        """Whether just the laws and contracts in force are named, and each asks what is quoted."""
        binding = [rows[0] for rows in self.in_force() if rows[0]["force"] in ("law", "contract")]
        items, depth = [""], 0
        for one in text.split("; "):
            items[-1] += one if not items[-1] else f"; {one}"
            depth += one.count("(") - one.count(")")
            items += [""] if not depth else []
        names = r"(?:designated by name|named under it|term)\b.*"
        note = rf"(.+?)(?: \((?:in our words: (.+?)(?:; {names})?|{names})\))?"
        named = [found.groups() for one in items if (found := re.fullmatch(note, one))]
        says = {
            (row["pack_title"], row["says"].rstrip("."))
            for row in self.results("policy_rule")
            if row["effect"] != "permit"
        }
        unsettled = any(row["outcome"] == "undetermined" for rows in self.in_force() for row in rows)
        is_all = {title for title, _ in named} == {row["pack_title"] for row in binding} and unsettled is is_open
        return is_all and all(not duty or (title, duty) in says for title, duty in named)

    def rule_day(self, day: str, what: str, part: str, law: str) -> bool:
        return any(
            what == asked.rstrip(".")
            and law.split("; ")[0] == title
            and day_of(day) in days
            and (not part or part == scope)
            for asked, scope, title, days in self.policies()
        )

    def next_day(self, day: str) -> bool:
        return min((one for *_, days in self.policies() for one in days), default=None) == day_of(day)

    def packs(self) -> list[list[Row]]:
        """The verdicts by policy, of questions put to every vendor; of policies begun by the day known."""
        own = ("capability", "country_of_origin", "origin_country", "product_category", "site_class", "asset_count")
        rows = [row for row in self.results("verdict") if all(row.get(name) is None for name in own)]
        packs = [[row for row in rows if row["pack"] == pack] for pack in sorted({row["pack"] for row in rows})]
        return [
            held for held in packs if self.known is None or (held[0]["first_in_force_on"] or date.min) <= self.known
        ]

    def in_force(self) -> list[list[Row]]:
        return [rows for rows in self.binding() if any(row["rules_in_force"] > 0 for row in rows)]

    def binding(self) -> list[list[Row]]:
        return [
            rows
            for rows in self.packs()
            if rows[0]["force"] != "proposal" and all(row["binds"] is not False for row in rows)
        ]

    def asks(self, until: str, where: str, vendors: str, title: str, *, outcome: str) -> bool:
        """Whether each vendor named has the outcome in each part named, and nobody else in these."""
        for rows in self.in_force():
            if not title.startswith(rows[0]["pack_title"]):
                continue
            named = [
                row
                for row in rows
                if row["outcome"] == outcome
                and row["rules_in_force"] > 0
                and row["remove_by_on"] == (day_of(until) if until else None)
            ]
            alone = re.search(r", for (.+) alone\)$", title)
            if alone and not {*listed(alone[1])} <= {self.name(row["carrier_id"]) for row in named}:
                continue
            found = {(self.name(row["vendor_id"]), row["asset_class"]) for row in named}
            screened = {row["asset_class"] for row in rows}
            everyone = {self.name(row["vendor_id"]) for row in rows}
            reach = {vendor: frozenset(part for who, part in found if who == vendor) for vendor, _ in found}
            for classes in {*reach.values()}:
                who = sorted((one for one in reach if reach[one] == classes), key=str.casefold)
                whole = {
                    one
                    for one in classes
                    if {two for two in screened if two.split(".")[0] == one.split(".")[0]} <= classes
                }
                words = dict.fromkeys(
                    class_words(one.split(".")[0] if one in whole else one) for one in sorted(classes)
                )
                is_who = vendors == ("every vendor screened" if {*who} == everyone else self.vendors_of(who, 4))
                if is_who and where == ("every part screened" if classes == screened else self.vendors_of([*words], 6)):
                    return True
        return False

    def vendors_of(self, words: Sequence[str], shown: int) -> str:
        cut = [*words[:shown], f"{len(words) - shown} more"] if len(words) > shown else [*words]
        return cut[0] if len(cut) == 1 else f"{', '.join(cut[:-1])} and {cut[-1]}" if cut else ""

    # Sites.

    def sites(self) -> list[Row]:
        return [row for row in self.inputs("site") if row["country"] in self.here]

    def served(self, site: Row) -> bool:
        return bool(site["carrier_id"]) or any(
            row["site_id"] == site["site_id"] and row["carrier_ids"] for row in self.inputs("site_answer")
        )

    def blank(self, count: str, total: str) -> bool:
        blank = sum(not self.served(row) for row in self.sites())
        return number_of(total) == len(self.sites()) and (
            blank == len(self.sites()) if count == "any" else blank == number_of(count)
        )

    def certain(self) -> list[Row]:
        rows = [row for row in self.results("site_dependence") if not row["to_be_checked"]]
        return [row for row in rows if row["low_share"] > 0 and row["scenario"] is None]

    def most(self, share: str, measure: str, vendor: str) -> bool:
        rows = [
            row for row in self.certain() if self.vendors(row["vendor_ids"]) == vendor and self.measure(row) == measure
        ]
        most = max((row["low_share"] for row in self.certain()), default=0)
        self.lead = [
            row for row in rows if is_share(share, row["low_share"], row["high_share"]) and row["low_share"] == most
        ]
        return bool(self.lead)

    def scenario(self, says: str, share: str) -> bool:
        rows = [row for row in self.results("site_dependence") if row["scenario"] == says and not row["to_be_checked"]]
        return any(
            is_share(share, row["low_share"], row["high_share"]) and row["site_id"] == one["site_id"]
            for row in rows
            for one in self.lead
        )

    # Cost and aid.

    def plan(self) -> Row | None:
        """The plan of which the page tells: one that replaces something, under the rules in force before a scenario."""

        def place(row: Row) -> tuple[object, ...]:
            return not row["lot_count"], row["scenario"], not row["swapped_count"], bool(row["only"]), row["plan_id"]

        return min(self.results("plan"), key=place, default=None)

    def costs(self, policy: str | None, money: str, year: str, kinds: str | None) -> bool:
        plan = self.plan()
        if (
            plan is None
            or plan["swapped_count"] == 0
            or plan["scenario"] != (policy is not None)
            or policy not in (None, plan["policy_says"])
        ):
            return False
        is_sum = is_money(money, plan["low_gross_cost_amount"], plan["high_gross_cost_amount"], plan["currency"])
        return (
            is_sum
            and (plan["price_year"] or "undated") == year
            and [*map(kind_of, self.uncounted())] == (kinds.split("; ") if kinds else [])
        )

    def uncounted(self) -> list[str]:
        says = r"\bno row (?:says how much|counts)\b|, since rows of element_count count that class"
        return [one for one in (self.plan() or {"unanswered": ()})["unanswered"] if re.search(says, one)]

    def nothing(self, policy: str | None) -> bool:
        plan = self.plan()
        return (
            plan is not None
            and plan["lot_count"] == 0
            and plan["scenario"] == (policy is not None)
            and policy in (None, plan["policy_says"])
        )

    def left(self, policy: str | None, lots: str, why: str) -> bool:
        plan = self.plan()
        if (
            plan is None
            or plan["swapped_count"]
            or plan["lot_count"] != number_of(lots)
            or plan["scenario"] != (policy is not None)
        ):
            return False
        if why.startswith("none has a price"):
            return bool(plan["unpriced_count"] == plan["lot_count"])
        return (plan["status"] == "infeasible") == (why == "no plan keeps every limit")

    def estimate(self, geo: str, item: str, money: str, rest: str) -> bool:
        rows = [row for row in self.inputs("cost") if row["geo"] == geo.removeprefix("the ") and row["item"] == item]
        return any(
            is_money(money, row["low_amount"], row["high_amount"], row["currency"])
            and rest.startswith(
                f"{row['basis'] or 'basis not stated'}, {row['year'] or 'year not stated'}; "
                f"{row['estimator'] or 'by whom is not stated'}"
            )
            for row in rows
        )

    def programmes(self) -> list[Row]:
        rows = [row for row in self.inputs("programme") if row["basis"] != "assumed"]
        return [
            row
            for row in rows
            if row["country"] in self.here
            or (row["country"] is None and row["jurisdiction"] in (None, *self.jurisdictions))
        ]

    def aided(self, programmes: str, *, of_country: bool = False) -> bool:
        rows = [row for row in self.programmes() if (row["recipient"] == "country") is of_country]
        more = re.search(r"; (\w+) other programmes?$", programmes)
        named = (programmes[: more.start()] if more else programmes).split("; ")
        held = {
            f"{row['title']} ({row['giver']}, {row['day'] or 'no date'}{over})"
            for row in rows
            for over in (", over" if row["to_on"] and row["to_on"] < self.day else "",)
        }
        return {*named} <= held and len(rows) == len(named) + (number_of(more[1]) if more else 0)

    def governments(self, programmes: str) -> bool:
        return self.no_programme() and self.aided(programmes, of_country=True)

    def no_estimate(self) -> bool:
        """Whether no cost of the country that may be of a change of vendors has a sum."""
        words = re.compile(r"\b(?:replac|remov|swap|ban\b|tear|restrict|phas|cap\b|rip\b|delay)", re.IGNORECASE)
        rows = [row for row in self.inputs("cost") if row["geo"].split(" (")[0] == self.here[0]]
        return not any(
            words.search(f"{row['item']} {row['basis']}") and len(row["currency"]) == 3
            for row in rows
            if row["low_amount"] is not None or row["high_amount"] is not None
        )

    def duties(self, text: str) -> bool:
        """Whether each law named asks what is quoted and had begun."""
        rows = [row for row in self.inputs("policy") if row["jurisdiction"] in self.jurisdictions]
        held = {
            f"{row['instrument'] or row['title']} (in our words: {row['criterion'].rstrip('.')})"
            for row in rows
            if (row["effective_low_on"] or row["effective_high_on"] or date.max) <= self.day
        }
        held |= {
            f"{row['pack_title']} (in our words: {row['says'].rstrip('.')})"
            for row in self.results("policy_rule")
            if (row["effective_low_on"] or date.max) <= self.day
        }
        for one in sorted(held, key=len, reverse=True):
            text = text.replace(one, "")
        return not text.strip("; ")

    # What is not known, and who acts.

    def all_open(self, what: str, ask: str) -> bool:
        """Whether nothing is published of the first part named, and who could is asked."""
        parts = {row["asset_class"] for row in self.results("vendor_share") if row["method"] == "not published"}
        first = re.split(r", | and ", what)[0]
        return first in map(class_words, parts) and ask == "each carrier, or the regulator for all of them"

    def puts(self, asked: str) -> bool:
        """Whether owners are asked of sites whose carrier is not known; who is asked of 6, its sentence has."""
        return "the owner of each sensitive site" not in asked or self.some_blank()

    def widest(self, what: str, ask: str, figure: str, width: str) -> bool:
        """Whether the gap is one of the figure told, as wide, and of the class and carrier told."""
        rows = [row for row in self.gaps(figure, ask) if is_share(width, row["width_share"], row["width_share"])]
        told = [(row["segment"] or class_words(row["asset_class"]), self.name(row["carrier_id"])) for row in rows]
        is_of = any(where in what and carrier in what for where, carrier in told)
        return bool(rows) and (is_of or not re.search(r"\d", what))

    def gaps(self, figure: str, ask: str = "") -> list[Row]:
        """The gaps of a figure by its words: the network and the vendors of its row."""
        rows = [row for table in ("vendor_share", "common_failure", "site_dependence") for row in self.results(table)]
        by_id = {row.get("share_id") or row.get("failure_id") or row.get("dependence_id"): row for row in rows}
        found = []
        for gap in self.results("gap"):
            row, where = by_id.get(gap["figure_id"], {}), gap["segment"] or class_words(gap["asset_class"])
            whose = self.vendors(row.get("vendor_ids") or [one for one in (row.get("vendor_id"),) if one])
            of_classes = figure == "shares of these classes" and row.get("method") == "not published"
            is_of = of_classes or (("dependence of a site" in figure or where in figure) and whose in figure)
            found += (
                [gap]
                if is_of and (not ask or of_classes or gap["ask_id"] is None or self.name(gap["ask_id"]) == ask)
                else []
            )
        return found

    def settles(self, who: str, told: str) -> bool:
        """Whether an answer of a policy in force turns on what its rules say that its issuer alone knows."""
        for rows in self.in_force():
            own = [row["issuer_facts"] or () for row in self.results("policy_rule") if row["pack"] == rows[0]["pack"]]
            said = dict(one.split(": ", 1) for facts in own for one in facts)
            count = 0
            for row in (row for row in rows if row["outcome"] == "undetermined"):
                tests = [one.removeprefix("fact: ").partition(" ") for one in row["open_tests"] if "fact: " in one]
                facts = dict.fromkeys(
                    said[key] if value else f"whether {said[key]}" for key, _, value in tests if key in said
                )
                count += f"{rows[0]['pack_title']}: {self.vendors_of([*facts], 99)}" == told
            if count and self.name(rows[0]["issuer"]) == who:
                return True
        return False

    def swaps(self, who: str, vendor: str, part: str, quarter: str) -> bool:
        rows = [row for row in self.lots() if row["start_on"]]
        first = min((row["start_on"] for row in rows), default=None)
        return (
            first is not None
            and f"{first.year} Q{(first.month + 2) // 3}" == quarter
            and any(
                (self.name(row["carrier_id"]), self.name(row["from_vendor_id"]), class_words(row["asset_class"]))
                == (who, vendor, part)
                for row in rows
                if row["start_on"] == first
            )
        )

    def lots(self) -> list[Row]:
        """The lots that the plan of the page replaces."""
        plan = self.plan()
        rows = self.results("plan_step") if plan else []
        return [row for row in rows if row["plan_id"] == plan["plan_id"] and row["action"] != "stays"]  # type: ignore[index]

    def equipment(self, text: str) -> bool:
        """Whether the carriers named with a vendor and a part are those of its lots."""
        held: dict[tuple[str, str], set[str]] = {}
        for row in self.lots():
            key = self.name(row["from_vendor_id"]), class_words(row["asset_class"])
            held.setdefault(key, set()).add(self.name(row["carrier_id"]))
        found = [re.fullmatch(r"(.+?) at (.+) \(([^()]+)\)", one) for one in text.split("; ")]
        return {(one[1], one[3]): {*listed(one[2])} for one in found if one} == held

    def in_time(self, day: str, basis: str) -> bool:
        rows = self.tables.get("purchase", ())
        return any(row["low_signed_on"] == day_of(day) > self.day and row["basis"] == basis for row in rows)

    def signs(self, who: str, part: str, basis: str, first: str, last: str) -> bool:
        rows = [
            row
            for row in self.tables.get("purchase", ())
            if row["country"] in self.here and row["high_signed_on"] > self.day
        ]
        rows = [
            row for row in rows if part in (row["segment"], class_words(row["asset_class"])) and row["basis"] == basis
        ]
        held = {
            self.name(row["carrier_id"])
            for row in rows
            if (row["low_signed_on"], row["high_signed_on"]) == (day_of(first), day_of(last))
        }
        return bool(held) and {*listed(who)} <= held

    # Short checks, by their names in `page_one_sentences.txt`.

    def always(self) -> bool:
        return True

    def no_rule(self) -> bool:
        return not self.packs() and not self.policies()

    def no_share(self) -> bool:
        return not self.whole()

    def next_rule(self, day: str, *said: str) -> bool:
        return self.next_day(day) and self.rule_day(day, *said)

    def no_day(self) -> bool:
        return not any(days for *_, days in self.policies())

    def none_in_force(self, count: str) -> bool:
        return number_of(count) == len(self.binding()) and not self.in_force()

    def nothing_in_force(self) -> bool:
        return not self.in_force()

    def none_binds(self) -> bool:
        return bool(self.packs()) and not self.binding()

    def restricted(self, *said: str) -> bool:
        return self.asks(*said, outcome="restricted")

    def conditional(self, *said: str) -> bool:
        return self.asks(*said, outcome="conditional")

    def removed(self, *said: str) -> bool:
        return any(self.asks(*said, outcome=one) for one in ("conditional", "restricted"))

    def no_sites(self) -> bool:
        return not self.sites()

    def blank_sites(self, count: str, total: str, more: str | None) -> bool:
        return self.blank(count, total) and bool(more) == (not self.certain())

    def all_served(self, total: str) -> bool:
        return self.blank("no", total)

    def some_blank(self) -> bool:
        return not all(map(self.served, self.sites()))

    def no_site_certain(self) -> bool:
        return not self.certain()

    def such(self, names: str) -> bool:
        held = [row["name"] for row in self.sites()]
        return names in {*held, *(f"{one} and {two}" for one in held for two in held)}

    def harmed(self, harm: str) -> bool:
        return any(row["harm"] == harm for row in self.lead)

    def no_plan(self) -> bool:
        return self.plan() is None

    def costs_in_force(self, *said: str) -> bool:
        return self.costs(None, *said)

    def nothing_reached(self) -> bool:
        return self.nothing(None)

    def left_in_force(self, *said: str) -> bool:
        return self.left(None, *said)

    def not_made(self, why: str) -> bool:
        plan = self.plan()
        return plan is not None and plan["status"] == "undetermined" and why in plan["headline"]

    def some_left(self, left: str, lots: str) -> bool:
        plan = self.plan() or {"lot_count": 0, "swapped_count": 0}
        return (plan["lot_count"], plan["lot_count"] - plan["swapped_count"]) == (number_of(lots), int(left))

    def assumed(self, few: str, many: str) -> bool:
        plan = self.plan() or {}
        return (plan.get("assumed_count"), plan.get("input_count")) == (number_of(few), number_of(many))

    def no_programme(self) -> bool:
        return all(row["recipient"] == "country" for row in self.programmes())

    def nobody(self) -> bool:
        return bool(self.sites())

    def spectrum(self, segment: str, day: str) -> bool:
        return any((row["segment"], row["day"]) == (segment, day) for row in self.inputs("procurement"))

    def read(self, said: Mapping[str, Sequence[str]]) -> list[str]:
        """The sentences of the page that no row makes true, and those that no rule here reads."""
        wrong = []
        for question, sentences in said.items():
            self.lead = []
            for one in sentences:
                text, is_checked = (one.removeprefix(CHECK), True) if one.startswith(CHECK) else (one, False)
                before, _, act = text.partition(", the next day of a rule: ")
                if act:
                    text = act
                    if not self.next_day(before.removeprefix("Before ")):
                        wrong.append(one)
                if contract := re.match(r"Before the next contract \((.+?), (\w+)\): ", text):
                    text = text[contract.end() :]
                    if not self.in_time(*contract.groups()):
                        wrong.append(one)
                found = next(((match, name) for pattern, name in RULES if (match := pattern.fullmatch(text))), None)
                if found is None:
                    wrong.append(f"{UNREAD}{one}")
                elif not getattr(self, found[1])(*found[0].groups()) or (
                    is_checked and not any(row["to_be_checked"] for row in self.lead)
                ):
                    wrong.append(f"{question}: {one}")
        return wrong


CHECK = "To be checked, as only weak sources say it: "


def kind_of(text: str) -> str:
    """The words of page one for a sentence of a plan on equipment that no row counts."""
    at, _, rest = text.rpartition(": ") if " is named in " in text else ("", "", text)
    vendor, _, where = rest.replace(" is named in ", " in ").partition(" in ")
    part = class_words(re.split(r": | \(|, ", where)[0])
    return f"{vendor} at {at} ({part})" if at else f"{vendor} ({part})"


def stem_of(row: Row) -> str:
    return str(row["asset_class"] or row["segment"]).split(".")[0]


def ids_of(row: Row) -> list[list[str]]:
    return [row["vendor_ids"]] if row["complement"] else [[one] for one in row["vendor_ids"]]


def same_count(row: Row) -> tuple[object, ...]:
    return row["segment"], row["measure"], row["as_of"], str(row["vendor_ids"])


def least(rows: Sequence[Row]) -> dict[str, float]:
    """The least that any row gives of each set of vendors."""
    return {
        key: min(row["low_share"] for row in rows if str(row["vendor_ids"]) == key)
        for key in {str(row["vendor_ids"]) for row in rows}
    }


TOKENS = {"{SHARE}": SHARE, "{MONEY}": MONEY, "{DAY}": DAY, "{COUNTRY}": r"(?:the )?[A-Z][\w ]+"}


def pattern_of(text: str) -> re.Pattern[str]:
    for token, pattern in TOKENS.items():
        text = text.replace(token, pattern)
    return re.compile(text)


LINES = (Path(__file__).parent / "page_one_sentences.txt").read_text("utf-8").splitlines()
RULES = [(pattern_of(text), name) for name, _, text in (one.partition(": ") for one in LINES if one[:1] != "#")]
"""How each sentence reads, and the check that says whether rows make it true."""


BASES = {"assumed": "assumed", "derived": "our arithmetic on sources", "sourced": "from a source"}
SEATS = {"CN": "China", "SE": "Sweden", "US": "United States", "FI": "Finland", "KR": "South Korea", "JP": "Japan"}


def iso_days(text: str | None) -> list[date]:
    return [date.fromisoformat(one) for one in re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text or "")]
