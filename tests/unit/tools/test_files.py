"""A file named in a call: what is read, and the sentence for what is not."""

import os
from pathlib import Path

import pytest

from provenet.core.errors import InputFault, UsageFault
from provenet.tools.files import bytes_of, refuse_missing


def fault(file: Path, most: int = 3) -> str:
    with pytest.raises(InputFault) as caught:
        bytes_of(file, most, "a plan")
    return str(caught.value)


def test_a_file_is_read_to_its_cap_and_no_further(tmp_path: Path) -> None:
    place = tmp_path / "a.json"
    place.write_bytes(b"123")
    assert bytes_of(place, 3, "a plan") == ("a.json", b"123")
    assert bytes_of(("given", b"1234"), 3, "a plan") == ("given", b"1234")
    place.write_bytes(b"1234")
    assert fault(place) == (
        f"{place}: the file is too large; expected at most 3 bytes.\n    Split it into several files."
    )


def test_a_folder_a_pipe_and_nothing_are_told_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert fault(tmp_path) == f"{tmp_path}: the file cannot be read; found 'a folder', expected a plan."
    assert fault(tmp_path / "pipe") == (
        f"{tmp_path / 'pipe'}: the file cannot be read; found 'no plain file', expected a plan."
    )
    assert fault(tmp_path / "none") == (
        f"{tmp_path / 'none'}: the file cannot be read (no such file or directory); expected a plan."
    )


def test_every_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"")
    refuse_missing([place, None])
    os.mkfifo(tmp_path / "pipe")
    for bad, says in (
        (tmp_path, "this is a folder"),
        (tmp_path / "pipe", "this is no file"),
        (tmp_path / "b", "no such file"),
    ):
        with pytest.raises(UsageFault) as caught:
            refuse_missing([None, place, bad, tmp_path / "later"])
        assert str(caught.value).splitlines() == [
            f"{says}; found {str(bad)!r}, expected a file.",
            f"no such file; found {str(tmp_path / 'later')!r}, expected a file.",
        ]
