"""A small file named on the command line: read within a cap, and only where it is a plain file."""

from __future__ import annotations

from pathlib import Path

from provenet.core.errors import Fault, InputFault

CASES_CAP_BYTES = 64 * 2**20
"""The most that a file of worked cases may hold."""
REGISTRY_CAP_BYTES = 2**20
"""The most of a registry of lists that is looked at."""


def bytes_given(place: str, most: int, expected: str) -> tuple[str, bytes]:
    """A file's name and bytes. Raises InputFault where it cannot be read, is no plain file, or holds more than `most`.

    A pipe or a device is not opened: it may never end, or never begin.
    """
    path = Path(place)
    try:
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "no plain file"
            raise InputFault([Fault(place, "the file cannot be read", found=what, expected=expected)])
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as err:
        says = f"the file cannot be read ({(getattr(err, 'strerror', None) or str(err)).lower()})"
        raise InputFault([Fault(place, says, expected=expected)]) from err
    if len(data) > most:
        way_out = "Split it into several files."
        raise InputFault([Fault(place, "the file is too large", expected=f"at most {most:,} bytes", way_out=way_out)])
    return path.name, data
