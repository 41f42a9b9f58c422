"""A file named in a call: read within a cap, and only where it is a plain file."""

from collections.abc import Iterable
from pathlib import Path

from provenet.core.errors import Fault, InputFault, UsageFault
from provenet.ingest.opening import plain_bytes


def bytes_of(file: Path | tuple[str, bytes], most: int, expected: str) -> tuple[str, bytes]:
    """A file's name and bytes. Raises InputFault where it is no plain file, unreadable, or holds more than `most`."""
    if not isinstance(file, Path):
        return file
    place = str(file)
    try:
        if file.exists() and not file.is_file():
            what = "a folder" if file.is_dir() else "no plain file"
            raise InputFault([Fault(place, "the file cannot be read", found=what, expected=expected)])
        data = plain_bytes(file, most + 1)
    except (OSError, ValueError) as err:
        text = f"the file cannot be read ({(getattr(err, 'strerror', None) or str(err)).lower()})"
        raise InputFault([Fault(place, text, expected=expected)]) from err
    if len(data) > most:
        way_out = "Split it into several files."
        raise InputFault([Fault(place, "the file is too large", expected=f"at most {most:,} bytes", way_out=way_out)])
    return file.name, data


def refuse_missing(files: Iterable[Path | None]) -> None:
    """Raises UsageFault with every path that is no file, a sentence each."""
    wrong = []
    for place in files:
        if place is not None and not place.is_file():
            what = "this is a folder" if place.is_dir() else "this is no file" if place.exists() else "no such file"
            wrong.append(f"{what}; found {str(place)!r}, expected a file.")
    if wrong:
        raise UsageFault("\n".join(wrong))
