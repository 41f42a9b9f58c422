"""Files that a browser sends: kept under names of ours until they are read into the case or thrown away.

Nothing of a request reaches a path: a file lies in a private temporary folder under a number, and keeps its own name
only as text, for locators and messages. Files go when they are read, when they are thrown away, when others push them
out, and when the server ends; those of a server that was killed, when the next one begins.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
import shutil
import tempfile
import traceback
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath, PureWindowsPath
from threading import Lock, Thread
from typing import TYPE_CHECKING, BinaryIO, Literal

from provenet.core.digest import short_digest
from provenet.core.errors import CaseBusy, Fault, InputFault, ProvenetError, UsageFault, full_disk, visible
from provenet.core.progress import Progress
from provenet.ingest.opening import Upload
from provenet.verbs.answers import AddedFile, Addition
from provenet.web.access import MOST_FILES

if TYPE_CHECKING:
    from provenet.verbs.add import UploadDraft

FOLDER, HELD = "provenet-uploads-", ".held"
"""How the folders of servers begin, and the file in each that its server holds."""
MOST_BASKETS = 8
LONGEST_NAME = 120
LONGEST_MAPPING = 2**18
MOST_DOUBTS = 100
"""Cells of a file that its form asks after."""
BasketState = Literal["open", "adding"]


def plain_name(name: str) -> str:
    """The name of a file as text: without folders, what would steer a terminal shown, no longer than it may be.

    >>> plain_name("../../etc/passwd"), plain_name("C:\\\\shares.csv"), plain_name("\\x1b[2J.csv"), plain_name("/")
    ('passwd', 'shares.csv', '\\\\x1b[2J.csv', 'file')
    """
    last = visible(PureWindowsPath(PurePosixPath(name).name).name).strip()
    if len(last) > LONGEST_NAME:
        suffix = PurePosixPath(last).suffix[:20]
        last = last[: LONGEST_NAME - len(suffix)] + suffix
    return last if last.strip(". ") else "file"


@dataclass(frozen=True)
class Doubt:
    """Words of a cell that want a look, in each cell of their column."""

    column: str
    cell: str
    says: str
    expected: str = ""
    nearest: str = ""
    """The nearest that is known."""
    instead: str = ""
    """What is read of them; empty for what stands there."""

    @property
    def key(self) -> str:
        """The name of its field in a form."""
        return f"cell-{short_digest([self.column, self.cell], 12)}"


@dataclass
class Parcel:
    """One file that was sent."""

    number: int
    upload: Upload
    mapping: str = ""
    """Its mapping, as far as it is mended; empty where it needs none."""
    draft: UploadDraft | None = None
    faults: tuple[Fault, ...] = ()
    """Why nothing can be read of it, or what was wrong when it was read."""
    fault_count: int = 0

    @property
    def needed(self) -> tuple[str, ...]:
        """What the drafted mapping lacks for a file to be read at all; nothing where the mapping was mended since.

        Cells that the draft cannot read lack nothing: they are faults at their places where nobody mends them.
        """
        if self.draft is None or self.mapping != self.draft.mapping:
            return ()
        columns = {one["column"]: one for one in self.draft.columns}
        return tuple(one for one in self.draft.needed if one.partition(": ")[0] not in columns)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Cells that want a look, each once: those that were faults first, then those that the draft could not read,
        that would enter as parties of their own, or that are read as other words."""
        from provenet.ingest.tabular.mend import cells_read_as, drafted_targets

        found: dict[tuple[str, str], Doubt] = {}
        for fault in self.faults:
            if fault.column and fault.found and fault.row:
                expected = fault.expected or ""
                known = Doubt(fault.column, fault.found, fault.says, expected=expected, nearest=fault.nearest or "")
                found.setdefault((fault.column, fault.found), known)
        for doubt in self._drafted_doubts():
            found.setdefault((doubt.column, doubt.cell), doubt)
        try:
            mapped, read = drafted_targets(self.mapping), cells_read_as(self.mapping)
        except InputFault:
            return ()
        for (column, cell), text in read.items():
            before = found.get((column, cell), Doubt(column, cell, "is read as another word"))
            found[column, cell] = replace(before, instead=text)
        return tuple(one for one in found.values() if mapped.get(one.column))[:MOST_DOUBTS]

    def _drafted_doubts(self) -> Iterator[Doubt]:
        for one in self.draft.columns if self.draft else ():
            column, needed, new = str(one["column"]), one.get("needed"), one.get("new")
            for cell in needed if isinstance(needed, list) else ():
                yield Doubt(column, str(cell), "is no name or word that is known here")
            for vendor in new if isinstance(new, list) else ():
                text = "is no vendor that the case knows; as it is, it enters as a new one"
                yield Doubt(column, vendor["name"], text, nearest=vendor["nearest"] or "")

    @property
    def takes_mapping(self) -> bool:
        """Whether a mapping says what its columns become."""
        return self.draft is not None and bool(self.draft.columns or self.draft.needed)


