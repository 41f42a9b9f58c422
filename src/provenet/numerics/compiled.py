"""How the routing kernels are compiled: once a signature, kept on disk, and without the lock of the interpreter.

`kernel` makes a function that Python calls, `part` one that only other compiled functions call: it has no way in from
Python, which shortens the first call. `tight` is a part that the compiler must place inside its caller: for small
functions in hot loops, where it would not do so by itself.

None of these makes an array, Python does it for them, and so none counts references (`_nrt`): the counting costs a
tenth of the first call, and up to half of every other where small functions hand arrays to each other. Numba refuses
to compile one that does. `maker` is for functions that make arrays.

A cache knows the file of its own function alone: after a change to a part in another file, remove `__pycache__/*.nb*`.
Functions that call themselves are not to be cached: Numba 0.68 crashes on them.
"""

from __future__ import annotations

from numba import njit

kernel = njit(cache=True, nogil=True, _nrt=False, no_cfunc_wrapper=True)
part = njit(cache=True, nogil=True, _nrt=False, no_cfunc_wrapper=True, no_cpython_wrapper=True)
tight = njit(cache=True, nogil=True, _nrt=False, no_cfunc_wrapper=True, no_cpython_wrapper=True, forceinline=True)
maker = njit(cache=True, nogil=True, no_cfunc_wrapper=True)
