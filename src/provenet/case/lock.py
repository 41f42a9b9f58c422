"""One writer per case: a lock that the kernel drops when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from provenet.core.errors import CaseBusy, CaseFault

NAME = ".lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Holds the lock file of a folder for the length of the block.

    The file's text, `pid start-time`, is for people and for the sentence of the second writer; what locks is
    `flock`, so a killed holder leaves nothing to clean. Raises CaseBusy while another writer, in this process or
    another, holds it; CaseFault where the folder cannot be written. Limits: one machine; a network file system
    without `flock` does not protect. Source: own, decision 0003.
    """
    place = folder / NAME
    try:
        handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as err:
        raise CaseFault(
            f"{folder}: the case cannot be written ({err.strerror}). Make the folder writable, or copy it."
        ) from err
    try:
        _take(handle, folder)
        yield
    finally:
        os.close(handle)


def _take(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        raise CaseBusy(_busy(handle, folder)) from err
    except OSError as err:
        raise CaseFault(
            f"{folder}: the file system cannot lock ({err.strerror}). Move the case to a local disk."
        ) from err
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')}\n".encode(), 0)


def _busy(handle: int, folder: Path) -> str:
    pid, _, since = os.pread(handle, 100, 0).decode("ascii", "replace").strip().partition(" ")
    holder = f"process {pid}, since {since}" if pid and since else "a process that has only just begun"
    return (
        f"{folder}: another writer holds this case: {holder}. "
        "Wait until it has ended and run the verb again; reading needs no lock."
    )
