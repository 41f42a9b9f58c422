"""The user's cache folder: what is kept comes back, what is broken or foreign is worked out again; it is bounded."""

import os
from pathlib import Path

import numpy as np
import pytest

from provenet.core import user_cache
from provenet.core.user_cache import cache_folder, kernel_folder, load_arrays, sources_digest, store_arrays


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "cache"
    monkeypatch.setenv(user_cache.SETTING, str(place))
    return place


ARRAYS = {"asn": np.array([1, 2**40], np.int64), "flag": np.array([[True], [False]]), "none": np.zeros(0, np.uint8)}


def keep(key: str = "k") -> Path:
    store_arrays("graph", key, ARRAYS, note={"remarks": ["one"]})
    folder = cache_folder()
    return folder / "arrays" / f"graph-{key}.arrays"


def test_arrays_come_back_as_they_were_and_may_be_written_to() -> None:
    keep()
    found = load_arrays("graph", "k")
    assert found.note == {"remarks": ["one"]}
    for name, array in ARRAYS.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].tolist() == array.tolist()
    found.arrays["asn"][0] = 9
    again = load_arrays("graph", "k")
    assert again.arrays["asn"].tolist() == [1, 2**40]


def test_what_was_not_kept_is_not_there() -> None:
    keep()
    assert load_arrays("graph", "other") is None
    assert load_arrays("names", "k") is None


@pytest.mark.parametrize("how", ["cut", "flipped", "empty", "foreign"])
def test_a_broken_file_is_removed_and_written_anew(how: str) -> None:
    place = keep()
    data = bytearray(place.read_bytes())
    if how == "flipped":
        data[-70] ^= 1
    broken = {"cut": data[:-1], "flipped": data, "empty": b"", "foreign": b"PK\x03\x04 something else"}[how]
    place.write_bytes(bytes(broken))
    assert load_arrays("graph", "k") is None
    assert not place.exists()
    keep()
    assert load_arrays("graph", "k") is not None


def test_switched_off_nothing_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(user_cache.SETTING, "OFF")
    store_arrays("graph", "k", ARRAYS, note=None)
    assert (load_arrays("graph", "k"), kernel_folder("f"), cache_folder()) == (None, None, None)
    assert not folder.exists()


def test_the_folder_of_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(user_cache.SETTING)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "provenet"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this platform has no owners of folders")
def test_a_folder_that_others_may_write_to_is_not_believed(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    assert cache_folder() is None


def test_a_place_that_is_no_folder_keeps_nothing(folder: Path) -> None:
    folder.write_text("a file")
    store_arrays("graph", "k", ARRAYS, note=None)
    assert load_arrays("graph", "k") is None


def test_the_files_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {key: keep(key) for key in "abc"}
    for nth, key in enumerate("abc"):
        os.utime(places[key], (nth, nth))
    assert load_arrays("graph", "a") is not None
    monkeypatch.setattr(user_cache, "MOST_BYTES", 2 * places["a"].stat().st_size)
    keep("d")
    assert {key for key in "abc" if places[key].exists()} == {"a"}
    assert not list(places["a"].parent.glob("part-*"))


def test_compiled_functions_of_few_versions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_cache, "MOST_FINGERPRINTS", 2)
    first = kernel_folder("one")
    assert first is not None
    os.utime(first, (1, 1))
    second = kernel_folder("two")
    os.utime(second, (2, 2))
    third = kernel_folder("three")
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)


def test_the_digest_of_sources_is_of_their_bytes() -> None:
    one = sources_digest("core/ids.py", "core/units.py")
    assert one == sources_digest("core/units.py", "core/ids.py") != sources_digest("core/ids.py")
    assert sources_digest("core/nowhere.py") is None
