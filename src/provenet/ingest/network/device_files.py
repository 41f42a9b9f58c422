"""The registry of inventory formats: how a file of devices is recognised, and who reads it.

A format is one declaration, `DEVICE_FORMATS` of a module in `provenet.ingest.network.device_formats`; a new module
there is found by itself. What is wrong with a file goes to `DeviceSource.faults`, all of it, and reading goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from provenet.core.errors import FaultList
from provenet.core.progress import Progress, silent
from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head


@dataclass(frozen=True, kw_only=True)
class DeviceSource:
    """A file to be read, and where what is found goes; `remarks` are sentences for whoever reads the inventory."""

    upload: Upload
    faults: FaultList
    remarks: list[str] = field(default_factory=list)
    progress: Progress = silent


@dataclass(frozen=True, kw_only=True)
class DeviceFormat:
    """One format of inventories.

    Parameters
    ----------
    name
        The id shown with the file.
    says
        What it is, in a few words.
    suffixes
        Endings by which files of a folder are taken, without a suffix of compression; others of the folder are passed.
    recognises
        Whether a file is of the format; looks only.
    read
        Rows of the file, one after another.
    order
        When the format is tried; of equal ones the module's name decides.
    """

    name: str
    says: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Head], bool]
    read: Callable[[DeviceSource], Iterator[DevicePart | DeviceLink]]
    order: int = 50


@lru_cache(maxsize=1)
def device_formats() -> tuple[DeviceFormat, ...]:
    """Every format, in the order in which they are tried. Cached."""
    package = import_module("provenet.ingest.network.device_formats")
    modules = [import_module(f"{package.__name__}.{one.name}") for one in iter_modules(package.__path__)]
    return tuple(sorted((one for module in modules for one in module.DEVICE_FORMATS), key=lambda one: one.order))


def device_format_of(upload: Upload) -> DeviceFormat | None:
    """The first format that recognises a file, or None. Raises InputFault where its first bytes cannot be unpacked."""
    head = Head(upload)
    return next((one for one in device_formats() if one.recognises(head)), None)