@dataclass
class Basket:
    """The files of one form, until they are in the case."""

    basket_id: str
    case: Path
    folder: Path
    parcels: dict[int, Parcel] = field(default_factory=dict)
    state: BasketState = "open"
    entered: list[AddedFile] = field(default_factory=list)
    """What came into the case."""
    text: str = ""
    """How the reading stands, or why it could not begin."""
    done: int = 0
    total: int = 0
    news: int = 0
    """Counts what has happened, for followers."""

    @property
    def faults(self) -> list[Fault]:
        """Everything that is wrong with its files."""
        return [fault for parcel in self.parcels.values() for fault in parcel.faults]

    @property
    def fault_count(self) -> int:
        """How many things are wrong; the list may be cut."""
        return sum(parcel.fault_count for parcel in self.parcels.values())


class Baskets:
    """The baskets of a process, the oldest pushed out by new ones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, Basket] = OrderedDict()
        self._top: Path | None = None
        self._held: BinaryIO | None = None

    def put(self, case: Path, files: Iterable[tuple[str, bytes]]) -> Basket:
        """Keeps the files of a form. Raises UsageFault where there is none, or too many."""
        given = [(name, data) for name, data in files if name or data]
        if not given:
            raise UsageFault("files: no file was sent; choose at least one.")
        if len(given) > MOST_FILES:
            raise UsageFault(f"files: found {len(given)} files, expected at most {MOST_FILES}.")
        basket_id = secrets.token_urlsafe(12)
        folder = self._place() / basket_id
        folder.mkdir(mode=0o700)
        basket = Basket(basket_id, case, folder)
        for number, (name, data) in enumerate(given, start=1):
            place = folder / str(number)
            place.write_bytes(data)
            upload = Upload(plain_name(name), sha256(data).hexdigest(), place, len(data))
            basket.parcels[number] = described(case, Parcel(number, upload))
        with self._lock:
            self._kept[basket_id] = basket
            idle = [one for one in self._kept.values() if one.state != "adding"]
            for old in idle[: max(0, len(self._kept) - MOST_BASKETS)]:
                self._drop(old)
        return basket

    def of(self, case: Path) -> list[Basket]:
        """The baskets of a case, the newest first."""
        with self._lock:
            return [one for one in reversed(self._kept.values()) if one.case == case]

    def find(self, case: Path, basket_id: str) -> Basket | None:
        """A basket by its id."""
        with self._lock:
            found = self._kept.get(basket_id)
        return found if found is not None and found.case == case else None

    def drop(self, basket: Basket) -> None:
        """Throws a basket and its files away. Raises CaseBusy while they are read."""
        with self._lock:
            if basket.state == "adding":
                raise CaseBusy("These files are being read into the case; wait until that has ended.")
            self._drop(basket)

    def _drop(self, basket: Basket) -> None:
        self._kept.pop(basket.basket_id, None)
        shutil.rmtree(basket.folder, ignore_errors=True)

    def _place(self) -> Path:
        """The private folder of this process, made at the first need and removed at its end."""
        with self._lock:
            if self._top is None or not self._top.is_dir():
                self._top = Path(tempfile.mkdtemp(prefix=FOLDER))
                # Held until the process ends, however it ends: then the next server removes the folder.
                self._held = (self._top / HELD).open("wb")
                fcntl.flock(self._held, fcntl.LOCK_EX)
                atexit.register(shutil.rmtree, self._top, ignore_errors=True)
            return self._top

    def begin(self, basket: Basket) -> None:
        """Begins to read the files of a basket into the case. Raises CaseBusy where that goes on already."""
        with self._lock:
            if basket.state == "adding":
                raise CaseBusy("These files are being read into the case already.")
            basket.state, basket.text, basket.done, basket.total = "adding", "Starting.", 0, 0
            basket.news += 1
        start(basket)


BASKETS = Baskets()


def sweep() -> None:
    """Removes what servers left that were killed: folders of this user that no process holds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / HELD).open("ab") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def described(case: Path, parcel: Parcel) -> Parcel:
    """A parcel with what it is read as and a drafted mapping, or why nothing can be read of it."""
    from provenet.verbs.add import suggest_upload

    try:
        parcel.draft = suggest_upload(case, parcel.upload)
    except InputFault as fault:
        parcel.faults, parcel.fault_count = tuple(fault.faults), fault.count
    else:
        parcel.mapping = parcel.draft.mapping if parcel.takes_mapping else ""
    return parcel


