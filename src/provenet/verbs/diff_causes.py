"""Changes of a result and their causes, as the answer of `diff` gives them: in words, with the place of each row.

Between the verbs and the rooms: the evidence room finds which rows turned a verdict; here stand their places, and by
lineage what lies under a figure. It writes nothing.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from provenet.case import structs
from provenet.case.case import Case
from provenet.case.difference import IDENTITY, Difference, RowChange
from provenet.case.lineage import Step, headline, share_of
from provenet.case.rows import AnyRow, RunRow
from provenet.case.tables import table, tables, vocabulary
from provenet.core.errors import clip
from provenet.evidence.causes import UNTRACED, Cause, CauseSearch, causes, question_of
from provenet.evidence.comparison import Side
from provenet.policy.packs import Packs
from provenet.verbs.answers import Change, ChangeCause, LoneRow

LISTED_ROWS = 20
"""Rows named beside one change without having been tried, such as the assets behind a count."""
HEADLINE_WIDTH = 110
JSON_COLUMNS = ("facts", "origins", "flip_sets")


@dataclass
class Phrasing:
    """Rows and rules in words; `packs` name the rules."""

    case: Case
    packs: Packs
    _rows: dict[str, dict[str, AnyRow]] = field(default_factory=dict)

    def row(self, ref: str) -> AnyRow | None:
        """A row by `table:id`, or None where there is none."""
        name, _, key = ref.partition(":")
        if name not in tables():
            return None
        if name not in self._rows:
            column = table(name).id_column
            self._rows[name] = {row[column]: row for row in self.case.read(name).iter_rows(named=True)}
        return self._rows[name].get(key)

    def name(self, party_id: str | None) -> str:
        """A party by its name on pages."""
        row: AnyRow | None = self.row(f"party:{party_id}") if party_id else None
        return str(row["name"]) if row else str(party_id)

    def place(self, ref: str) -> dict[str, object]:
        """Where a row or rule stands: the file and row it came in, and the title of its source."""
        row: AnyRow | None = self.row(ref)
        if row is not None:
            source = self.row(f"source:{row['source_id']}") if row.get("source_id") else None
            title = source["title"] if source else None
            return {"ref": ref, "says": self._says(ref, row), "locator": row.get("locator"), "source": title}
        kind, _, key = ref.partition(":")
        found = self.packs.find(key) if kind == "rule" and key else None
        rule = next((r for r in found.rules if r.id == key), None) if found is not None else None
        if found is None or rule is None:
            return {"ref": ref, "says": None, "locator": None, "source": None}
        page = rule.source or found.pack.source
        return {"ref": ref, "says": rule.citation or None, "locator": found.pack.place, "source": page or None}

    def _says(self, ref: str, row: AnyRow) -> str:
        return headline(Step(ref, "input", row), HEADLINE_WIDTH)

    def cause(
        self, parts: Sequence[tuple[str, str]], sufficient: bool | None = None, necessary: bool | None = None
    ) -> ChangeCause:
        """A set of rows and rules, each with what became of it, as one cause."""
        words = [f"{_name_of(ref)} {text}" for ref, text in parts]
        refs = tuple(ref for ref, _ in parts)
        return ChangeCause(refs, "; ".join(words), sufficient, necessary, tuple(self.place(ref) for ref in refs))

    def verdict(self, row: AnyRow, old: AnyRow | None = None) -> str:
        """A verdict, or its change, in one line without its policy."""
        words = vocabulary().get("asked_classes", {})
        what = [self.name(row["vendor_id"]), words.get(row["asset_class"], row["asset_class"]), row["layer"]]
        if row["carrier_id"] is not None:
            what.insert(1, f"at {self.name(row['carrier_id'])}")
        extra = [row.get(c) for c in ("origin_country", "capability", "site_class", "product_category")]
        what += [str(value) for value in extra if value is not None]
        outcome = _outcome(row)
        if old is not None:
            outcome = f"still {outcome}" if _outcome(old) == outcome else f"{_outcome(old)} -> {outcome}"
        return f"{', '.join(str(w) for w in what)}, {row['action'].replace('_', ' ')}: {outcome}"


def _outcome(row: AnyRow) -> str:
    """An outcome as a page says it: what no rule was there to decide is not called clear."""
    return str(row["outcome"]) if row["rules_in_force"] else "no rule in force"


def verdict_changes(phrasing: Phrasing, old: Side, new: Side, *, found: Difference) -> list[Change]:
    """Each verdict that changed between two screenings of one policy, with its causes."""
    decided = [one for one in found.changed if "outcome" in one.columns or "rule_id" in one.columns]
    traced = causes(old, new, {question_of(one.old): (_decision(one.old), _decision(one.new)) for one in decided})
    assets = _moved_assets(old, new)
    made = []
    for one in found.changed:
        by = f" under {one.new['pack']}" + (f" (rule {one.new['rule_id']})" if one.new["rule_id"] else "")
        text = phrasing.verdict(one.new, one.old) + by
        columns = {name: (_opened(name, was), _opened(name, now)) for name, (was, now) in one.columns.items()}
        here = traced.get(question_of(one.old))
        if here is None:
            moved = _claims_moved(phrasing, one) + _assets_of(phrasing, one.new, assets)
            made.append(Change(one.table, one.key, columns, text, tuple(moved), None, len(moved)))
        else:
            found_causes = list(traced_causes(phrasing, here))
            searched = here.searched if here.is_traced else None
            made.append(Change(one.table, one.key, columns, text, tuple(found_causes), searched, here.set_count))
    return made


def _opened(name: str, value: Any) -> Any:
    """A cell that is stored as JSON, as what it holds."""
    return json.loads(value) if name in JSON_COLUMNS and value else value


def traced_causes(phrasing: Phrasing, found: CauseSearch) -> Iterable[ChangeCause]:
    """The causes of one verdict in words; one that could not be traced says so."""
    if found == UNTRACED:
        text = (
            "the inputs do not give again what is stored on both sides: the code or the packs that made the runs "
            "are not those at hand"
        )
        yield ChangeCause((), text, None, None, ())
    for cause in found.causes:
        yield _cause(phrasing, cause)


def _cause(phrasing: Phrasing, cause: Cause) -> ChangeCause:
    parts = [(element.ref, element.says) for element in cause.elements]
    return phrasing.cause(parts, cause.sufficient, cause.necessary)


def _decision(row: AnyRow) -> tuple[str, str | None]:
    return row["outcome"], row["rule_id"]


def _claims_moved(phrasing: Phrasing, one: RowChange) -> list[ChangeCause]:
    """Claims that stand among those of one side alone, where the outcome stayed."""
    moved = []
    for column in ("claims_for", "claims_against"):
        old, new = set(one.old.get(column) or ()), set(one.new.get(column) or ())
        moved += [phrasing.cause([(f"claim:{claim}", "counts now")]) for claim in sorted(new - old)]
        moved += [phrasing.cause([(f"claim:{claim}", "counts no longer")]) for claim in sorted(old - new)]
    return moved


def _moved_assets(old: Side, new: Side) -> list[tuple[str, AnyRow]]:
    sides = [side.tables.get("asset") for side in (old, new)]
    if sides[0] is None or sides[1] is None or sides[0] is sides[1]:
        return []
    gone = sides[0].join(sides[1], on="row_id", how="anti").sort("asset_id")
    come = sides[1].join(sides[0], on="row_id", how="anti").sort("asset_id")
    made = [("entered the case", row) for row in come.iter_rows(named=True)]
    return made + [("is no longer in the case", row) for row in gone.iter_rows(named=True)]


def _assets_of(phrasing: Phrasing, verdict: AnyRow, moved: Iterable[tuple[str, AnyRow]]) -> list[ChangeCause]:
    found = []
    for text, row in moved:
        same = all(row[c] == verdict[c] for c in ("vendor_id", "asset_class"))
        if same and verdict["carrier_id"] in (None, row["carrier_id"]) and verdict["layer"] in ("any", row["layer"]):
            found.append(phrasing.cause([(f"asset:{row['asset_id']}", text)]))
    return found[:LISTED_ROWS]


def verdicts_alone(phrasing: Phrasing, old: Side, new: Side, *, rows: Iterable[AnyRow]) -> list[LoneRow]:
    """Verdicts that stand on one side alone, with the parties and assets that do so too."""
    assets = _moved_assets(old, new)
    parties = [set(side.tables["party"]["party_id"]) for side in (old, new)]
    made = []
    for row in rows:
        moved = []
        for party in (row["vendor_id"], row["carrier_id"]):
            if party is not None and (party in parties[0]) != (party in parties[1]):
                text = "entered the case" if party in parties[1] else "is no longer in the case"
                moved.append(phrasing.cause([(f"party:{party}", text)]))
        moved += _assets_of(phrasing, row, assets)
        text = f"{phrasing.verdict(row)} under {row['pack']}"
        made.append(LoneRow("verdict", shown_key(row, "verdict"), text, tuple(moved)))
    return made


def _name_of(ref: str) -> str:
    """A ref as a sentence names it: `claim C12`, `rule R1`, `the day in question`."""
    name, _, key = ref.partition(":")
    if key.startswith(f"{name}-"):
        return key
    return {"day": "the day in question", "assumed": f"the fact {key}"}.get(name, f"{name} {key}".strip())


def shown_key(row: AnyRow, name: str) -> dict[str, object]:
    """What a row is about, by its identity."""

    return {column: row[column] for column in IDENTITY.get(name, (table(name).id_column,)) if column in row}


@dataclass
class Figures:
    """The rows of two runs that rest on others: what lies under a figure on one side and not on the other."""

    phrasing: Phrasing
    rows: tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]
    """Ids of the input rows that each run could read, by table."""
    verdicts: Mapping[str, Sequence[Change]]
    """Changes of verdicts, by the id of the verdict on either side."""

    def change(self, one: RowChange) -> Change:
        """A changed figure with the rows that lie under one side alone, and the changed verdicts under it."""
        old, new = set(one.old["inputs"] or ()), set(one.new["inputs"] or ())
        return Change(one.table, one.key, one.columns, self._says(one), tuple(self._moved(old, new)), None, 0)

    def alone(self, name: str, row: AnyRow, is_new: bool) -> LoneRow:
        """A figure of one side alone."""
        inputs = set(row["inputs"] or ())
        moved = self._moved(set(), inputs) if is_new else self._moved(inputs, set())
        interval = share_of(row, places=2)
        label = str(row.get("label") or row.get("headline") or "")
        if name == "finding":
            label = f"{row['kind']}, {row['place']}: {row['says']}"
        return LoneRow(name, shown_key(row, name), f"{label}: {interval}" if interval else label, tuple(moved))

    def _says(self, one: RowChange) -> str:
        if one.table == "dossier":
            return f"{one.new['country']}: {one.old['headline']} -> {one.new['headline']}"
        if one.table == "finding":
            return f"{one.new['kind']}, {one.new['place']}: {one.new['says']}"
        old, new = (share_of(side, places=2) for side in (one.old, one.new))
        label = str(one.new.get("label") or _named(one))
        if old != new:
            return f"{old} -> {new}: {label}"
        moved = "; ".join(f"{name} {_short(was)} -> {_short(now)}" for name, (was, now) in one.columns.items())
        return f"still {new}, {moved}: {label}" if new else f"{label}: {moved}"

    def _moved(self, old: set[str], new: set[str]) -> list[ChangeCause]:
        moved = []
        for ref in sorted(old ^ new):
            name, _, key = ref.partition(":")
            if name in ("verdict", "run") or name not in tables():
                continue
            moved.append(self.phrasing.cause([(ref, self._became(name, key, ref in new))]))
        seen: dict[str, ChangeCause] = {}
        for ref in sorted(old | new, key=lambda one: (one not in new, one)):
            if ref.startswith("verdict:"):
                for change in self.verdicts.get(ref.partition(":")[2], ()):
                    because = _with_cause(ref, change)
                    seen.setdefault(because.says, because)
        moved += list(seen.values())[:LISTED_ROWS]
        for ref in sorted(old ^ new):
            if ref.startswith("run:"):
                text = f"{ref.replace(':', ' ', 1)} lies under the {'second' if ref in new else 'first'} alone"
                moved.append(ChangeCause((ref,), text, None, None, ()))
        return moved

    def _became(self, name: str, key: str, is_new: bool) -> str:
        before, after = (key in side.get(name, frozenset()) for side in self.rows)
        if before != after:
            return "entered the case" if after else "is no longer in the case"
        return "counts now" if is_new else "counts no longer"


def _named(one: RowChange) -> str:
    """A row without a label by the words that the walk back shows of it, as far as they stayed."""
    columns = vocabulary().get("telling", {}).get(one.table, ())
    kept = [str(one.new[name]) for name in columns if name not in one.columns and isinstance(one.new.get(name), str)]
    return ", ".join([one.table, *kept])


def _with_cause(ref: str, change: Change) -> ChangeCause:
    """A changed verdict under a figure, with its first cause."""
    if not change.causes:
        return ChangeCause((ref,), change.says, None, None, ())
    first = change.causes[0]
    text = f"{change.says}, because {clip(first.says, 160)}"
    return ChangeCause((ref, *first.rows), text, None, None, first.places)


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{round(value, 4):g}"
    return clip(", ".join(value) if isinstance(value, list) else "nothing" if value is None else str(value), 40)


def rows_read(sides: Mapping[str, pl.DataFrame]) -> dict[str, frozenset[str]]:
    """The ids by which lineage names the rows of some tables."""
    return {name: frozenset(rows[table(name).id_column].to_list()) for name, rows in sides.items()}


def settings_of(run: RunRow) -> dict[str, Any]:
    """The settings of a run."""
    return structs.settings_of(run["settings"])
