"""The command `ach`: claims held against competing readings, as lines for a person or as one JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.core.errors import clip
from provenet.core.grouping import grouped
from provenet.core.wording import count, series
from provenet.verbs.answers import AchReport
from provenet.verbs.settings import AchSettings

MOST_SPEAKER = 44
"""Letters of a speaker that a line shows."""
MOST_SETS = 10
"""Smallest sets that the lines show; `--json` lists more."""
CLAIMED = (
    "What stands first has least against it among the claims on record. That says how claims sit with readings, not "
    "which reading is so: what speaks for a reading adds nothing, a mark is a judgement, and a reading that nobody "
    "wrote down is not here."
)

Matrix = Mapping[str, Any]


@command(AchSettings)
def ach(case: str, settings: AchSettings, as_json: bool) -> None:
    """Hold claims about VENDOR against competing readings.

    The answer shows what decides the order of the readings. Readings and marks are those of the tables `hypothesis` and
    `mark`; without any for a fact, "it holds" and "it does not hold" by the stance of each claim. Writes nothing.
    """
    from provenet.verbs.ach import run

    report = run(case, settings)
    say_json(report.as_dict()) if as_json else say(ach_lines(report))


def ach_lines(found: AchReport) -> Iterator[str]:
    """The matrices, each with its scores and what decides its order, then what all this claims."""
    known = "all that the case holds" if found.known_on is None else f"what was known on {found.known_on}"
    yield f"{found.vendor_name} on {found.as_of}, by {known}:"
    names = {one["vendor"]: one["vendor_name"] for one in found.members}
    for matrix in found.matrices:
        yield ""
        if names:
            yield f"{names[matrix['vendor']]}:"
        yield from _matrix_lines(matrix)
    without = [one for one in found.members if one["because"] is not None]
    if without:
        yield ""
        yield from (f"{one['vendor_name']}: {one['because']}" for one in without)
    yield ""
    yield CLAIMED


def _matrix_lines(matrix: Matrix) -> Iterator[str]:
    claims, readings = matrix["claims"], matrix["readings"]
    title = f"{matrix['fact'] or 'Readings without a fact'}: {count(len(claims), 'claim')}"
    yield f"{title}, marked by {matrix['marks_by']}; {_weighing(matrix)}"
    yield ""
    yield from _reading_table(sorted(readings, key=lambda r: (r["rank"], r["id"])))
    if claims:
        yield ""
        yield from _claim_table(claims, [r["id"] for r in readings], weighed=matrix["weights"]["by"] != "none")
    if matrix["for_a_rule"]:
        step = matrix["for_a_rule"]["step"]
        yield f"  A rule that leaves this fact to claims reads: {step}. Counts of claims never change that."
    for left in matrix["left_out"]:
        yield f"  left out: {left['claim_id']}, {_why_left(left)}"
    if claims:
        yield ""
        yield from _stability_lines(matrix)


def _reading_table(readings: Sequence[Matrix]) -> Iterator[str]:
    """The readings in their order; cells that nobody marked are counted where there are any."""
    some = any(r["unmarked"] for r in readings)
    head = ("place", "against", *(["not marked"] if some else []), "id", "reading")
    yield from _table(
        head,
        [
            (_place(r, readings), f"{r['score']:g}", *([str(r["unmarked"])] if some else []), r["id"], r["says"])
            for r in readings
        ],
    )


def _weighing(matrix: Matrix) -> str:
    weights = matrix["weights"]
    points = ", ".join(f"{mark} counts {value:g}" for mark, value in weights["points"].items())
    if weights["by"] == "none":
        return f"{points}, each claim as one"
    grades = ", ".join(f"{grade} {value:g}" for grade, value in weights["grades"].items())
    return f"{points}, times {weights['by']} ({grades}; {count(weights['not_graded'], 'claim')} not graded 1)"


def _place(reading: Matrix, readings: Sequence[Matrix]) -> str:
    tied = sum(bool(other["rank"] == reading["rank"]) for other in readings) > 1
    return f"{reading['rank']} (tie)" if tied else str(reading["rank"])


def _claim_table(claims: Sequence[Matrix], readings: Sequence[str], weighed: bool) -> Iterator[str]:
    head = ("claim", *readings, "tells apart", *(["weight"] if weighed else []), "said", "stance", "origin", "speaker")
    rows = []
    for claim in claims:
        power = claim["diagnosticity"]
        origin = ", ".join("itself" if root == claim["claim_id"] else clip(root, 24) for root in claim["origin"])
        rows.append(
            (
                claim["claim_id"] + (" *" if claim["own_word"] else ""),
                *(claim["marks"][reading] or "-" for reading in readings),
                "-" if power is None else f"{power:.3g}",
                *([f"{claim['weight']:g}"] if weighed else []),
                claim["said"] or "no date",
                claim["stance"],
                origin,
                clip(claim["speaker"], MOST_SPEAKER),
            )
        )
    yield from _table(head, rows)
    if any(claim["own_word"] for claim in claims):
        yield "  * the subject's own word"


def _why_left(record: Matrix) -> str:
    if not record.get("withdrawn_by"):
        return str(record["standing"])
    return "withdrawn by " + ", ".join(f"{one['claim_id']} on {one['on']}" for one in record["withdrawn_by"])


def _stability_lines(matrix: Matrix) -> Iterator[str]:
    stable = matrix["stability"]
    yield f"  Order: {_order(matrix['order'])}"
    items = [one for one in stable["items"] if one["changes"]]
    for one in items:
        yield f"    without {one['claim_id']}: {_change(one)}"
    if not items:
        yield "    without any one claim: the order stands"
    origins = [one for one in stable["origins"] if one["changes"]]
    for one in origins:
        nameless = " (anonymous)" if one["anonymous"] else ""
        falls = ", ".join(one["falls"])
        yield f"    without the origin {clip(one['origin'])}{nameless}: {_change(one)}; falls: {falls}"
        for claim, others in one["also_on"].items():
            yield f"      {claim} rests also on {', '.join(clip(other) for other in others)}"
    if not origins:
        yield "    without any one origin and its relays: the order stands"
    if stable["own_word"]:
        yield f"    without the subject's own word: {_change(stable['own_word'])}"
    yield f"    claims of the same origins counted once: {_change(stable['by_origin'])}"
    yield from _set_lines(stable)


def _set_lines(stable: Matrix) -> Iterator[str]:
    sets, count, size = stable["smallest"], stable["smallest_count"], stable["searched_up_to"]
    if not count:
        yield f"    no set of up to {size} claims changes the first place"
        return
    yield f"    smallest sets (up to {size}) whose removal changes the first place: {count}"
    shown = grouped((_tied(one["first"]), ", ".join(one["claims"])) for one in sets[:MOST_SETS])
    for first, claims in shown.items():
        yield f"      then first is {first}:"
        yield from (f"        {one}" for one in claims)
    if count > MOST_SETS:
        yield f"      and {count - MOST_SETS} more; --json lists up to {len(sets)}"


def _change(after: Matrix) -> str:
    if after["changes"] is None:
        return "the order stands"
    return f"changes the {after['changes']}: {_order(after['order'])}"


def _order(order: Sequence[Sequence[str]]) -> str:
    return ", then ".join(_tied(place) for place in order)


def _tied(readings: Sequence[str]) -> str:
    return readings[0] if len(readings) == 1 else f"a tie of {series(readings)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell, the last one ragged."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, *rows):
        yield ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
