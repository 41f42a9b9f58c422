"""A run that is made again: its stored settings, and the files that the case kept of what it read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenet.case.case import Case
from provenet.case.standing import PACKS, RunRecord
from provenet.core.errors import CaseFault
from provenet.core.progress import Progress


@dataclass(frozen=True)
class StaleRun:
    """A run to be made again, the case, and the folders of rule packs at hand."""

    case: Case
    record: RunRecord
    folders: Sequence[Path]
    progress: Progress

    @property
    def settings(self) -> dict[str, Any]:
        """The stored settings as keyword arguments, the country apart."""
        left_out = ("country", "countries", "stopped")
        return {name: value for name, value in self.record.settings.items() if name not in left_out}

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that it speaks of."""
        return tuple(country for country in self.record.countries if country is not None)

    def packs(self) -> tuple[Path, ...]:
        """The folders of packs, where the run read packs of one's own: those named, else those that the case remembers.

        Raises CaseFault where neither is there.
        """

        read = self.record.inputs.get(PACKS, "")
        if not read:
            return ()
        folders = self.folders or self.case.pack_folders(read) or ()
        if not folders or not all(folder.exists() for folder in folders):
            raise CaseFault("it read rule packs of your own; name their folder: provenet run CASE --packs DIR")
        return tuple(folders)

    def file(self, digest: str, what: str) -> bytes:
        """The bytes of a file that the run read. Raises CaseFault where the case did not keep them."""
        try:
            return self.case.source_bytes(digest)
        except CaseFault as fault:
            raise CaseFault(f"the case does not hold {what} that it read; run the verb by hand") from fault
