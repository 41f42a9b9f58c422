"""Writes docs/instruments/: a page per rule pack, the index of all, and the picture of when they are in force.

    python scripts/write_instruments.py

A contract test compares the files with what this makes. Worked cases come from `facts/policy_tests.csv` and from the
cases of our own beside the tests; each is answered anew, so that a page cannot show an answer the packs do not give.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from pathlib import Path

from provenet.policy.cases import answer_cases
from provenet.policy.instrument import CaseRow, first_day
from provenet.policy.instrument_page import index_page, page
from provenet.policy.pack import Pack
from provenet.policy.packs import Packs, load_packs

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "docs" / "instruments"
FACTS = ROOT / "src" / "provenet" / "facts"
CASES = ("src/provenet/facts/policy_tests.csv", "src/provenet/policy/policies/cases.csv")
# Issuers that are no party of the bundled tables.
ISSUERS = {
    "be-government": "Government of Belgium",
    "fr-anssi": "National Cybersecurity Agency of France (ANSSI)",
    "in-mof": "Ministry of Finance of India",
}
FIRST_YEAR, LAST_YEAR = 2018, 2031
LEFT, YEAR, LINE, TOP = 440, 43, 22, 64
SHADES = {"law": "#2f5d7c", "contract": "#5b7d4f", "advice": "#a08646", "proposal": "#8a8a8a"}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def pages() -> dict[str, str]:
    """Every file of the folder by its name."""
    packs = load_packs()
    criteria = rows_of(FACTS / "policies.csv")
    names = ISSUERS | {row["party_id"]: row["name"] for row in rows_of(FACTS / "parties_extra.csv")}
    cases = worked_cases(packs)
    rows = [(pack, names[pack.issuer], cases.get(pack.id, [])) for pack in packs.packs.values()]
    made = {f"{pack.id}.md": page(pack, issuer, criteria, cases=worked) for pack, issuer, worked in rows}
    return {**made, "index.md": index_page(rows, criteria), "timeline.svg": timeline([pack for pack, _, _ in rows])}


def worked_cases(packs: Packs) -> dict[str, list[CaseRow]]:
    """The worked cases by pack, each with what the packs answer now."""
    made: dict[str, list[CaseRow]] = {}
    for name in CASES:
        rows = rows_of(ROOT / name)
        answers = {case["case_id"]: case["outcome"] for case in answer_cases(name, enumerate(rows, 2), packs).cases}
        for row in rows:
            found = packs.find(row["policy_id"])
            if found is not None:
                case = CaseRow(
                    id=row["case_id"],
                    policy=row["policy_id"],
                    as_of=row["as_of"],
                    asked=asked(row),
                    expected=row["expected_outcome"],
                    outcome=answers[row["case_id"]] or "",
                    why=row["why"],
                    file=name,
                )
                made.setdefault(found.pack.id, []).append(case)
    return made


def asked(row: Mapping[str, str]) -> str:
    """The cells of a case that say something, in one line."""
    columns = ("vendor_profile", "asset_class", "layer", "site_class", "origin_country", "capability", "known_facts")
    named = {"site_class": "site", "origin_country": "made in", "capability": "capability"}
    cells = [(named.get(column, ""), row[column].strip()) for column in columns]
    return "; ".join(f"{name} {cell}".strip() for name, cell in cells if cell and cell not in ("any", "all"))


def timeline(packs: list[Pack]) -> str:
    """A bar per instrument from its first day in force, with a mark where a term to remove ends. Dark on white."""
    ordered = sorted(packs, key=lambda pack: (pack.jurisdiction or "~", str(first_day(pack)), pack.id))
    width, height = LEFT + (LAST_YEAR - FIRST_YEAR) * YEAR + 30, TOP + len(ordered) * LINE + 46
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="DejaVu Sans, Verdana, sans-serif" font-size="12" fill="#1c1c1c">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        '<text x="14" y="24" font-size="15" font-weight="bold">When each instrument is in force</text>',
        *_legend(),
    ]
    foot = TOP + len(ordered) * LINE
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        x = LEFT + (year - FIRST_YEAR) * YEAR
        lines.append(f'<line x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{foot}" stroke="#d8d8d8"/>')
        if year < LAST_YEAR:
            lines.append(f'<text x="{x + YEAR / 2:g}" y="{foot + 16}" text-anchor="middle">{year}</text>')
    for at, pack in enumerate(ordered):
        lines += _bar(pack, TOP + at * LINE)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    x = LEFT
    for force, shade in SHADES.items():
        yield f'<rect x="{x}" y="13" width="14" height="12" fill="{shade}"/><text x="{x + 20}" y="24">{force}</text>'
        x += 86
    yield f'<path d="{_mark(x + 6, 19)}" fill="#b3261e"/><text x="{x + 18}" y="24">a term to remove ends</text>'


def _bar(pack: Pack, y: int) -> Iterator[str]:
    starts = first_day(pack)
    if starts is None:
        return
    ends = [rule.ends.low for rule in pack.rules if rule.ends and rule.ends.low]
    last = max(ends) if len(ends) == len(pack.rules) else None
    x, end = _x(starts), _x(last) if last else LEFT + (LAST_YEAR - FIRST_YEAR) * YEAR
    where = "any" if pack.example else pack.jurisdiction
    title = pack.title if len(pack.title) <= 56 else pack.title[:55].rsplit(" ", 1)[0] + " ..."
    yield f'<text x="14" y="{y + 12}" font-weight="bold">{where}</text><text x="48" y="{y + 12}">{escape(title)}</text>'
    yield f'<rect x="{x:.1f}" y="{y + 3}" width="{end - x:.1f}" height="10" fill="{SHADES[pack.force]}"/>'
    for term in sorted({day for rule in pack.rules if isinstance(day := getattr(rule.remove_by, "high", None), date)}):
        yield f'<path d="{_mark(_x(term), y + 8)}" fill="#b3261e" stroke="#ffffff" stroke-width="0.8"/>'


def _x(day: date) -> float:
    part = (day - date(day.year, 1, 1)).days / 365.25
    return LEFT + min(max(day.year + part - FIRST_YEAR, 0), LAST_YEAR - FIRST_YEAR) * YEAR


def _mark(x: float, y: float) -> str:
    return f"M{x:.1f} {y - 7:g} L{x + 6:.1f} {y:g} L{x:.1f} {y + 7:g} L{x - 6:.1f} {y:g} Z"


def main() -> None:
    """Writes the folder anew; a page of a pack that is gone goes too."""
    PLACE.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in sorted(PLACE.iterdir()):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (PLACE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