def mend(parcel: Parcel, mapping: str) -> None:
    """Gives a parcel another mapping. Raises UsageFault for one that is too long, InputFault for one that is none."""
    from provenet.ingest.tabular.mapping import parse_mapping

    if len(mapping) > LONGEST_MAPPING:
        raise UsageFault(f"mapping: found {len(mapping):,} letters, expected at most {LONGEST_MAPPING:,}.")
    parcel.mapping = mapping
    if parcel.draft is not None and parcel.draft.columns:
        parse_mapping(f"the mapping of {parcel.upload.name}", mapping)
    parcel.faults, parcel.fault_count = (), 0


def start(basket: Basket) -> None:
    """Reads a basket in the background. The one place that says how."""
    Thread(target=_read, args=(basket,), name="upload", daemon=True).start()


def _read(basket: Basket) -> None:
    """Reads the files into the case; those that came in are done with, the others keep what is wrong with them."""
    from provenet.verbs.add import add_uploads

    parcels = list(basket.parcels.values())
    files = [(one.upload, one.mapping.encode() if one.mapping else None) for one in parcels]
    try:
        _settle(basket, parcels, add_uploads(basket.case, files, _listener(basket)))
    except ProvenetError as err:
        basket.text = str(err)
    except Exception as err:  # noqa: BLE001 - a defect; the page says so, and the words of the file stay out of it
        place = traceback.extract_tb(err.__traceback__)[-1]
        basket.text = full_disk(err) or (
            f"This is a defect of provenet, not of your file: {type(err).__name__} at {Path(place.filename).name}."
        )
    finally:
        basket.state = "open"
        basket.news += 1


def _listener(basket: Basket) -> Progress:
    def listen(what: str, done: int, total: int) -> None:
        basket.text, basket.done, basket.total = what, done, total
        basket.news += 1

    return listen


def _settle(basket: Basket, parcels: Sequence[Parcel], addition: Addition) -> None:
    """Sorts what came in from what did not."""
    entered = {file.file_id for file in addition.files}
    basket.entered += addition.files
    left: list[Parcel] = []
    for parcel in parcels:
        if parcel.upload.file_id in entered:
            del basket.parcels[parcel.number]
            assert isinstance(parcel.upload.place, Path)
            parcel.upload.place.unlink(missing_ok=True)
        else:
            left.append(parcel)
    for parcel in left:
        parcel.faults = tuple(fault for fault in addition.faults if _is_of(fault, parcel.upload.name))
        parcel.fault_count = sum(fault.row_count for fault in parcel.faults)
    rest = [fault for fault in addition.faults if not any(_is_of(fault, one.upload.name) for one in left)]
    if left and rest:
        left[0].faults += tuple(rest)
        left[0].fault_count += sum(fault.row_count for fault in rest)
    basket.text = ""


def _is_of(fault: Fault, name: str) -> bool:
    """Whether a fault is of a file, by the place that it names."""
    return fault.place == name or fault.place.startswith((f"{name} ", f"{name},", f"{name}:"))
