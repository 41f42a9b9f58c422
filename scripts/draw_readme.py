"""Writes the figure of the README, its picture and its walk, from the stored rows of a demo.

    python scripts/draw_readme.py DEMO

DEMO is the folder that `make demo` fills. What stands between the two marks of README.md is replaced, and
docs/readme-figure.svg drawn. A contract test compares both with a demo of its own. With poppler installed, the first
page of the German dossier is also drawn, as docs/germany-first-page.png.
"""

import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from provenet.case.case import Case
from provenet.case.lineage import walk, walk_lines
from provenet.core import wording
from provenet.dossier.drawings import axes, canvas, row_chart

ROOT = Path(__file__).resolve().parents[1]
README, DOCS = ROOT / "README.md", ROOT / "docs"
PICTURE, PAGE = DOCS / "readme-figure.svg", DOCS / "germany-first-page.png"
START, END = "<!-- figure: written by make readme -->\n", "<!-- end of figure -->\n"


def figure(case: Case) -> dict[str, Any]:
    """The stored row: Germany's radio access, of the vendors that its contracts of 2024 name, best covered."""
    rows = case.read_latest("vendor_share", as_of="2026-11-25", known_on=None, country="Germany")
    rows = rows.filter(asset_class="ran", method="bounds", complement=False)
    named = rows.filter(rows["vendor_ids"].list.sort().list.join("+") == "huawei+zte", rows["carrier_id"].is_null())
    return named.sort("coverage_share", "share_id").row(-1, named=True)


def block(case: Case) -> str:
    """The README's first lines about the figure, its picture and its walk."""
    row = figure(case)
    low, high = math.floor(100 * row["low_share"]), math.ceil(100 * row["high_share"])
    walked = "\n".join(walk_lines(walk(case, row["share_id"]), 5))
    return f"""{START}**Between {low} and {high} % of the SIM cards on Germany's three older mobile networks depend on
radio equipment of the vendors that its contracts of July 2024 name.**

![The interval on a scale from 0 to 100 %: filled is the least, hatched is not known](docs/readme-figure.svg)

The interval rests on one stated assumption: customers spread evenly over a carrier's sites. Where it comes from:

```console
$ .venv/bin/provenet why demo/case {row["share_id"]} --short
{walked}
```
{END}"""


def picture(case: Case) -> str:
    """The interval as the dossier draws it."""
    row = figure(case)
    return (
        canvas.standalone(
            row_chart.row_chart(
                [row_chart.ChartRow(label="", spans=(row_chart.interval(row["low_share"], row["high_share"]),))],
                [axes.share_axis()],
                title=wording.interval(row["low_share"], row["high_share"])
                + " of the whole, on a scale from 0 to 100 %",
                key="readme",
                width=664,
            ),
            "sans-serif",
        )
        + "\n"
    )


def with_block(text: str, made: str) -> str:
    """The README with the block put between its marks."""
    before, _, rest = text.partition(START)
    return before + made + rest.partition(END)[2]


def main(folder: Path) -> None:
    """Rewrites the README's block and both pictures."""
    case = Case.open(folder / "case")
    README.write_text(with_block(README.read_text("utf-8"), block(case)), encoding="utf-8")
    PICTURE.write_text(picture(case), encoding="utf-8")
    if shutil.which("pdftoppm"):
        stem = str(PAGE.with_suffix(""))
        page = ["-f", "1", "-l", "1", "-singlefile", "-r", "70", "-png", str(folder / "germany.pdf"), stem]
        subprocess.run(["pdftoppm", *page], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
