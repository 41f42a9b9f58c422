"""A small case run to its pages, and the command line called inside the test's own process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import provenet as verbs
from provenet.cli.main import main
from provenet.ingest.reader import bundled_files
from support.copies import copied_case
from support.once import once
from support.plan_case import few_tries, packs, small, small_made

__all__ = ["few_tries", "packs", "small", "small_made"]

FACTS = (
    "aliases.csv", "vendors.csv", "sources.csv", "ran_share.csv", "carrier_share.csv", "carriers.csv", "claims.csv",
)  # fmt: skip
DAY = date(2024, 8, 1)
ASKED = ("--country", "Japan", "--as-of", DAY.isoformat())


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output as the one JSON object it must be."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@pytest.fixture(autouse=True)
def plans_of_few_tries(few_tries: None) -> None:
    """The cases of the doors are small."""


Provenet = Callable[..., Ran]


@pytest.fixture
def provenet(capsys: pytest.CaptureFixture[str]) -> Provenet:
    """Calls the command line as `provenet WORDS...`."""

    def call(*words: str | Path) -> Ran:
        with pytest.raises(SystemExit) as stopped:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return Ran(stopped.value.code, out, err)

    return call


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few of the bundled fact tables."""
    folder = tmp_path_factory.mktemp("facts")
    for name, data in bundled_files().items():
        if name in FACTS:
            (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def briefed_case(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with facts, verdicts, shares and a dossier of one country. Copy it before you write to it."""

    def made(folder: Path) -> str:
        folder.mkdir()
        place = folder / "case"
        verbs.new(place, "small")
        verbs.add(place, sorted(facts.glob("*.csv")))
        verbs.screen(place, ["jp-espa"], as_of=DAY, country=["Japan"])
        verbs.depend(place, as_of=DAY, country=["Japan"])
        verbs.brief(place, as_of=DAY, country=["Japan"])
        return str(place)

    return Path(once(tmp_path_factory, "briefed", made))


@pytest.fixture
def case(briefed_case: Path, tmp_path: Path) -> Path:
    """A copy of that case to write to."""
    return copied_case(briefed_case, tmp_path / "case")
