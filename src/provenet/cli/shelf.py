"""The folder that `fetch` writes to: one place per file, each held against other writers, replaced in one step; and
`provenet.fetch`, which fills it.

FILE                 the list as sent, once it is whole
FILE.fetched.json    its receipt
FILE.part            what came so far, while fetching or after a break
FILE.part.json       what FILE.part is a part of, how far it is known to be good, and the digest up to there
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from provenet.core.errors import Fault, InputFault
from provenet.core.settings import call_of
from provenet.download.exchange import Origin, Part, Receipt
from provenet.tools.fetch import FetchReport, FetchSettings
from provenet.tools.fetch import run as fetch_onto

CHECKPOINT_BYTES = 16_000_000
"""How much a machine that loses its power may have to fetch again."""
LARGEST_NOTE_BYTES = 100_000
BLOCK_BYTES = 1_000_000


class Folder:
    """A folder of fetched files, with the clock that `fetch` counts by."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clock(self) -> float:
        """Seconds since any moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)

    @contextmanager
    def place(self, file: str) -> Iterator[Slot]:
        """The place of one file, held until the block ends. Raises InputFault while another process holds it."""
        with on_disk(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        slot = Slot(self.folder / file)
        try:
            yield slot
        finally:
            slot.close()


def run(settings: FetchSettings) -> FetchReport:
    """Downloads public lists by name into a folder, each with its receipt. Only this and `add` of an address go online.

    `lists` is a registry of your own (docs/fetch.md), `timeout` how many seconds one list may take. A list that fails
    stops no other and stands in `faults`. Raises UsageFault naming every name that is no list, before anything is
    requested; InputFault with every fault of the registry. Cost O(bytes).
    """
    return fetch_onto(settings, Folder(settings.into))


fetch = call_of(FetchSettings, run, "fetch")


class Slot:
    """One file while it is fetched."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.receipt_path, self.part_path, self.note_path = (
            path.with_name(path.name + ending) for ending in (".fetched.json", ".part", ".part.json")
        )
        self._handle: int | None = None
        self._size, self._noted, self._sum = 0, 0, hashlib.sha256()
        self._origin: Origin | None = None
        try:
            with on_disk(path):
                for each in (path, self.receipt_path, self.part_path, self.note_path):
                    _only_plain(each)
                self._handle = _hold(self.part_path)
                self._restore()
        except InputFault:
            self.close()
            raise

    def _restore(self) -> None:
        """Takes up what an earlier try left, as far as its digest still holds."""
        note = _read_note(self.note_path)
        size, digest = note.get("size"), note.get("sha256")
        origin = _origin(note)
        if origin is not None and type(size) is int and size > 0:
            seen = _sum_of(self._fd, size)
            if seen is not None and seen.hexdigest() == digest:
                self._size, self._origin, self._sum = size, origin, seen

    @property
    def _fd(self) -> int:
        assert self._handle is not None
        return self._handle

    def held(self) -> Receipt | None:
        """The receipt of the file that is there. Raises InputFault where the file is not one that `fetch` wrote."""
        with on_disk(self.path):
            if not self.path.exists():
                return None
            receipt = _receipt(_read_note(self.receipt_path))
            way_out = "Move it away, or fetch into another folder with --into."
            if receipt is None:
                raise InputFault([Fault(str(self.path), "a file that fetch did not write is there", way_out=way_out)])
            with self.path.open("rb") as file:
                seen = _sum_of(file.fileno(), None)
            if seen is not None and seen.hexdigest() == receipt.sha256:
                return receipt
            if self._size and self._sum.hexdigest() == receipt.sha256:
                # Killed between writing the receipt and moving the part into place: the old file is still ours.
                return None
            raise InputFault([Fault(str(self.path), "the file was changed since it was fetched", way_out=way_out)])

    def part(self) -> Part:
        """What an earlier try left."""
        return Part(self._size, self._origin)

    def begin(self, origin: Origin | None) -> None:
        """Drops the part and begins that of another entity."""
        with on_disk(self.part_path):
            os.ftruncate(self._fd, 0)
        self._size, self._noted, self._origin, self._sum = 0, 0, origin, hashlib.sha256()

    def append(self, data: bytes) -> None:
        """Adds bytes to the part."""
        with on_disk(self.part_path):
            done = 0
            while done < len(data):
                done += os.pwrite(self._fd, data[done:], self._size + done)
            self._size += len(data)
            self._sum.update(data)
            if self._size - self._noted >= CHECKPOINT_BYTES:
                self._note()

    def head(self, size: int) -> bytes:
        """The first bytes of the part."""
        with on_disk(self.part_path):
            return os.pread(self._fd, min(size, self._size), 0)

    def digest(self) -> str:
        """The SHA-256 of the part."""
        return self._sum.hexdigest()

    def keep(self, receipt: Receipt) -> None:
        """Makes the part the file: the receipt first, then the move, so that a kill between the two is seen."""
        with on_disk(self.path):
            os.ftruncate(self._fd, self._size)
            os.fsync(self._fd)
            self._note()
            _replace(self.receipt_path, receipt.as_dict())
            move(self.part_path, self.path)
            self.note_path.unlink(missing_ok=True)
            os.close(self._fd)
            self._handle = None

    def close(self) -> None:
        """Lets go; what came so far stays only where the server can go on from there."""
        if self._handle is None:
            return
        try:
            with suppress(OSError):
                if self._size and self._origin is not None and self._origin.resumable:
                    os.ftruncate(self._fd, self._size)
                    self._note()
                else:
                    self.note_path.unlink(missing_ok=True)
                    self.part_path.unlink(missing_ok=True)
        finally:
            os.close(self._fd)
            self._handle = None

    def _note(self) -> None:
        origin = {} if self._origin is None else asdict(self._origin)
        _replace(self.note_path, {**origin, "size": self._size, "sha256": self._sum.hexdigest()})
        self._noted = self._size


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """What the operating system refuses, as a sentence."""
    try:
        yield
    except OSError as err:
        reason = (err.strerror or str(err)).lower()
        way_out = "Free some room or make the folder writable, or fetch into another folder with --into."
        raise InputFault([Fault(str(path), f"cannot be written ({reason})", way_out=way_out)]) from err


