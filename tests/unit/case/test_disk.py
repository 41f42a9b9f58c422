"""What a verb calls done is on the disk: each file and folder that it wrote, then the run's row, and its log last."""

import os
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.case.delta_log import version_name
from provenet.core.digest import sha256_bytes


def names(case: Path) -> dict[Path, int]:
    """Every file and folder of a case, and what makes it another: its bytes' place on the disk, or its names."""
    return {
        place: hash(frozenset(place.iterdir())) if place.is_dir() else place.stat().st_ino
        for place in (case, *case.rglob("*"))
        if place.name != ".lock"
    }


class Synced:
    """The calls of `os.fsync` in order: what each was of, and whether the next run's row stood already."""

    def __init__(self, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[int, bool]] = []
        log = case / "tables/run/_delta_log"
        row, sync = log / version_name(len(list(log.glob("*.json")))), os.fsync

        def counted(handle: int) -> None:
            sync(handle)
            self.calls.append((os.fstat(handle).st_ino, row.exists()))

        monkeypatch.setattr(os, "fsync", counted)

    def before(self, place: Path) -> bool:
        return (place.stat().st_ino, False) in self.calls

    def after(self, place: Path) -> bool:
        return (place.stat().st_ino, True) in self.calls


def refuse_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves every table but `run` to the library, as on a disk that knows no hard links."""
    link = os.link

    def refused(staged: Path, whole: Path) -> None:
        if whole.parent.parent.name != "run":
            raise PermissionError(1, "Operation not permitted")
        link(staged, whole)

    monkeypatch.setattr(os, "link", refused)


@pytest.mark.parametrize("by_library", [False, True])
def test_all_that_a_run_wrote_is_synced_before_its_row_and_its_log_last(case, row, monkeypatch, by_library, tmp_path):
    if by_library:
        refuse_links(monkeypatch)
    given = tmp_path / "given.csv"
    given.write_bytes(b"staged")
    known, synced = names(case.path), Synced(case.path, monkeypatch)
    with case.writer("add", {}, {"file": "1"}) as run:
        run.append("party", [row("party", "p1")])
        run.append("site", [row("site", "s1")])
        run.put_source(b"a file")
        run.stage_source(given, sha256_bytes(b"staged"))
        run.keep_staged(sha256_bytes(b"staged"))
        run.put_output("2026/a/page.html", b"a page")
    own = case.path / "tables/run"
    changed = [place for place, state in names(case.path).items() if known.get(place) != state]
    assert len(changed) > 15
    for place in changed:
        late = place.is_dir() and place in (own, own / "_delta_log")
        assert synced.before(place) or late, place
    assert synced.after(own) and synced.after(own / "_delta_log")
    assert not any(synced.after(place) for place in changed if place.is_file())
    assert len(synced.calls) <= len(changed) + 8


def test_a_new_case_is_synced_before_it_has_its_name(tmp_path, monkeypatch):
    handles, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (sync(handle), handles.append(os.fstat(handle).st_ino)))
    made = Case.new(tmp_path / "case")
    filled = [place for place in names(made.path) if place.name not in ("sources", "outputs")]
    assert {place.stat().st_ino for place in (tmp_path, *filled)} <= set(handles)
