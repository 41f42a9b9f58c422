"""Draws docs/floors.svg, the floors of the package, from the import contract that holds them.

    make floors

The contract in pyproject.toml is the source: a package that it names and that PURPOSE does not explain is an error.
"""

import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "floors.svg"

PURPOSE = {
    "cli": "words in, lines or JSON out",
    "web": "pages in a browser, or as files",
    "verbs": "one file each; rooms meet here",
    "tools": "plain files in, no case",
    "evidence": "facts and verdicts",
    "dependence": "vendor shares",
    "exposure": "routes of a case",
    "replacement": "plans of a case",
    "incentives": "aid to buyers",
    "dossier": "pages from rows",
    "policy": "rules",
    "routing": "AS graphs",
    "scheduling": "programs over time",
    "tipping": "games and awards",
    "identification": "whose router it is",
    "numerics": "compiled kernels, linear programs",
    "certify": "a plan checked by plain sums",
    "ingest": "outside formats to rows",
    "download": "the one way online",
    "forms": "documents that are no table",
    "case": "tables, runs, lineage, freshness, parties, money",
    "core": "errors, ids, units, days, wording, countries",
}
FLOORS = {
    "cli": "F6 doors",
    "web": "F6 doors",
    "verbs": "F5 verbs",
    "tools": "F5 tools",
    "dossier": "F5 pages",
    "evidence": "F4 rooms",
    "policy": "F3 engines",
    "numerics": "F2 shared",
    "certify": "F2 check",
    "ingest": "F2 intake",
    "download": "F2 intake",
    "case": "F1 case",
    "core": "F0 words",
}
WIDTH, LEFT, ROW, GAP = 980, 118, 62, 10


def layers() -> list[list[str]]:
    """The floors from the top down, each with its packages; packages without a module yet are left out."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    stairs = next(one for one in contracts if one["type"] == "layers")
    rows = [[name.strip() for name in layer.split("|")] for layer in stairs["layers"]]
    return [[name for name in row if not name.startswith("(")] for row in rows]


def picture() -> str:
    """The SVG text: a row a floor, a box a package, arrows of import pointing down."""
    rows = layers()
    height = len(rows) * (ROW + GAP) + 46
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">',
        "<title>The floors of provenet: a package imports only from floors below its own</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, row in enumerate(rows):
        top = 10 + number * (ROW + GAP)
        parts.append(
            f'<text x="12" y="{top + ROW / 2 + 5}" fill="#555" font-weight="600">{escape(FLOORS[row[0]])}</text>'
        )
        wide = (WIDTH - LEFT - 12 - GAP * (len(row) - 1)) / len(row)
        for place, name in enumerate(row):
            x = LEFT + place * (wide + GAP)
            parts.append(
                f'<rect x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{ROW}" rx="6" fill="#eef3f8" '
                'stroke="#5b7ea3"/>'
                f'<text x="{x + 10:.1f}" y="{top + 25}" font-weight="700" fill="#16324f">{escape(name)}</text>'
            )
            parts += _purpose(PURPOSE[name], x + 10, top + 42, wide - 16)
    parts.append(
        f'<text x="{LEFT}" y="{height - 12}" fill="#555">Imports point down; packages of one row do not import '
        "each other.</text>"
    )
    return "\n".join([*parts, "</svg>", ""])


def _purpose(text: str, x: float, y: float, wide: float) -> list[str]:
    """A purpose in one or two lines that fit a box."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * 6.0 > wide and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return [
        f'<text x="{x:.1f}" y="{y + 13 * number:.1f}" font-size="11" fill="#333">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]


if __name__ == "__main__":
    OUT.write_text(picture(), encoding="utf-8")
