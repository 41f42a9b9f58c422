"""Nothing but the case writes into a case folder: not an option of any command, and not through a link."""

from pathlib import Path

import pytest

from doors.conftest import ASKED, Provenet


def state(case: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(case.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("inside", ["case.toml", "claims.csv", "tables/run/x.csv", "sources/x", "outputs/x"])
def test_export_never_writes_into_a_case(provenet: Provenet, case: Path, inside: str) -> None:
    before, place = state(case), case / inside
    ran = provenet("export", case, "--table", "claim", "--out", place)
    assert ran.code == 2
    assert ran.err == (
        f"--out: this lies inside the case {case}, which alone writes there; found {str(place)!r}, expected a place "
        "outside of it.\n"
    )
    assert state(case) == before


def test_neither_into_another_case_nor_through_a_link(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert provenet("new", other).code == 0
    (tmp_path / "link").symlink_to(other)
    before = state(other)
    for place in (other / "case.toml", tmp_path / "link" / "case.toml"):
        assert provenet("export", case, "--table", "claim", "--out", place).code == 2
    assert state(other) == before


def test_neither_pages_nor_lists(provenet: Provenet, case: Path) -> None:
    before = state(case)
    assert provenet("brief", case, *ASKED, "--out", case / "outputs").code == 2
    assert provenet("fetch", "caida-as-rel", "--into", case / "sources").code == 2
    assert provenet("demo", case / "demo").code == 2
    assert state(case) == before
