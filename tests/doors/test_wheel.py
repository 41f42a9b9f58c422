"""The wheel as somebody gets it: installed bare and with every extra, each verb gives a result or one sentence.

Not in the suite, since pip goes online: `.ci/run` runs it on one Python, `make test-slow` each extra on three.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from doors.influence_files import write_influence_files
from doors.inside_files import write_inside_files
from doors.ladder_files import write_ladder_files, write_name_files
from doors.measured_files import write_measured_files, write_path_files
from golden.answers import INTERNET, PACKS, SMALL, WHERE
from provenet.core.packages import EXTRAS
from provenet.forms.certificate import instance_bytes, plan_bytes
from unit.certify.plans import INSTANCE, hand_made

ROOT = Path(__file__).parents[2]
OTHERS = ("measured", "spark")
"""Extras left out where all are installed: what the one brings others bring too, the other needs Java."""
LACKING = re.compile(r'This needs the package \w+, which is not installed\. Run: pip install "\./provenet-')
OF_CUBA = ("--graph", "graph", "--country", "CU", "--addresses", "origins", "--countries", "countries")
TRACES = ("traces.ndjson", "--vendors", "v.parquet", "--origins", "origins_2026-06-17.csv", "--restricted", "Huawei")
CLAIMS = (
    "claim_id,vendor_ids,topic,speaker,stance,said,paraphrase,fact\n"
    "c1,Acme,access,A newspaper,asserts,2020-01-01,Acme has access,covert_access\n"
)
CALLS: dict[str, tuple[str, ...]] = {
    "new": ("case",),
    "add": (
        "case", "claims.csv", *(str(one) for one in SMALL.glob("*.csv")), *(str(SMALL / name) for name in INTERNET[:2]),
    ),
    "check": ("case",), "screen": ("case", *WHERE, "--policy", "test-pack", *PACKS),
    "ach": ("case", "Acme", "--as-of", "2026-11-25"), "depend": ("case", *WHERE), "ask": ("case", *WHERE),
    "brief": ("case", *WHERE),
    "expose": ("case", *WHERE, "--restricted", str(SMALL / "restricted.txt")), "plan": ("case", *WHERE, *PACKS),
    "fund": ("case", *WHERE, "--scenarios", "100", "--exclude", "Acme", "--budget", "1.5M", "EUR/2024"),
    "export": ("case", "--table", "party", "--out", "party.csv"), "why": ("case", "party:north", "--short"),
    "diff": ("case", "screen-", "screen-"), "status": ("case",), "run": ("case", *PACKS),
    "serve": ("case", "--port", "0"), "site": ("case", "site"),
    "retract": ("case", "party:north", "--reason", "Said of another."), "demo": ("demo", "--country", "Spain"),
    "inventory": ("r.snmprec",),
    "ladder": ("example.as-rel2.txt", "--restricted", "restricted-as.txt", "--out", "pairs.parquet"),
    "route": ("64505", "64507", "--graph", "example.as-rel2.txt", "--restricted", "restricted-as.txt"),
    "hegemony": ("rib", "--origin", "20"), "transit": OF_CUBA, "vendor-influence": (*OF_CUBA, "--shares", "shares"),
    "vendors": ("scan_2025-05-13.csv",), "paths": TRACES, "inside": ("net.txt", "--restricted", "restricted.txt"),
    "schedule": ("i.json",), "certify": ("i.json", "p.json"), "allocate": ("a.json",), "test": ("uk-direction-2022",),
    "fetch": ("--list",), "schema": ("depend",),
}  # fmt: skip
"""A call of each verb that gives a result, in an order in which each finds what it needs."""


@dataclass(frozen=True)
class Installed:
    """A wheel installed into an environment of its own."""

    program: Path
    work: Path

    def call(self, *words: str) -> tuple[int, str]:
        """The exit code of a call and what it printed to standard error, or all that it printed."""
        if words[0] == "serve":
            return self._serve(*words)
        ran = subprocess.run(
            [self.program, *words], cwd=self.work, env=environment(), capture_output=True, text=True, timeout=300
        )
        return ran.returncode, ran.stderr or ran.stdout

    def _serve(self, *words: str) -> tuple[int, str]:
        """A server is started, and stopped once it names its address."""
        with subprocess.Popen(
            [self.program, *words], cwd=self.work, env=environment(), stdout=-1, stderr=-1, text=True
        ) as server:
            assert server.stdout is not None and server.stderr is not None
            line = server.stdout.readline()
            server.terminate()
            return (0, line) if line.startswith("Open http") else (server.wait(30), server.stderr.read())

    def verbs(self) -> list[str]:
        """The verbs that the command line itself lists."""
        listed = subprocess.run([self.program, "--help"], env=environment(), capture_output=True, text=True).stdout
        return re.findall(r"^  ([a-z-]+)  ", listed.partition("Commands:")[2], re.M)


def environment() -> dict[str, str]:
    """That of this process, without what leads Python to the checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", folder, ROOT], check=True, env=environment())
    (made,) = folder.glob("provenet-*.whl")
    return made


