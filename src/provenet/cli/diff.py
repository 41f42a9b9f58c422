"""The command `diff`: what changed and which input did it, as lines for a tired reader or as one JSON object."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json, tell
from provenet.cli.progress import with_progress
from provenet.core.errors import clip
from provenet.core.grouping import grouped
from provenet.core.wording import count, series
from provenet.verbs.answers import Change, ChangeCause, DiffReport, LoneRow
from provenet.verbs.settings import DiffSettings

SHOWN_CHANGES = 40
"""Changes, or groups of like changes, that the lines show; `--json` lists all."""
SHOWN_CAUSES = 3
SHOWN_RULES = 3
SHOWN_ROWS = 3
SHOWN_NAMES = 6
GROUPED_BY = (
    ("countries", "country"),
    ("vendors", "vendor_id"),
    ("carriers", "carrier_id"),
    ("classes", "asset_class"),
)
SIZES = {1: "one row or rule", 2: "one or two rows and rules", 3: "up to three rows and rules"}


@command(DiffSettings)
def diff(case: str, settings: DiffSettings, as_json: bool) -> None:
    """Say what changed between A and B, and what caused it.

    A and B are two runs of one verb (ids or their beginnings), two days, or two policies. For each changed verdict the
    answer names the smallest sets of up to three rows and rules that alone turn the old side into the new outcome.
    Writes nothing.
    """
    from provenet.verbs.diff import run

    report = with_progress(run, case, settings)
    tell(*report.notes)
    say_json(report.as_dict()) if as_json else say(diff_lines(report))


def diff_lines(found: DiffReport) -> Iterator[str]:
    """Counts, then the rules that differ, then each change with its causes; like changes stand together."""
    yield f"{found.kind.capitalize()}: {_side(found.a, found.kind)} -> {_side(found.b, found.kind)}"
    if not (found.changed or found.appeared or found.vanished):
        yield f"Nothing changed: {count(found.unchanged_count, _thing(found))} alike."
        return
    yield f"{', '.join(_counts(found))}."
    yield from _rule_lines(found.rules)
    groups = _grouped(found.changed)
    shown: set[object] = set()
    for group in groups[:SHOWN_CHANGES]:
        yield ""
        yield from _change_lines(group, shown, found.names)
    rest = sum(len(group) for group in groups[SHOWN_CHANGES:])
    if rest:
        yield f"... and {count(rest, 'more change')}; all stand in --json."
    yield from _alone_lines("Only in the second", found.appeared, shown)
    yield from _alone_lines("Only in the first", found.vanished, shown)


def _counts(found: DiffReport) -> Iterator[str]:
    turned = sum("outcome" in change.columns for change in found.changed)
    kept = len(found.changed) - turned
    if found.verb == "screen" and turned:
        yield f"{count(turned, 'verdict')} changed in outcome"
        if kept:
            yield f"{kept} kept the outcome on other grounds"
    elif found.changed:
        yield f"{count(len(found.changed), _thing(found))} changed"
    for rows, word in ((found.appeared, "appeared"), (found.vanished, "vanished")):
        if rows:
            yield f"{len(rows)} {word}"
    yield f"{found.unchanged_count} unchanged"


def _side(side: Mapping[str, Any], kind: str) -> str:
    if kind == "runs":
        stored = side["settings"]
        day = stored.get("as_of") and f"in force on {stored['as_of']}"
        what = ", ".join(word for word in (stored.get("policy"), stored.get("country"), day) if word)
        return f"{side['run_id']} ({what})" if what else str(side["run_id"])
    known = f", as known on {side['known_on']}" if side["known_on"] else ""
    day = f"in force on {side['as_of']}{known}"
    return f"{side['policy']} ({day})" if kind == "policies" else day


def _thing(found: DiffReport) -> str:
    return "verdict" if found.verb == "screen" else "row"


def _rule_lines(rules: Sequence[Mapping[str, object]]) -> Iterator[str]:
    by_policy: dict[str, dict[str, None]] = {}
    for rule in rules:
        name = f"rule {rule['rule']} " if rule["rule"] else ""
        by_policy.setdefault(str(rule["policy"]), {}).setdefault(f"{name}{rule['says']}")
    for policy, text in by_policy.items():
        lines = list(text)
        yield f"  {policy}: {'; '.join(lines[:SHOWN_RULES])}"
        if len(lines) > SHOWN_RULES:
            yield f"    and {count(len(lines) - SHOWN_RULES, 'more rule')}"


def _grouped(changed: Iterable[Change]) -> list[list[Change]]:
    """Verdicts that changed alike for the same causes, together; the largest change of outcome keeps its place."""
    made: dict[object, list[Change]] = {}
    for change in changed:
        if change.table != "verdict":
            made[len(made)] = [change]
            continue
        moved = [(name, str(change.columns[name])) for name in ("outcome", "rule_id") if name in change.columns]
        causes = tuple((cause.says, cause.sufficient, cause.necessary) for cause in change.causes)
        made.setdefault((change.key.get("pack"), tuple(moved), causes, change.says.rpartition(": ")[2]), []).append(
            change
        )
    return list(made.values())


def _change_lines(group: Sequence[Change], shown: set[object], called: Mapping[str, str]) -> Iterator[str]:
    first = group[0]
    if len(group) == 1:
        yield first.says + _columns(first)
    else:
        yield f"{count(len(group), 'verdict')}: {first.says.rpartition(': ')[2]}{_columns(first)}"
        for word, column in GROUPED_BY:
            met = {str(change.key[column]) for change in group if change.key.get(column)}
            names = sorted((called.get(one, one) for one in met), key=str.casefold)
            if names:
                yield f"  {word}: {series(names, shown=SHOWN_NAMES)}"
        acts = sorted({str(change.key["action"]).replace("_", " ") for change in group})
        yield f"  acts: {', '.join(acts)}"
    for cause in first.causes[:SHOWN_CAUSES]:
        yield from _cause_lines(cause, shown)
    more = max(first.set_count, len(first.causes)) - min(len(first.causes), SHOWN_CAUSES)
    if more > 0:
        yield f"  ... and {count(more, 'more cause')}; all stand in --json."
    if first.searched is not None and not first.set_count:
        yield f"  no set of {SIZES.get(first.searched, 'rows and rules')} alone gives the new outcome."


def _columns(change: Change) -> str:
    """The columns that changed where neither an outcome nor a rule nor an interval did."""
    if change.table != "verdict" or {"outcome", "rule_id"} & set(change.columns):
        return ""
    names = [name for name in change.columns if name not in ("facts", "origins", "flip_sets")] or list(change.columns)
    return f"; {', '.join(names)} changed"


def _cause_lines(cause: ChangeCause, shown: set[object]) -> Iterator[str]:
    """A cause, and the page of each of its rows that does not stand above."""
    yield f"  {_lead(cause)}{cause.says}"
    for place in cause.places:
        if place["ref"] in shown or not (place["says"] or place["locator"]):
            continue
        shown.add(place["ref"])
        if place["says"]:
            yield f"    {clip(str(place['says']), 116)}"
        source = f"; {clip(str(place['source']), 80)}" if place["source"] else ""
        yield f"    [{place['locator'] or 'no place recorded'}{source}]"


def _lead(cause: ChangeCause) -> str:
    if cause.sufficient is None:
        return "" if cause.rows and cause.rows[0].startswith(("rule:", "pack:")) else "with it: "
    if not cause.sufficient:
        return "not without: "
    return "because: " if cause.necessary else "enough by itself: "


def _alone_lines(title: str, rows: Sequence[LoneRow], shown: set[object]) -> Iterator[str]:
    """Rows of one side alone, those with the same rows under them together."""
    if not rows:
        return
    yield ""
    yield f"{title}: {count(len(rows), 'row')}"
    groups = grouped((tuple(cause.says for cause in row.causes), row) for row in rows)
    for group in list(groups.values())[:SHOWN_CHANGES]:
        for row in group[:SHOWN_ROWS]:
            yield f"  {row.says}"
        if len(group) > SHOWN_ROWS:
            yield f"  and {len(group) - SHOWN_ROWS} more that rest on the same"
        for cause in group[0].causes[:SHOWN_CAUSES]:
            yield from (f"  {line}" for line in _cause_lines(cause, shown))
        if len(group[0].causes) > SHOWN_CAUSES:
            yield f"    ... and {count(len(group[0].causes) - SHOWN_CAUSES, 'more row')}"
    rest = sum(len(group) for group in list(groups.values())[SHOWN_CHANGES:])
    if rest:
        yield f"  ... and {rest} more; all stand in --json."