def _only_plain(path: Path) -> None:
    """Raises InputFault where something other than a plain file is there: no link is followed, no folder moved."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        found = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "something else"
        way_out = "Move it away, or fetch into another folder with --into."
        raise InputFault(
            [Fault(str(path), "not a plain file", found=found, expected="nothing, or a plain file", way_out=way_out)]
        )


def _hold(path: Path) -> int:
    """The part file, locked; the lock goes with the process. Raises InputFault while another holds it."""
    busy = Fault(str(path), "another fetch is writing this file", way_out="Wait until it has ended and run it again.")
    for _ in range(100):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _still_ours(handle, path):
                return handle
        except BlockingIOError as err:
            os.close(handle)
            raise InputFault([busy]) from err
        except OSError:
            os.close(handle)
            raise
        os.close(handle)
    raise InputFault([busy])


def _still_ours(handle: int, path: Path) -> bool:
    """Whether a locked part still bears its name and is this user's; a stranger's, who may write to it, is dropped."""
    try:
        here = os.lstat(path)
    except FileNotFoundError:
        return False
    if not os.path.samestat(os.fstat(handle), here):
        # The holder before us moved this very file into place: the name is another's now.
        return False
    if here.st_uid == os.geteuid():
        return True
    path.unlink()
    return False


def _sum_of(handle: int, size: int | None) -> Any:
    """The running digest of a file's first `size` bytes, or of all; None where it is shorter."""
    seen, at = hashlib.sha256(), 0
    while size is None or at < size:
        data = os.pread(handle, BLOCK_BYTES if size is None else min(BLOCK_BYTES, size - at), at)
        if not data:
            return seen if size is None else None
        seen.update(data)
        at += len(data)
    return seen


def _replace(path: Path, value: dict[str, object]) -> None:
    """Writes a note in one step."""
    fresh = path.with_name(path.name + ".new")
    with suppress(FileNotFoundError):
        fresh.unlink()
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    move(fresh, path)


def move(here: Path, there: Path) -> None:
    """Puts a file in the place of another in one step."""
    here.replace(there)


def _read_note(path: Path) -> dict[str, Any]:
    """A note of ours; empty where there is none, or none that can be read."""
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(LARGEST_NOTE_BYTES + 1)[:LARGEST_NOTE_BYTES])
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _origin(note: dict[str, Any]) -> Origin | None:
    url, etag, total = note.get("url"), note.get("etag"), note.get("total")
    if isinstance(url, str) and isinstance(etag, str) and (total is None or type(total) is int):
        return Origin(url, etag, total)
    return None


def _receipt(note: dict[str, Any]) -> Receipt | None:
    names = {each.name for each in fields(Receipt)}
    texts = names - {"length_bytes"}
    may_lack = {"etag", "last_modified", "served_at", "media_type"}
    if set(note) != names or type(note["length_bytes"]) is not int:
        return None
    if any(not isinstance(note[key], str) and not (note[key] is None and key in may_lack) for key in texts):
        return None
    return Receipt(**note)
