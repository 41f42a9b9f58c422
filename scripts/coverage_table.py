"""Prints what the last run under coverage reached, package by package: `make coverage`.

Compiled kernels are not traced while they run, so their row counts what Python itself ran of them; what tests notice of
kernels is the matter of `make mutants`.
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from coverage import Coverage

COUNTED = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def package_of(file: str) -> str:
    """The package of a file; kernels of an engine count apart."""
    parts = Path(file).with_suffix("").parts
    parts = parts[parts.index("provenet") + 1 :]
    return "/".join(parts[:2]) if "kernels" in parts else parts[0]


def sums() -> dict[str, Counter[str]]:
    """Statements and branches of each package, all of them and those reached."""
    measured = Coverage()
    measured.load()
    with TemporaryDirectory() as folder:
        place = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(place))
        files = json.loads(place.read_text("utf-8"))["files"]
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for file, one in files.items():
        for package in (package_of(file), "all"):
            found[package].update({name: one["summary"][name] for name in COUNTED})
    return found


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def main() -> None:
    table = sums()
    lines = [f"{'package':22} {'statements':>10} {'reached':>8} {'branches':>9} {'reached':>8}"]
    for package in sorted(table, key=lambda name: (name == "all", name)):
        row = table[package]
        lines.append(
            f"{package:22} {row['num_statements']:10} {share(row['covered_lines'], row['num_statements']):>8}"
            f" {row['num_branches']:9} {share(row['covered_branches'], row['num_branches']):>8}"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
