"""The same facts, settings and code give the same bytes, whatever the day of the run and the order of the files."""

import subprocess
import sys
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.case.tables import tables
from provenet.cli.main import main
from provenet.ingest.reader import bundled_files


def provenet(*words: str) -> None:
    """Runs one command, which must succeed; it opens the case anew."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code == 0


def provenet_alone(*words: str) -> None:
    """Runs one command, which must succeed, in a process that has seen nothing before."""
    ran = subprocess.run([sys.executable, "-m", "provenet", *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_case_built_by_hand_equals_the_demo(demo_folder: Path, tmp_path: Path) -> None:
    """Files in reverse order and one at a time, then the verbs by name: the pages are those of the demo."""
    facts = tmp_path / "facts"
    facts.mkdir()
    case = str(tmp_path / "case")
    provenet("new", case)
    for name, data in reversed(bundled_files().items()):
        (facts / name).write_bytes(data)
        provenet("add", case, str(facts / name))
    days = ["--as-of", "2018-11-23", "--known-on", "2018-11-23"]
    asked = ["--country", "Japan", *days]
    provenet("screen", case, "--policy", "jp-espa", "--policy", "jp-ict-procurement-2018", *asked)
    provenet("depend", case, *asked)
    provenet("expose", case, "--recorded", *asked)
    provenet("expose", case, "--sites", *asked)
    provenet("plan", case, *asked)
    provenet("fund", case, "--programme", "jp-replay-2018", *asked)
    provenet_alone("brief", case, *asked, "--out", str(tmp_path / "pages"))
    for end in (".html", ".pdf", "-annex.html"):
        made, shown = tmp_path / "pages" / f"japan{end}", demo_folder / "2018" / f"japan{end}"
        assert made.read_bytes() == shown.read_bytes()
    inputs = [name for name, table in tables().items() if table.kind == "input"]
    assert Case.open(case).digest(inputs) == Case.open(demo_folder / "case").digest(inputs)


def test_running_the_demo_again_changes_nothing(demo_lines: str) -> None:
    """Pages and runs are the same bytes after it, which the fixture holds against those before."""
    assert demo_lines.count("demo/2018/") >= 6
