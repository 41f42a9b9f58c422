"""What a case writes outlasts a loss of power: a file is on the disk once written, its folders once a run is committed.

A name that reaches the disk before the bytes behind it would be half a file after the loss, so a file is synced before
it gets its name; a run's row is written when the disk holds everything before it.
"""

import errno
import os
from pathlib import Path


class Disk:
    """The files of one case. Cost: one sync a file, and one for each folder in which a run made or replaced names."""

    def __init__(self, top: Path) -> None:
        self._top = top.absolute()
        self._changed: set[Path] = set()

    def write(self, place: Path, data: bytes) -> None:
        """Writes a file and returns when the disk holds it. Raises OSError where it does not."""
        place.write_bytes(data)
        self.keep(place)

    def keep(self, place: Path) -> None:
        """Returns when the disk holds a file that another has written. Raises OSError where it does not."""
        sync(place)
        self.changed(place)

    def changed(self, place: Path) -> None:
        """Remembers that a name was made, replaced or taken away."""
        inside = place.absolute().relative_to(self._top)
        self._changed.update(self._top / folder for folder in inside.parents)

    def settle(self) -> None:
        """Returns when the disk holds every name as it stands. Raises OSError where it does not."""
        for folder in sorted(self._changed, reverse=True):
            if folder.is_dir():
                sync(folder)
        self._changed.clear()


def sync(place: Path) -> None:
    """Returns when the disk holds the bytes of a file or the names of a folder. Raises OSError where it does not."""
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as err:
        # Some file systems of other machines know no sync of folders: there the names are theirs to keep.
        if err.errno != errno.EINVAL or not place.is_dir():
            raise
    finally:
        os.close(handle)
