"""Files named in a call: read within a cap, and only where they are plain files; and books on what was read of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provenet.core.errors import Fault, FaultList, InputFault, UsageFault
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import Upload, plain_bytes
from provenet.ingest.registry import Place, at_another_place


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


@dataclass
class FilesRead:
    """What a command read of its files, by kind, and what is wrong with them."""

    command: str
    progress: Progress = silent
    read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    left_out: FaultList = field(default_factory=FaultList)
    """Faults of rows that were left out."""
    refused: FaultList = field(default_factory=FaultList)
    """Faults of files that say nothing."""

    def add(self, kind: str, one: dict[str, Any]) -> None:
        """Keeps what was read of a file."""
        self.read.setdefault(kind, []).append(one)

    def refuse(self, option: str, place: Path, err: InputFault | OSError) -> None:
        """Keeps the faults of a file that says nothing at its place; one of another place's format is named."""
        try:
            if isinstance(err, OSError):
                raise err
            self.refused.take(at_another_place(Upload.of(place, self.progress), Place(self.command, option), err))
        except OSError as fault:
            why = (fault.strerror or str(fault)).lower()
            self.refused.add(Fault(str(place), f"the file cannot be read ({why})"))

    def end(self) -> None:
        """Raises InputFault with every fault where a file was refused."""
        if self.refused.count:
            self.refused.extend(self.left_out.faults)
            self.refused.refuse()

    def left_over(self, remarks: Iterable[str] = ()) -> dict[str, Any]:
        """Of an answer: the rows that were left out, and the remarks on files with some more."""
        left_out = [fault.as_dict() for fault in self.left_out.faults]
        return {"left_out_count": self.left_out.count, "left_out": left_out, "remarks": [*self.remarks, *remarks]}
