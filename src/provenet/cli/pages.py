"""The folder of the demo."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from provenet.core.digest import code_version
from provenet.core.errors import UsageFault

MARKER = ".provenet-demo"
"""Stands in a folder that the demo made: the code that made it, then each file, one a line."""


@contextmanager
def demo_folder(folder: Path) -> Iterator[Callable[[Iterable[Path]], None]]:
    """The demo's folder, ready to be filled; yields the function that writes down what was made.

    A folder the same code made before is used again; one that other code made is emptied of what that made. Raises
    UsageFault for a folder that is not the demo's: nothing in it is touched.
    """
    marker = folder / MARKER
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageFault(f"demo: {folder} is no folder. Name another place: provenet demo OTHER")
    if folder.is_dir() and any(folder.iterdir()) and not marker.is_file():
        raise UsageFault(f"demo: {folder} holds files that are not the demo's. Name another place: provenet demo OTHER")
    if marker.is_file() and marker.read_text("utf-8").partition("\n")[0] != code_version():
        _empty(folder, marker.read_text("utf-8").splitlines()[1:])
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(code_version() + "\n", encoding="utf-8")

    def note(made: Iterable[Path]) -> None:
        names = [path.relative_to(folder).as_posix() for path in made]
        marker.write_text("\n".join([code_version(), *names, ""]), encoding="utf-8")

    yield note


def _empty(folder: Path, names: Iterable[str]) -> None:
    """Removes the demo's case and the pages it wrote down, nothing else."""
    shutil.rmtree(folder / "case", ignore_errors=True)
    for name in names:
        place = folder / name
        if ".." not in Path(name).parts and not Path(name).is_absolute() and place.is_file():
            place.unlink()