def installed(wheel: Path, folder: Path, extras: tuple[str, ...], python: str = sys.executable) -> Installed:
    """The wheel in a new environment, and a folder with the files that the calls name."""
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True, env=environment())
    what = f"./{wheel.name}[{','.join(extras)}]" if extras else f"./{wheel.name}"
    pip = [folder / "venv/bin/python", "-m", "pip", "--disable-pip-version-check", "-q", "install", what]
    subprocess.run(pip, check=True, cwd=wheel.parent, env=environment())
    work = folder / "work"
    work.mkdir()
    write_ladder_files(work)
    write_name_files(work)
    (work / "restricted.txt").rename(work / "restricted-as.txt")
    write_influence_files(work)
    write_measured_files(work)
    write_path_files(work)
    ours = [sys.executable, "-m", "provenet", "vendors", "scan_2025-05-13.csv", "--out", "v.parquet"]
    subprocess.run(ours, check=True, cwd=work, stdout=subprocess.DEVNULL)
    (work / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    write_inside_files(work)
    (work / "r.snmprec").write_text("1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1|4|switch-2\n", encoding="utf-8")
    award = '{"budget": 1, "carriers": [{"id": "a", "levels": [0, 1], "gaps": [1]}], "demands": []}'
    (work / "a.json").write_text(award, encoding="utf-8")
    (work / "i.json").write_bytes(instance_bytes(INSTANCE))
    (work / "p.json").write_bytes(plan_bytes(hand_made(), INSTANCE))
    return Installed(folder / "venv/bin/provenet", work)


def outcomes(one: Installed) -> dict[str, tuple[int, str]]:
    """The outcome of every verb that the command line lists, in the order of the calls."""
    assert sorted(one.verbs()) == sorted(CALLS), "a verb without a call here"
    return {verb: one.call(verb, *words) for verb, words in CALLS.items()}


def wrong(found: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """The outcomes that are neither a result nor the sentence of a package that is missing."""
    return {
        verb: (code, said)
        for verb, (code, said) in found.items()
        if code not in (0, 1, 4) and not (code == 2 and LACKING.search(said))
    }


def lacking(found: dict[str, tuple[int, str]]) -> set[str]:
    return {verb for verb, (code, said) in found.items() if code == 2 and LACKING.search(said)}


@pytest.mark.wheel
def test_bare_each_verb_gives_a_result_or_says_what_to_install(wheel: Path, tmp_path: Path) -> None:
    found = outcomes(installed(wheel, tmp_path, ()))
    assert wrong(found) == {}
    drawn = {"brief", "demo", "site", "serve"}
    assert lacking(found) == drawn | {"plan", "fund", "schedule", "allocate"} | {
        *("ladder", "hegemony", "transit", "vendor-influence", "paths", "inside"),
        *("route", "expose", "vendors"),
    }


@pytest.mark.wheel
def test_with_every_extra_each_verb_gives_a_result(wheel: Path, tmp_path: Path) -> None:
    found = outcomes(installed(wheel, tmp_path, tuple(one for one in EXTRAS if one not in OTHERS)))
    assert wrong(found) == {} and lacking(found) == set()


PYTHONS = ("3.11", "3.12", "3.13")


def interpreter(version: str) -> str | None:
    """A Python of a version on this machine that can make environments."""
    named = (
        shutil.which(f"python{version}"),
        sys.executable,
        *map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python")),
    )
    ask = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"
    for place in filter(None, named):
        said = subprocess.run([place, "-c", ask], capture_output=True, text=True, env=environment())
        if said.stdout.strip() == version:
            return place
    return None


@pytest.fixture(scope="session", params=PYTHONS)
def python(request: pytest.FixtureRequest) -> Iterator[str]:
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"no Python {request.param} that makes environments on this machine")
    yield found


@pytest.mark.slow
@pytest.mark.wheel
@pytest.mark.parametrize("extra", EXTRAS)
def test_each_extra_alone_on_each_python(wheel: Path, tmp_path: Path, python: str, extra: str) -> None:
    assert wrong(outcomes(installed(wheel, tmp_path, (extra,), python))) == {}
