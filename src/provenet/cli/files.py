"""Files and pages that a command writes: they stand under their name once they are whole, and nothing is left of one
that is not."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from provenet.core import wording
from provenet.core.errors import UsageFault
from provenet.core.settings import Settings


def place_of(option: str, name: str, others: Iterable[tuple[str, Path | str | None]]) -> Path:
    """Where an option's file will stand. Raises UsageFault where none can be made, or where it would replace a file
    that another option names."""
    place = Path(name)
    if not place.parent.is_dir() or place.is_dir() or (place.exists() and not place.is_file()):
        raise UsageFault(
            f"{option}: no file can be made there; found {name!r}, expected a file in a folder that exists."
        )
    refuse_case_folder(option, place)
    for other, given in others:
        if given is not None and place.resolve() == Path(given).resolve():
            raise UsageFault(f"{option}: {name!r} is the file of {other}; expected a file of its own.")
    return place


def files_named(settings: Settings) -> list[tuple[str, Path | str | None]]:
    """The files that settings name, each with its option."""
    found: list[tuple[str, Path | str | None]] = []
    for option in settings.every_option():
        value = getattr(settings, option.name)
        name = (option.metavar or option.name.upper()).strip("[].") if option.argument else option.flag
        found += [(name, one) for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Path)]
    return found


def refuse_case_folder(option: str, place: Path) -> None:
    """Raises UsageFault for a place inside a case, whose files the case alone writes."""
    for folder in (place.resolve(), *place.resolve().parents):
        if (folder / "case.toml").is_file():
            raise UsageFault(
                f"{option}: this lies inside the case {folder}, which alone writes there; found {str(place)!r}, "
                "expected a place outside of it."
            )


@contextmanager
def whole_file(place: Path) -> Iterator[BinaryIO]:
    """A file to write to, inside `with`, that takes its name at the end and in place of one that stood there.

    Where the system has files without a name, not even a kill leaves anything; else one that begins with a dot may
    stay.
    """
    aside = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with _nameless(place.parent) or aside.open("wb") as stream:
            yield stream
            stream.flush()
            if not aside.exists():
                # With a folder's descriptor the call follows the link to the file that has no name; without, it cannot.
                os.link(f"/proc/self/fd/{stream.fileno()}", aside, src_dir_fd=stream.fileno(), follow_symlinks=True)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def _nameless(folder: Path) -> BinaryIO | None:
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.fdopen(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666), "wb")
    except OSError:
        return None


def pages_of(copies: Iterable[Path]) -> Iterator[str]:
    """A line for each page that was copied, and one for each folder of files beside a page."""
    folders: dict[Path, int] = {}
    for path in copies:
        if path.parent.name.endswith("-data"):
            folders[path.parent] = folders.get(path.parent, 0) + 1
        else:
            yield str(path)
    for folder, count in folders.items():
        yield f"{folder}: {wording.count(count, 'file')}"


def copy_pages(pages: Mapping[str, Path], folder: Path) -> tuple[Path, ...]:
    """Copies pages into a folder under their names, making it if need be, and returns where they lie."""
    made = []
    for name, source in pages.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_name(f".{place.name}.part")
        aside.write_bytes(source.read_bytes())
        aside.replace(place)
        made.append(place)
    return tuple(made)
