"""The user's cache folder: what was once worked out from bytes that have not changed, such as opened graphs.

    arrays/KIND-KEY.arrays    arrays under the digest of what they came from and of the code that made them
    kernels/FINGERPRINT/      compiled functions, under the digest of all their sources

Nothing here is an answer: what is broken, foreign or missing is worked out again. The folder lies where the platform
keeps caches (`XDG_CACHE_HOME`, else `~/.cache`); the environment variable PROVENET_CACHE names another, or is `off`.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

SETTING, OFF = "PROVENET_CACHE", "off"
"""The environment variable that names the folder, and its value that keeps nothing."""
MOST_BYTES = 2**30
"""Arrays are kept up to this size together; the ones that were not used for longest go first."""
MOST_FINGERPRINTS = 8
"""Compiled functions of so many versions of the code are kept."""
_MAGIC = b"provenet arrays 1\n"
_ALIGNED = 64
_KINDS = "biuf"


def cache_folder() -> Path | None:
    """The cache folder, made if need be; None where it is switched off, cannot be written or belongs to another."""
    setting = os.environ.get(SETTING, "").strip()
    if setting.casefold() == OFF:
        return None
    place = Path(setting) if setting else _of_platform() / "provenet"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = place.stat()
    except (OSError, RuntimeError):
        return None
    # Compiled functions are run as they lie: a folder that others may write to is not believed.
    is_foreign = hasattr(os, "getuid") and (found.st_uid != os.getuid() or bool(found.st_mode & 0o022))
    return place if os.access(place, os.W_OK) and not is_foreign else None


def _of_platform() -> Path:
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local)
    return Path.home() / ".cache"


def sources_digest(*names: str) -> str | None:
    """The SHA-256 of files of the package, by their places in it; None where they are not files on disk."""
    root, seen = Path(__file__).resolve().parent.parent, hashlib.sha256()
    try:
        for name in sorted(names):
            seen.update(f"{name}\0".encode() + (root / name).read_bytes())
    except OSError:
        return None
    return seen.hexdigest()


@dataclass(frozen=True)
class CachedArrays:
    """Arrays by name, mapped from the file and writable without changing it, and what was noted beside them."""

    arrays: Mapping[str, NDArray[Any]]
    note: Any


def load_arrays(kind: str, key: str) -> CachedArrays | None:
    """What was stored under a kind and key; None where there is nothing, or nothing that is whole. Cost O(bytes)."""
    place = _arrays_place(kind, key)
    if place is None or not place.exists():
        return None
    try:
        with place.open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        found = _parsed(mapped)
        os.utime(place)
        return found
    except (OSError, ValueError, KeyError, TypeError):
        with suppress(OSError):
            place.unlink()
        return None


def store_arrays(kind: str, key: str, arrays: Mapping[str, NDArray[Any]], *, note: Any) -> None:
    """Keeps arrays for `load_arrays`, in one step; does nothing where they cannot be kept. `note` is plain JSON."""
    place = _arrays_place(kind, key)
    if place is None:
        return
    part = None
    try:
        place.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix="part-", delete=False) as stream:
            part = Path(stream.name)
            for block in _blocks(arrays, note):
                stream.write(block)
        part.replace(place)
        _prune(place.parent)
    except OSError:
        if part is not None:
            with suppress(OSError):
                part.unlink()


def kernel_folder(fingerprint: str) -> Path | None:
    """The folder for compiled functions of one fingerprint, made if need be; None where nothing can be kept."""
    folder = cache_folder()
    if folder is None:
        return None
    place = folder / "kernels" / fingerprint
    try:
        if not place.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            others = sorted(place.parent.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
            for old in [one for one in others if one != place][MOST_FINGERPRINTS - 1 :]:
                shutil.rmtree(old, ignore_errors=True)
        os.utime(place)
    except OSError:
        return None
    return place


def _arrays_place(kind: str, key: str) -> Path | None:
    folder = cache_folder()
    return None if folder is None else folder / "arrays" / f"{kind}-{key}.arrays"


def _blocks(arrays: Mapping[str, NDArray[Any]], note: Any) -> list[bytes]:
    """A file: a magic line, the digest of what follows it, the length of a head in JSON, the head, and the arrays."""
    listed, at = [], 0
    data: list[bytes] = []
    for name, array in arrays.items():
        listed.append({"name": name, "dtype": array.dtype.str, "shape": list(array.shape), "at": at})
        body = array.tobytes()
        body += bytes(-len(body) % _ALIGNED)
        data.append(body)
        at += len(body)
    head = json.dumps({"arrays": listed, "note": note}).encode()
    before = len(_MAGIC) + hashlib.sha256().digest_size + 8
    head += b" " * (-(before + len(head)) % _ALIGNED)
    blocks = [len(head).to_bytes(8, "little"), head, *data]
    seen = hashlib.sha256()
    for block in blocks:
        seen.update(block)
    return [_MAGIC, seen.digest(), *blocks]


def _parsed(mapped: mmap.mmap) -> CachedArrays:
    """The arrays of a file. Raises ValueError, KeyError or TypeError where it is not whole."""
    import numpy as np

    view = memoryview(mapped)
    start = len(_MAGIC) + hashlib.sha256().digest_size
    if bytes(view[: len(_MAGIC)]) != _MAGIC or hashlib.sha256(view[start:]).digest() != bytes(
        view[len(_MAGIC) : start]
    ):
        raise ValueError("the file is not whole")
    first = start + 8 + int.from_bytes(view[start : start + 8], "little")
    head = json.loads(bytes(view[start + 8 : first]))
    made = {}
    for one in head["arrays"]:
        dtype, shape = np.dtype(one["dtype"]), tuple(map(int, one["shape"]))
        if dtype.kind not in _KINDS or not dtype.isnative:
            raise ValueError("no such kind of array")
        count = int(np.prod(shape, dtype=np.int64))
        made[one["name"]] = np.frombuffer(mapped, dtype, count, first + int(one["at"])).reshape(shape)
    return CachedArrays(made, head["note"])


def _prune(folder: Path) -> None:
    """Removes the files that were not used for longest, until the rest fit."""
    files = [(one.stat().st_mtime, one.stat().st_size, one) for one in folder.iterdir() if one.is_file()]
    kept = 0
    for _, size, one in sorted(files, reverse=True, key=lambda file: (file[0], file[2].name)):
        kept += size
        if kept > MOST_BYTES:
            one.unlink()
