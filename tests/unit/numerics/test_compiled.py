"""Compiled functions are kept under a fingerprint of all kernels, and what is broken is compiled again."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from provenet.numerics import compiled
from provenet.numerics.compiled import fingerprint


def twice(n: int) -> int:
    return 2 * n


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled, "_folder", lambda: tmp_path / "kernels")
    return tmp_path / "kernels"


def fresh() -> Any:
    """The function as a new process would have it."""
    return compiled.kernel(twice)


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


def test_a_second_process_does_not_compile(folder: Path) -> None:
    first, second = fresh(), fresh()
    assert (first(4), hits(first)) == (8, 0)
    assert (second(4), hits(second)) == (8, 1)
    assert {place.suffix for place in folder.rglob("*.*") if place.is_file()} == {".nbi", ".nbc"}


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("how", ["cut", "emptied", "flipped"])
def test_a_broken_file_is_compiled_again_and_mended(folder: Path, suffix: str, how: str) -> None:
    fresh()(4)
    (place,) = folder.rglob(f"*{suffix}")
    data = bytearray(place.read_bytes())
    data[-9] ^= 255
    place.write_bytes(bytes({"cut": data[:20], "emptied": b"", "flipped": data}[how]))
    broken, mended = fresh(), fresh()
    assert (broken(4), hits(broken)) == (8, 0)
    assert (mended(4), hits(mended)) == (8, 1)


def test_where_nothing_can_be_kept_functions_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_folder", lambda: None)
    assert fresh()(4) == 8
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(compiled, "_folder", lambda: tmp_path / "file")
    assert fresh()(4) == 8


def test_a_change_of_any_kernel_changes_the_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = Path(compiled.__file__).parent.parent
    for name in ("routing/kernels", "numerics"):
        shutil.copytree(package / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path)
    fingerprint.cache_clear()
    try:
        seen = {fingerprint()}
        for place in (tmp_path / "routing/kernels/words.py", tmp_path / "numerics/compiled.py"):
            place.write_text(place.read_text("utf-8") + "\n# another comment\n", encoding="utf-8")
            fingerprint.cache_clear()
            seen.add(fingerprint())
        fingerprint.cache_clear()
        assert fingerprint() in seen
        assert len(seen) == 3
    finally:
        fingerprint.cache_clear()
