"""One writer per case: a lock that the kernel drops when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from provenet.core.errors import CaseBusy, CaseFault

NAME = ".lock"


@dataclass(frozen=True)
class Hold:
    """The lock held once: the text of the file while it is held, and the one that stood there, of the holder before."""

    text: str
    before: str


@contextmanager
def held(folder: Path) -> Iterator[Hold]:
    """Holds the lock file of a folder for the length of the block.

    The file's text, `pid start-time` and a random word, is for people, for the sentence of the second writer, and for a
    writer that wants to know whether it was the last one too: no two holds have the same. What locks is `flock`, so a
    killed holder leaves nothing to clean. Raises CaseBusy while another writer, in this process or another, holds it;
    CaseFault where the folder cannot be written. Limits: one machine; a network file system without `flock` does not
    protect. Source: own, decision 0003.
    """
    place = folder / NAME
    try:
        handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as err:
        raise CaseFault(
            f"{folder}: the case cannot be written ({err.strerror}). Make the folder writable, or copy it."
        ) from err
    try:
        yield _take(handle, folder)
    finally:
        os.close(handle)


def _take(handle: int, folder: Path) -> Hold:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        raise CaseBusy(_busy(handle, folder)) from err
    except OSError as err:
        raise CaseFault(
            f"{folder}: the file system cannot lock ({err.strerror}). Move the case to a local disk."
        ) from err
    text = f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')} {token_hex(8)}"
    before = _text(handle)
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{text}\n".encode(), 0)
    return Hold(text, before)


def _text(handle: int) -> str:
    return os.pread(handle, 100, 0).decode("ascii", "replace").strip()


def _busy(handle: int, folder: Path) -> str:
    pid, since, *_ = (*_text(handle).split(), "", "")
    holder = f"process {pid}, since {since}" if pid and since else "a process that has only just begun"
    return (
        f"{folder}: another writer holds this case: {holder}. "
        "Wait until it has ended and run the verb again; reading needs no lock."
    )
