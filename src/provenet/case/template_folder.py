"""The folder of tables beside a new case, for a person to fill in: the one place that writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from provenet.core.errors import CaseFault, UsageFault


def refuse_folder(folder: Path) -> None:
    """Raises UsageFault where something stands in the place of the folder."""
    if folder.exists() or folder.is_symlink():
        raise UsageFault(f"{folder}: something stands here already, where the tables to fill in would. Move it away.")


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files into a new folder. Raises CaseFault where it cannot be made."""
    try:
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as err:
        raise CaseFault(f"{folder}: the tables to fill in cannot be written ({err.strerror}).") from err
