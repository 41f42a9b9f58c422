"""The stairs of the design: imports go down, rooms do not import each other, and the door opens at once."""

from __future__ import annotations

import subprocess
import sys

from contracts.sources import ROOT

HEAVY = ("polars", "deltalake", "yaml", "jinja2", "typst", "numpy", "pyarrow", "provenet.model", "provenet.verbs")


def test_every_import_contract_is_kept() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 broken." in ran.stdout


def loaded_by(statement: str) -> set[str]:
    """The heavy modules that a fresh interpreter holds after a statement."""
    code = f"import sys; {statement}; print(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_the_command_line_loads_nothing_heavy() -> None:
    assert loaded_by("import provenet.cli.main") == set()


def test_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import provenet; provenet.UsageFault; provenet.__version__") == set()


def test_the_probe_sees_what_is_loaded() -> None:
    assert "polars" in loaded_by("import polars")
