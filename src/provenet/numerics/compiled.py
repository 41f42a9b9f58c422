"""How the kernels are compiled: once a signature, kept in the user's cache folder, and without the interpreter's lock.

`kernel` makes a function that Python calls, `part` one that only other compiled functions call: it has no way in from
Python, which shortens the first call. `tight` is a part that the compiler must place inside its caller: for small
functions in hot loops, where it would not do so by itself.

None of these makes an array, Python does it for them, and so none counts references (`_nrt`): the counting costs a
tenth of the first call, and up to half of every other where small functions hand arrays to each other. Numba refuses
to compile one that does. `maker` is for functions that make arrays.

Numba's own cache knows the file of a function alone, lies beside the package, and breaks where a file of it is broken.
Here compiled functions lie under a fingerprint of the sources of all kernels, of the compiler and of the interpreter,
each with its digest; what is missing or broken is compiled again. Functions that call themselves are not to be cached:
Numba 0.68 crashes on them.
"""

import hashlib
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from pickle import loads
from typing import Any

import numba
from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

from provenet.core.user_cache import kernel_folder

_PACKAGE = Path(__file__).resolve().parent.parent
_DIGEST_BYTES = 32


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """The digest of what compiled functions rest on: the sources of all kernels, the compiler, the interpreter."""
    versions = (numba.__version__, version("llvmlite"), sys.version, sys.platform)
    seen = hashlib.sha256(" ".join(versions).encode())
    for place in sorted({*_PACKAGE.glob("**/kernels/*.py"), *_PACKAGE.glob("numerics/*.py")}):
        seen.update(f"\0{place.relative_to(_PACKAGE).as_posix()}\0".encode() + place.read_bytes())
    return seen.hexdigest()[:24]


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    if numba.config.CACHE_DIR:
        return Path(numba.config.CACHE_DIR) / fingerprint()
    return kernel_folder(fingerprint())


class _Locator:
    """Where one function's files lie, as Numba asks for it."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._py_file = function.__code__.co_filename
        self._line = function.__code__.co_firstlineno
        self._folder = folder / function.__module__

    def get_cache_path(self) -> str:
        """The folder of the function's module."""
        return str(self._folder)

    def ensure_cache_path(self) -> None:
        """Makes the folder. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def get_source_stamp(self) -> str:
        """What the compiled function rests on beside the fingerprint: its own file."""
        return hashlib.sha256(Path(self._py_file).read_bytes()).hexdigest()

    def get_disambiguator(self) -> str:
        """Tells functions of one name apart."""
        return str(self._line)


class _Serialised(CompileResultCacheImpl):  # type: ignore[misc]
    """How a compiled function becomes bytes: as Numba does it, in another place."""

    def __init__(self, function: Callable[..., Any]) -> None:
        folder = _folder()
        assert folder is not None
        self._lineno = function.__code__.co_firstlineno
        self._locator = _Locator(function, folder)
        self._filename_base = self.get_filename_base(function.__qualname__, "")


class _CheckedFile(IndexDataCacheFile):  # type: ignore[misc]
    """Files of compiled functions that begin with the digest of the rest."""

    def _save_data(self, name: str, data: Any) -> None:
        body = self._dump(data)
        with self._open_for_write(self._data_path(name)) as stream:
            stream.write(hashlib.sha256(body).digest() + body)

    def _load_data(self, name: str) -> Any:
        data = Path(self._data_path(name)).read_bytes()
        digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
        if hashlib.sha256(body).digest() != digest:
            raise ValueError("the file is not whole")
        return loads(body)


class _KernelCache(FunctionCache):  # type: ignore[misc]
    """A cache that never fails: what cannot be read is compiled again, what cannot be written is not kept."""

    _impl_class = _Serialised

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        locator = self._impl.locator
        self._cache_file = _CheckedFile(
            cache_path=self._cache_path, filename_base=self._impl.filename_base, source_stamp=locator.get_source_stamp()
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function of a signature, None where it is not kept or not whole."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001 - whatever a broken file raises, the function is compiled anew
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keeps a compiled function, beside others of a broken index instead of them."""
        try:
            super().save_overload(sig, data)
        except Exception:  # noqa: BLE001 - as above
            with suppress(Exception):
                self.flush()
                super().save_overload(sig, data)


def _cached(**options: Any) -> Any:
    def decorate(function: Callable[..., Any]) -> Any:
        made = njit(nogil=True, no_cfunc_wrapper=True, **options)(function)
        if _folder() is not None:
            made._cache = _KernelCache(function)
        return made

    return decorate


kernel = _cached(_nrt=False)
part = _cached(_nrt=False, no_cpython_wrapper=True)
tight = _cached(_nrt=False, no_cpython_wrapper=True, forceinline=True)
maker = _cached()
